"""A line of the access log, as text or as JSON, and where it goes.

A line is made for each request, by the thread that answers it, and costs as much as finding a document
unless what comes again and again (path, program, second) is kept as it is written.
"""

from __future__ import annotations

import datetime
import hmac
import json
import os
import time
from contextlib import suppress
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qsl

from autoconfig.errors import AddressError
from autoconfig.web.asking import ADDRESS_ASKED, PROTOCOL_ASKED, forgiving_address
from autoconfig.web.logs.private import private_path, without_addresses
from autoconfig.web.metrics.words import family_of, protocol_of
from autoconfig.web.paths import JSON_V1_PATH, canonical_path

if TYPE_CHECKING:
    from wsgiref.types import WSGIEnvironment

    from autoconfig.model import EmailAddress

_STANDARD_OUTPUT = 1
_METHODS = frozenset({"GET", "HEAD", "POST"})
"""Of which one sees at once that they hold no address."""
_ADDRESS_NAMES = ("emailaddress", "email")
_IN_PATH = f"{JSON_V1_PATH}/"
_USER_HEX = 16
_LONGEST_QUERY = 2048
_LONGEST_PATH, _LONGEST_AGENT = 2000, 200
"""Characters. A line is shorter than what a pipe takes in one piece (4096 bytes)."""
_MOST_KEPT, _LONGEST_KEPT = 1024, 300
"""Paths and programs that are kept as they are written, and the characters up to which they are."""


class Answered(NamedTuple):
    """A request that was answered."""

    environ: WSGIEnvironment
    path: str
    """As it was asked for."""
    request_id: str
    status: str
    size: int
    """Bytes of the body before the server frames it."""
    seconds: float


def to_standard_output(line: str) -> None:
    """Write a line in one piece, so that lines of many threads and processes never mix.

    Where nobody takes it (a full disk, a closed pipe) it is lost: that must not keep anybody from an answer.
    """
    with suppress(OSError):
        os.write(_STANDARD_OUTPUT, f"{line}\n".encode("ascii", "backslashreplace"))


def text_line(answered: Answered) -> str:
    """The line in the manner of web servers."""
    path, agent = _written(answered.path, answered.environ.get("HTTP_USER_AGENT", "-"))
    return (
        f'[{_clock(int(time.time()))}] "{_method(answered)} {path}" {answered.status} '
        f'{answered.size or "-"} {int(answered.seconds * 1000)}ms "{agent}"'
    )


def json_line(answered: Answered, key: bytes) -> str:
    """The line as a JSON object; ``key`` is that of the hash of addresses, empty for none."""
    environ = answered.environ
    named = environ.get("HTTP_USER_AGENT", "")
    path, agent = _written(answered.path, named)
    now = time.time()
    fields: dict[str, Any] = {
        "time": f"{_utc(int(now))}.{int(now % 1 * 1000):03d}+00:00",
        "level": "info",
        "kind": "access",
        "method": _method(answered),
        "path": path,
        "protocol": environ.get(PROTOCOL_ASKED) or protocol_of(answered.path),
        "client": family_of(named),
        "agent": agent,
        "status": int(answered.status) if answered.status.isdigit() else None,
        "bytes": answered.size,
        "ms": round(answered.seconds * 1000, 2),
        "request_id": answered.request_id,
    }
    user = _user(answered, key) if key else ""
    if user:
        fields["user"] = user
    return json.dumps(fields)


def _method(answered: Answered) -> str:
    method: str = answered.environ["REQUEST_METHOD"]
    return method if method in _METHODS else without_addresses(method)


def _written(path: str, agent: str) -> tuple[str, str]:
    """Path and program as they may be logged."""
    written = _kept if len(path) + len(agent) <= _LONGEST_KEPT else _kept.__wrapped__
    return written(path, agent)


@lru_cache(_MOST_KEPT)
def _kept(path: str, agent: str) -> tuple[str, str]:
    return private_path(path)[:_LONGEST_PATH], without_addresses(agent)[:_LONGEST_AGENT]


@lru_cache(4)
def _clock(second: int) -> str:
    """A second by the clock of this machine, as web servers write it."""
    return datetime.datetime.fromtimestamp(second).astimezone().strftime("%d/%b/%Y:%H:%M:%S %z")


@lru_cache(4)
def _utc(second: int) -> str:
    return datetime.datetime.fromtimestamp(second, datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S")


def _user(answered: Answered, key: bytes) -> str:
    """The address that was asked about, hashed with the key; empty where there is none."""
    address = _address_of(answered)
    if address is None:
        return ""
    return hmac.digest(key, str(address).lower().encode(), "sha256").hex()[:_USER_HEX]


def _address_of(answered: Answered) -> EmailAddress | None:
    """The address in the body, as far as the application found one there, in the query or in the path."""
    in_body: EmailAddress | None = answered.environ.get(ADDRESS_ASKED)
    if in_body is not None:
        return in_body
    try:
        for name, value in parse_qsl(answered.environ.get("QUERY_STRING", "")[:_LONGEST_QUERY]):
            if name.lower() in _ADDRESS_NAMES:
                return forgiving_address(value)
        # WSGI hands over bytes as latin-1 (PEP 3333).
        written = answered.path[:_LONGEST_QUERY].encode("latin-1", "replace").decode("utf-8", "replace")
        path = canonical_path(written)
        return forgiving_address(path.removeprefix(_IN_PATH)) if path.startswith(_IN_PATH) else None
    except AddressError:
        return None
