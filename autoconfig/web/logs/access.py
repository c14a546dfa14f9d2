"""The access log: one line for each request, without peer, query and addresses.

In JSON a line tells more: which protocol and program it was, the request's id (that of the proxy, else one
made here, told in the answer too), and who was asked about as a keyed hash, where a key is set: a support
desk that knows the address can follow it through the log, and nobody finds an address in it.
"""

from __future__ import annotations

import re
import secrets
import time
from typing import TYPE_CHECKING

from autoconfig.publish import Document
from autoconfig.web.asking import NOT_PLAIN
from autoconfig.web.front import plain_of
from autoconfig.web.logs.lines import Answered, json_line, text_line, to_standard_output

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from autoconfig.settings import Settings

REQUEST_ID = "X-Request-Id"

_REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{8,64}")


class AccessLog:
    """WSGI middleware that writes the access log, where the server's own would hold addresses or no JSON.

    ``write`` takes each line.
    """

    def __init__(
        self,
        application: WSGIApplication,
        settings: Settings,
        write: Callable[[str], object] = to_standard_output,
    ) -> None:
        self._application = application
        self._plain = plain_of(application)
        self._write_line = write
        self._key = (settings.log_key or "").encode()
        self._is_json = settings.log_format == "json"

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        begun = environ.get(NOT_PLAIN) or time.perf_counter()
        # Taken now: the application brings the path into its one spelling.
        path = environ.get("PATH_INFO") or "-"
        request_id = self._request_id(environ)
        status = "-"

        def started(line: str, headers: list[tuple[str, str]], *error: object) -> object:
            nonlocal status
            status = line.partition(" ")[0]
            if request_id:
                headers = _with_id(headers, request_id)
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
        return Document(document.body, (*document.headers, (REQUEST_ID, request_id)))

    def _request_id(self, environ: WSGIEnvironment) -> str:
        if not self._is_json:
            return ""
        given = environ.get("HTTP_X_REQUEST_ID", "")
        return given if _REQUEST_ID.fullmatch(given) else secrets.token_hex(8)

    def _write(self, answered: Answered) -> None:
        self._write_line(json_line(answered, self._key) if self._is_json else text_line(answered))


def _with_id(headers: list[tuple[str, str]], request_id: str) -> list[tuple[str, str]]:
    """The headers with the request's id: before the length of a document, which is the last one."""
    length = headers[-1:] if headers and headers[-1][0] == "Content-Length" else []
    return [*headers[: len(headers) - len(length)], (REQUEST_ID, request_id), *length]


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
