"""gunicorn's worker with a second room: who waits for strangers sits there, and documents go on being served.

The resolver may take ten seconds. A few such requests would hold every thread, and more threads for all would
make the quick requests slower: they would get in each other's way.
"""

from __future__ import annotations

import re
import socket
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from autoconfig.web.serving.gunicorn.worker import PatientWorker
from autoconfig.web.strangers import MOST_WAITING

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

_SPARE = 8
"""Threads beyond those that may wait, to say that there are too many."""

_LOOK = socket.MSG_PEEK | socket.MSG_DONTWAIT
_START_BYTES = 32


class WaitingWorker(PatientWorker):
    """For a service that resolves for its API and its page for people."""

    slow = re.compile(rb"(?:GET|HEAD) /+(?:api/|setup)")

    def get_thread_pool(self) -> ThreadPoolExecutor:
        """The threads of the worker, and the second room."""
        return _TwoRooms(self.cfg.threads, self.slow)


class DirectoryWorker(WaitingWorker):
    """For a service that resolves for the directory too."""

    slow = re.compile(rb"(?:GET|HEAD) /+(?:api/|v1\.1/|setup)", re.IGNORECASE)


class _TwoRooms(ThreadPoolExecutor):
    """Sends each connection to a thread of one room or the other, by the first bytes of its request."""

    def __init__(self, threads: int, slow: re.Pattern[bytes]) -> None:
        super().__init__(threads)
        self._slow = slow
        self._waiting = ThreadPoolExecutor(MOST_WAITING + _SPARE)

    def submit(self, handle: Callable[..., Any], /, *args: Any, **named: Any) -> Future[Any]:
        """Start ``handle(connection)`` in its room."""
        if args and self._slow.match(_start_of(args[0].sock)):
            return self._waiting.submit(handle, *args, **named)
        return super().submit(handle, *args, **named)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Take no more connections."""
        self._waiting.shutdown(wait, cancel_futures=cancel_futures)
        super().shutdown(wait, cancel_futures=cancel_futures)


def _start_of(connection: socket.socket) -> bytes:
    """The first bytes of the request; none where they are not to be had at once."""
    try:
        return connection.recv(_START_BYTES, _LOOK)
    except OSError:
        return b""
