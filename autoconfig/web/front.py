"""The door before Flask: plain requests answered at once, the paths of all others in one spelling.

Flask's dispatch costs more than finding a document. Everything that is not plain goes the long way, with
equal result.
"""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING, Protocol

from flask import Flask

from autoconfig.web.asking import NOT_PLAIN
from autoconfig.web.metrics import Counted
from autoconfig.web.paths import canonical_path

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from autoconfig.publish import Document
    from autoconfig.web.metrics import Count
    from autoconfig.web.quick import QuickWay

    Plain = Callable[[WSGIEnvironment], Document | None]

OK = "200 OK"


class AnswersPlainly(Protocol):
    """A WSGI application that answers plain requests, and can be asked for their documents alone."""

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]: ...

    def plain(self, environ: WSGIEnvironment) -> Document | None:
        """The document that answers a plain request, its status being 200; None for any other.

        What :meth:`__call__` does besides (it counts, it logs) is done too. After None the application is to
        be called with the same environment, or one that has its entries of ours.
        """


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
        document = None if NOT_PLAIN in environ else self.plain(environ)
        if document is None:
            return self.long_way(environ, start_response)
        return _answer(document, environ, start_response)

    def plain(self, environ: WSGIEnvironment) -> Document | None:
        """The document that answers a plain request, its status being 200; None for any other."""
        begun = perf_counter()
        document = self._quick.document(environ)
        if document is None:
            environ[NOT_PLAIN] = begun
        else:
            self._count(environ["PATH_INFO"], environ.get("HTTP_USER_AGENT", ""), OK, perf_counter() - begun)
        return document

    def _respelled(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        written = environ["PATH_INFO"]
        environ["PATH_INFO"] = path = canonical_path(written)
        document = None if path == written else self._quick.document(environ)
        if document is None:
            return self._application(environ, start_response)
        return _answer(document, environ, start_response)


def plain_of(application: WSGIApplication) -> Plain | None:
    """What a server may ask before it makes WSGI of a request; None where every request is to go that way."""
    outermost: object = application.wsgi_app if isinstance(application, Flask) else application
    plain: Plain | None = getattr(outermost, "plain", None)
    return plain


def whole_headers(document: Document) -> list[tuple[str, str]]:
    """The headers of a document with its length."""
    return [*document.headers, ("Content-Length", str(len(document.body)))]


def _answer(document: Document, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    start_response(OK, whole_headers(document))
    return [b"" if environ["REQUEST_METHOD"] == "HEAD" else document.body]
