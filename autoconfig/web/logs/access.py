"""The access log: one line for each request, without peer, query and addresses.

In JSON a line tells more: which protocol and program it was, the request's id (that of the proxy, else one
made here, told in the answer too), and who was asked about as a keyed hash, where a key is set: a support
desk that knows the address can follow it through the log, and nobody finds an address in it.
"""

from __future__ import annotations

import datetime
import hmac
import json
import logging
import re
import secrets
import time
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qsl

from autoconfig.errors import AddressError
from autoconfig.publish import Document
from autoconfig.web.asking import ADDRESS_ASKED, PROTOCOL_ASKED, forgiving_address
from autoconfig.web.front import plain_of
from autoconfig.web.logs.private import private_path, without_addresses
from autoconfig.web.metrics.words import family_of, protocol_of
from autoconfig.web.paths import JSON_V1_PATH, canonical_path

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from autoconfig.model import EmailAddress
    from autoconfig.settings import Settings

ACCESS = "autoconfig.access"
"""The logger whose messages are whole lines of the access log."""

_REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{8,64}")
_ADDRESS_NAMES = ("emailaddress", "email")
_IN_PATH = f"{JSON_V1_PATH}/"
_USER_HEX = 16
_LONGEST_QUERY = 2048


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


class AccessLog:
    """WSGI middleware that writes the access log, where the server's own would hold addresses or no JSON."""

    def __init__(self, application: WSGIApplication, settings: Settings) -> None:
        self._application = application
        self._plain = plain_of(application)
        self._log = logging.getLogger(ACCESS)
        self._key = (settings.log_key or "").encode()
        self._is_json = settings.log_format == "json"

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        begun = time.perf_counter()
        # Taken now: the application brings the path into its one spelling.
        path = environ.get("PATH_INFO") or "-"
        request_id = self._request_id(environ)
        status = "-"

        def started(line: str, headers: list[tuple[str, str]], *error: object) -> object:
            nonlocal status
            status = line.partition(" ")[0]
            if request_id:
                headers = [*headers, ("X-Request-Id", request_id)]
            return start_response(line, headers, *error)  # type: ignore[arg-type]

        def finished(size: int) -> None:
            seconds = time.perf_counter() - begun
            self._write(Answered(environ, path, request_id, status, size, seconds))

        body = self._application(environ, started)  # type: ignore[arg-type]
        if not isinstance(body, list | tuple):
            return _Told(body, finished)  # an answer that is still being made, such as a progress report
        finished(sum(map(len, body)))
        return body

    def plain(self, environ: WSGIEnvironment) -> Document | None:
        """The document of a plain request (:meth:`autoconfig.web.front.AnswersPlainly.plain`)."""
        begun = time.perf_counter()
        path = environ["PATH_INFO"]
        document = None if self._plain is None else self._plain(environ)
        if document is None:
            return None
        request_id = self._request_id(environ)
        size = 0 if environ["REQUEST_METHOD"] == "HEAD" else len(document.body)
        self._write(Answered(environ, path, request_id, "200", size, time.perf_counter() - begun))
        if not request_id:
            return document
        return Document(document.body, (*document.headers, ("X-Request-Id", request_id)))

    def _request_id(self, environ: WSGIEnvironment) -> str:
        if not self._is_json:
            return ""
        given = environ.get("HTTP_X_REQUEST_ID", "")
        return given if _REQUEST_ID.fullmatch(given) else secrets.token_hex(8)

    def _write(self, answered: Answered) -> None:
        line = json.dumps(self._as_json(answered)) if self._is_json else _as_text(answered)
        self._log.info("%s", line)

    def _as_json(self, answered: Answered) -> dict[str, Any]:
        environ = answered.environ
        agent = environ.get("HTTP_USER_AGENT", "")
        fields = {
            "time": datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds"),
            "level": "info",
            "kind": "access",
            "method": without_addresses(environ["REQUEST_METHOD"]),
            "path": private_path(answered.path),
            "protocol": environ.get(PROTOCOL_ASKED) or protocol_of(answered.path),
            "client": family_of(agent),
            "agent": without_addresses(agent)[:200],
            "status": int(answered.status) if answered.status.isdigit() else None,
            "bytes": answered.size,
            "ms": round(answered.seconds * 1000, 2),
            "request_id": answered.request_id,
        }
        user = self._user(answered)
        return fields | ({"user": user} if user else {})

    def _user(self, answered: Answered) -> str:
        """The address that was asked about, hashed with the key; empty where there is none."""
        address = _address_of(answered) if self._key else None
        if address is None:
            return ""
        return hmac.digest(self._key, str(address).lower().encode(), "sha256").hex()[:_USER_HEX]


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


class _Told:
    """A body that is passed on as it is made, and whose end is told."""

    def __init__(self, body: Iterable[bytes], finished: Callable[[int], None]) -> None:
        self._body = body
        self._finished = finished
        self._size = 0

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._body:
            self._size += len(chunk)
            yield chunk

    def close(self) -> None:
        """The server is done with it (PEP 3333)."""
        try:
            close = getattr(self._body, "close", None)
            if close is not None:
                close()
        finally:
            self._finished(self._size)


def _as_text(answered: Answered) -> str:
    """The line that gunicorn writes."""
    now = datetime.datetime.now(datetime.UTC).astimezone().strftime("%d/%b/%Y:%H:%M:%S %z")
    method = without_addresses(answered.environ["REQUEST_METHOD"])
    agent = without_addresses(answered.environ.get("HTTP_USER_AGENT", "-"))
    return (
        f'[{now}] "{method} {private_path(answered.path)}" {answered.status} {answered.size or "-"} '
        f'{int(answered.seconds * 1000)}ms "{agent}"'
    )
