"""The door before Flask: plain requests answered at once, the paths of all others in one spelling.

Flask's dispatch costs more than finding a document. Everything that is not plain goes the long way, with
equal result.
"""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

from autoconfig.web.metrics import Counted
from autoconfig.web.paths import canonical_path

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from autoconfig.publish import Document
    from autoconfig.web.metrics import Count
    from autoconfig.web.quick import QuickWay

OK = "200 OK"


class Front:
    """WSGI middleware in front of the Flask application."""

    def __init__(self, application: WSGIApplication, quick: QuickWay, count: Count) -> None:
        """``count`` is told of every request."""
        self._application = application
        self._quick = quick
        self._count = count
        self.long_way: WSGIApplication = Counted(self._respelled, count)
        """Answers what :meth:`plain` does not."""

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        document = self.plain(environ)
        if document is None:
            return self.long_way(environ, start_response)
        return _answer(document, environ, start_response)

    def plain(self, environ: WSGIEnvironment) -> Document | None:
        """The document that answers a plain request, its status being 200; None for any other."""
        begun = perf_counter()
        document = self._quick.document(environ)
        if document is not None:
            self._count(environ["PATH_INFO"], environ.get("HTTP_USER_AGENT", ""), OK, perf_counter() - begun)
        return document

    def _respelled(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        written = environ["PATH_INFO"]
        environ["PATH_INFO"] = path = canonical_path(written)
        document = None if path == written else self._quick.document(environ)
        if document is None:
            return self._application(environ, start_response)
        return _answer(document, environ, start_response)


def whole_headers(document: Document) -> list[tuple[str, str]]:
    """The headers of a document with its length."""
    return [*document.headers, ("Content-Length", str(len(document.body)))]


def _answer(document: Document, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    start_response(OK, whole_headers(document))
    return [b"" if environ["REQUEST_METHOD"] == "HEAD" else document.body]
