"""Two gunicorns for the benchmark, alike in every setting: ours, and a bare function with the same bytes.

Run as ``python -m tests.bench.servers ours|bare PORT``; it serves until it is stopped.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from gunicorn.app.base import BaseApplication

from autoconfig.publish import Publisher
from autoconfig.settings import Settings
from autoconfig.stores import open_stores
from autoconfig.web import create_app
from autoconfig.web.answers import headers_of
from autoconfig.web.serving import options_for

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

DOMAIN = "gmail.com"
THREADS = 8


class _Server(BaseApplication):  # type: ignore[misc]
    def __init__(self, kind: str, port: int) -> None:
        self._kind = kind
        self._port = port
        super().__init__()

    def load_config(self) -> None:
        options = options_for(f"127.0.0.1:{self._port}", 1, THREADS, "warning", access_log=False)
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        return create_app(Settings.from_environment()) if self._kind == "ours" else bare()


def bare() -> WSGIApplication:
    """The least a WSGI application can do: the same status, headers and bytes, nothing looked up."""
    document = Publisher(open_stores(Settings.from_environment().providers)).mozilla(DOMAIN)
    assert document is not None
    body = document.body
    headers = [*headers_of(document), ("Content-Length", str(len(body)))]

    def application(_environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        start_response("200 OK", headers)
        return [body]

    return application


if __name__ == "__main__":
    _Server(sys.argv[1], int(sys.argv[2])).run()
