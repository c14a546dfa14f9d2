"""A worker without a process, and connections to it."""

from __future__ import annotations

import socket
import threading
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from gunicorn.config import Config
from gunicorn.glogging import Logger
from gunicorn.workers.gthread import TConn

from autoconfig.web.serving.gunicorn import options_for
from autoconfig.web.serving.gunicorn.worker import PatientWorker

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

CLIENT = ("192.0.2.7", 4711)
HERE = ("127.0.0.1", 8000)
MOST_SECONDS = 10


class Wire:
    """A worker without a process, and connections to it."""

    def __init__(self, application: WSGIApplication, *, direct: bool = True, **options: Any) -> None:
        configuration = Config()
        for name, value in (options_for("127.0.0.1:0", 1, 2, "error") | options).items():
            configuration.set(name, value)
        app = SimpleNamespace(wsgi=lambda: application)
        self.worker = PatientWorker(0, 0, [], app, 30, configuration, Logger(configuration))
        self.worker.tmp.close()  # its sign of life, which nobody looks at
        self.worker.load_wsgi()
        self.answered_directly: list[bool] = []
        if direct:
            self._watch()
        else:
            self.worker._plain = None

    def _watch(self) -> None:
        find = self.worker._document

        def found(*request: Any) -> Any:
            document = find(*request)
            self.answered_directly.append(document is not None)
            return document

        self.worker._document = found  # type: ignore[method-assign]

    def say(self, *requests: bytes, client: Any = CLIENT) -> tuple[bytes, list[bool]]:
        """Everything the worker answers on one connection, and for each request whether it kept it."""
        near, far = socket.socketpair()
        answer: list[bytes] = []
        reader = threading.Thread(target=lambda: answer.extend(iter(lambda: near.recv(65536), b"")))
        kept = []
        with near, far:
            near.settimeout(MOST_SECONDS)
            reader.start()
            conn = self.connection(far, client)
            for request in requests:
                near.sendall(request)
                kept.append(bool(self.worker.handle(conn)))
            far.shutdown(socket.SHUT_WR)
            reader.join(MOST_SECONDS)
        return b"".join(answer), kept

    def connection(self, far: socket.socket, client: Any = CLIENT) -> TConn:
        """What the worker has of a connection whose end this is."""
        return TConn(self.worker.cfg, far, client, HERE)
