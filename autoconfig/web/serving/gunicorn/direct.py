"""Plain requests under gunicorn, without the rest of WSGI.

gunicorn's parser judges what a request is, here as ever. What follows in gunicorn, a whole environment, each
header of the answer looked at, head and body sent one after the other, costs several times what finding a
document does. A plain request is answered in one piece, with the same bytes; any other goes gunicorn's way.
"""

from __future__ import annotations

import os
import time
from functools import lru_cache, partial
from io import BytesIO
from typing import TYPE_CHECKING, Any

from gunicorn import SERVER, util
from gunicorn.http.body import LengthReader
from gunicorn.workers.gthread import ThreadWorker

from autoconfig.web.asking import OUR_PREFIX
from autoconfig.web.front import plain_of, whole_headers

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from autoconfig.publish import Document
    from autoconfig.web.front import Plain

_VERSIONS = ((1, 1), (1, 0))


class DirectWorker(ThreadWorker):
    """Answers plain requests itself, in the thread that has read them."""

    wsgi: WSGIApplication
    keepalive_seconds = 0
    """For how long a connection is kept for another request; 0 for none."""
    _plain: Plain | None = None

    def load_wsgi(self) -> None:
        """Load the application, and let it be asked for documents."""
        super().load_wsgi()
        self.keepalive_seconds = self.cfg.keepalive  # gunicorn looks each setting up anew
        # gunicorn's access log wants what only its own way has, and it takes a SCRIPT_NAME off each path.
        if not self.log.access_log_enabled and not os.environ.get("SCRIPT_NAME"):
            self._plain = plain_of(self.wsgi)
            self.wsgi = partial(_continued, self.wsgi)

    def handle_request(self, req: Any, conn: Any) -> bool:
        """Answer a request; whether the connection is to be kept."""
        document = None
        if self._plain is not None and self.nr + 1 < self.max_requests:  # the last one is gunicorn's to tell
            document = self._document(req, conn)
        if document is None:
            kept: bool = super().handle_request(req, conn)
            return kept
        self.nr += 1
        closes = self._closes(req)
        head = _first_lines(req.version, closes, int(time.time()))
        lines = "".join([f"{name}: {value}\r\n" for name, value in whole_headers(document)])
        body = b"" if req.method == "HEAD" else document.body
        conn.sock.sendall(f"{head}{lines}\r\n".encode("latin-1") + body)
        return not closes

    def _document(self, req: Any, conn: Any) -> Document | None:
        """The document for a plain request, whose body is taken; of any other nothing is."""
        environ = environment(req, conn.client)
        if environ is None or self._plain is None:
            return None
        parser = conn.parser
        length = req.body.reader.length
        held = parser.unreader.take_buffered() if length else b""
        document = None
        if len(held) >= length:  # all of it has come
            environ["wsgi.input"] = BytesIO(held[:length])
            document = self._plain(environ)
            if document is None:
                # The body is what gunicorn's environment has of the request.
                req.body.noted = {name: environ[name] for name in environ if name.startswith(OUR_PREFIX)}
            else:
                held = held[length:]
                parser.mesg = None  # nothing of it is left for the parser to drain
        if held:
            parser.unreader.unread(held)
        return document

    def _closes(self, req: Any) -> bool:
        """Whether the connection ends with this answer; by gunicorn's rules."""
        full = len(self.keepalived_conns) >= self.max_keepalived
        return full or not self.alive or not self.keepalive_seconds or req.should_close()


def _continued(
    application: WSGIApplication, environ: WSGIEnvironment, start_response: StartResponse
) -> Iterable[bytes]:
    """Call the application, with what was found out about the request before gunicorn made WSGI of it."""
    environ.update(getattr(environ["wsgi.input"], "noted", {}))
    return application(environ, start_response)


def environment(req: Any, client: Any) -> WSGIEnvironment | None:
    """What is asked as gunicorn's WSGI has it, as far as the request goes; None for what is not plain.

    ``client`` is the address of its socket. ``wsgi.input`` is not there.
    """
    if (
        req.version not in _VERSIONS
        or not isinstance(client, tuple)
        or not isinstance(req.body.reader, LengthReader)
        or req._expected_100_continue
        or req.proxy_protocol_info
    ):
        return None
    environ = {
        "REQUEST_METHOD": req.method,
        "PATH_INFO": util.unquote_to_wsgi_str(req.path),
        "QUERY_STRING": req.query,
        "REMOTE_ADDR": client[0],
    }
    for name, value in req.headers:
        key = name.replace("-", "_")
        if key not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            key = f"HTTP_{key}"
        if key in environ or "_" in name:
            return None
        environ[key] = value
    return environ


@lru_cache(maxsize=16)
def _first_lines(version: tuple[int, int], closes: bool, second: int) -> str:
    """What stands before the headers of a document, made once a second; as gunicorn writes it."""
    return (
        f"HTTP/{version[0]}.{version[1]} 200 OK\r\nServer: {SERVER}\r\nDate: {util.http_date(second)}\r\n"
        f"Connection: {'close' if closes else 'keep-alive'}\r\n"
    )
