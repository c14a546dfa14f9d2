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
_LONGEST_PATH, _LONGEST_AGENT, _LONGEST_METHOD = 1500, 200, 20
"""Characters. JSON may double them, and the line is shorter still than what a pipe takes in one piece."""
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

    Where it cannot be written (a full disk, a closed pipe) it is lost: that must not keep anybody from an
    answer. Who reads it and pauses is waited for.
    """
    with suppress(OSError):
        os.write(_STANDARD_OUTPUT, f"{line}\n".encode("ascii", "backslashreplace"))


def text_line(answered: Answered) -> str:
    """The line in the manner of web servers."""
    path = _path(_quotable(answered.path))
    agent = _agent(_quotable(answered.environ.get("HTTP_USER_AGENT", "-")))
    return (
        f'[{_clock(int(time.time()))}] "{_method(answered)} {path}" {answered.status} '
        f'{answered.size} {int(answered.seconds * 1000)}ms "{agent}"'
    )


def json_line(answered: Answered, key: bytes) -> str:
    """The line as a JSON object; ``key`` is that of the hash of addresses, empty for none."""
    environ = answered.environ
    agent = environ.get("HTTP_USER_AGENT", "")
    now = time.time()
    fields: dict[str, Any] = {
        "time": f"{_utc(int(now))}.{int(now % 1 * 1000):03d}+00:00",
        "level": "info",
        "kind": "access",
        "method": _method(answered),
        "path": _path(answered.path),
        "protocol": environ.get(PROTOCOL_ASKED) or protocol_of(answered.path),
        "client": family_of(agent),
        "agent": _agent(agent),
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
    return method if method in _METHODS else _quotable(without_addresses(method)[:_LONGEST_METHOD])


def _path(path: str) -> str:
    return (_kept_path if _comes_again(path) else _kept_path.__wrapped__)(path)


def _agent(agent: str) -> str:
    return (_kept_agent if _comes_again(agent) else _kept_agent.__wrapped__)(agent)


@lru_cache(_MOST_KEPT)
def _kept_path(path: str) -> str:
    return private_path(path)[:_LONGEST_PATH]


@lru_cache(_MOST_KEPT)
def _kept_agent(agent: str) -> str:
    return without_addresses(agent)[:_LONGEST_AGENT]


def _comes_again(text: str) -> bool:
    """Whether to keep a text as it is written: none that may hold an address, of which there are many."""
    return len(text) <= _LONGEST_KEPT and "@" not in text and "%" not in text


def _quotable(text: str) -> str:
    """The text so that it can stand between quotation marks, and does not end them."""
    return text.replace("\\", r"\x5c").replace('"', r"\x22") if '"' in text or "\\" in text else text


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
