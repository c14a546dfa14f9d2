"""Plain requests under granian, without the rest of WSGI.

granian's workers hand over each request as a dictionary and take back status, headers and body; its own
Python code makes WSGI of that, which costs as much as finding a document. It has no public way in there.
So one name inside granian is replaced, and where that name is not what it was, everything goes as before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from granian.server import mp

from autoconfig.web.front import Front, whole_headers
from autoconfig.web.proxies import TrustedProxies

if TYPE_CHECKING:
    from collections.abc import Callable
    from wsgiref.types import WSGIApplication, WSGIEnvironment

    from flask import Flask

    from autoconfig.publish import Document

    Plain = Callable[[WSGIEnvironment], Document | None]

WRAP = "_wsgi_call_wrap"


def shorten(app: Flask) -> None:
    """Answer the plain requests of this process before they reach the application.

    Called before the worker takes the application up. Nothing happens where granian is another than known.
    """
    outermost: object = app.wsgi_app
    proxies = outermost if isinstance(outermost, TrustedProxies) else None
    front = outermost if proxies is None else proxies.application
    wrap = getattr(mp, WRAP, None)
    if wrap is not None and isinstance(front, Front):
        setattr(mp, WRAP, _short_of(wrap, front.plain if proxies is None else _behind(proxies, front)))


def _behind(proxies: TrustedProxies, front: Front) -> Plain:
    def plain(environ: WSGIEnvironment) -> Document | None:
        proxies.believe(environ)
        return front.plain(environ)

    return plain


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
