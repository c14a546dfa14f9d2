"""The door before Flask: paths in one spelling, and plain requests answered at once.

Flask's dispatch costs more than finding a document. Everything that is not plain goes the long way, with
equal result.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from autoconfig.web.answers import headers_of
from autoconfig.web.paths import canonical_path

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from autoconfig.web.quick import QuickWay


class Front:
    """WSGI middleware in front of the Flask application."""

    def __init__(self, application: WSGIApplication, quick: QuickWay) -> None:
        self._application = application
        self._quick = quick

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        document = self._quick.document(environ)
        if document is None:
            written = environ["PATH_INFO"]
            environ["PATH_INFO"] = path = canonical_path(written)
            if path != written:
                document = self._quick.document(environ)
        if document is None:
            return self._application(environ, start_response)
        start_response("200 OK", [*headers_of(document), ("Content-Length", str(len(document.body)))])
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [document.body]
