"""Plain requests under granian, without the rest of WSGI.

granian's workers hand over each request as a dictionary and take back status, headers and body; its own
Python code makes WSGI of that, which costs as much as finding a document. It has no public way in there.
So one name inside granian is replaced, and where that name is not what it was, everything goes as before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from granian.server import mp

from autoconfig.web.front import plain_of, whole_headers

if TYPE_CHECKING:
    from collections.abc import Callable
    from wsgiref.types import WSGIApplication, WSGIEnvironment

    from autoconfig.web.front import Plain

WRAP = "_wsgi_call_wrap"


def shorten(application: WSGIApplication) -> None:
    """Answer the plain requests of this process before they reach the application.

    Called before the worker takes the application up. Nothing happens where granian is another than known.
    """
    plain = plain_of(application)
    wrap = getattr(mp, WRAP, None)
    if wrap is not None and plain is not None:
        setattr(mp, WRAP, _short_of(wrap, plain))


def _short_of(wrap: Callable[..., Any], plain: Plain) -> Callable[..., Any]:
    """What makes a worker's callback, with the short way before it."""

    def short(callback: WSGIApplication, *options: Any) -> Callable[[Any, WSGIEnvironment], Any]:
        usual = wrap(callback, *options)

        def run(protocol: Any, environ: WSGIEnvironment) -> Any:
            document = plain(environ)
            if document is None:
                return usual(protocol, environ)
            if environ["REQUEST_METHOD"] == "HEAD":
                protocol.response_bytes(200, whole_headers(document), b"")
            else:
                protocol.response_bytes(200, document.headers, document.body)  # granian says how long it is
            return 200

        return run

    return short
