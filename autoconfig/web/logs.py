"""What may stand in a log: no address, no query, nothing that forges a line; one line for each request."""

from __future__ import annotations

import datetime
import logging
import re
import time
from typing import TYPE_CHECKING

from autoconfig.web.paths import CANONICAL_PREFIXES, canonical_path

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

ACCESS = "autoconfig.access"
"""The logger whose messages are whole lines of the access log."""

_AT = re.compile("@|%(?:25)*40")
_ADDRESS = re.compile(rf"[^/\s]*(?:{_AT.pattern})[^/\s]*")
_NOT_PRINTED = re.compile(r"[^\x20-\x7e]")


def without_addresses(text: str) -> str:
    """The text on one line, so that no client forges another, with every word around an @ taken out."""
    return _NOT_PRINTED.sub(lambda found: f"\\x{ord(found[0]):02x}", _ADDRESS.sub("<address>", text))


def private_path(path: str) -> str:
    """A path as it may be logged: Autodiscover JSON has addresses there, with slashes and spaces perhaps."""
    path = canonical_path(path)
    if _AT.search(path) is None:
        return without_addresses(path)
    prefix = next((prefix for prefix in CANONICAL_PREFIXES if path.startswith(prefix)), "/")
    return f"{prefix}<address>"


class AccessLog:
    """WSGI middleware that writes the access log where the server has none that keeps addresses out.

    The lines are those of gunicorn's log; the size is that of the body before the server frames it.
    """

    def __init__(self, application: WSGIApplication) -> None:
        self._application = application
        self._log = logging.getLogger(ACCESS)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        begun = time.perf_counter()
        # Taken now: the application brings the path into its one spelling.
        method, path = environ["REQUEST_METHOD"], environ.get("PATH_INFO") or "-"
        status = "-"

        def started(line: str, headers: list[tuple[str, str]], *error: object) -> object:
            nonlocal status
            status = line.partition(" ")[0]
            return start_response(line, headers, *error)  # type: ignore[arg-type]

        body = list(self._application(environ, started))  # type: ignore[arg-type]
        self._log.info(
            '[%s] "%s %s" %s %s %sms "%s"',
            datetime.datetime.now(datetime.UTC).astimezone().strftime("%d/%b/%Y:%H:%M:%S %z"),
            without_addresses(method),
            private_path(path),
            status,
            sum(map(len, body)) or "-",
            int((time.perf_counter() - begun) * 1000),
            without_addresses(environ.get("HTTP_USER_AGENT", "-")),
        )
        return body
