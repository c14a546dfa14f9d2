"""A limit of time for a driver that knows none: libpq waits for an answer as long as it takes.

The database limits its statements itself, but one that hangs (a machine that is paused, a disk that does not
answer) says nothing at all. Its socket is shut down here, and the driver fails as with any lost connection.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import socket
import threading
import time

from autoconfig.stores.pulse import after_fork

LOOK_EVERY = 0.5
"""Seconds between two looks at the questions that are out."""


class Guard:
    """Shuts down the sockets of questions that take longer than so many seconds."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._numbers = itertools.count()
        self._lock = threading.Lock()
        self._out: dict[int, tuple[float, int]] = {}
        self._started = False
        after_fork(self._reset)

    def begin(self, descriptor: int) -> int:
        """Watch over a question on the socket with that descriptor; returns the number that ``end`` takes."""
        number = next(self._numbers)
        self._out[number] = (time.monotonic() + self._seconds, descriptor)
        if not self._started:
            self._start()
        return number

    def end(self, number: int) -> None:
        """Watch no more over the question with that number."""
        # Under the lock, so that the descriptor is not closed, and another's, while it is shut down.
        with self._lock:
            self._out.pop(number, None)

    def _start(self) -> None:
        with self._lock:
            if not self._started:
                self._started = True
                threading.Thread(target=self._watch, name="guard", daemon=True).start()

    def _reset(self) -> None:
        self._lock = threading.Lock()
        self._out = {}
        self._started = False

    def _watch(self) -> None:
        while True:
            time.sleep(LOOK_EVERY)
            now = time.monotonic()
            with self._lock:
                # A copy: a question may begin meanwhile.
                late = [number for number, (deadline, _) in self._out.copy().items() if now > deadline]
                for number in late:
                    _shut_down(self._out.pop(number)[1])


def _shut_down(descriptor: int) -> None:
    """End both directions of a connection that stays its owner's to close."""
    with contextlib.suppress(OSError), socket.socket(fileno=os.dup(descriptor)) as connection:
        connection.shutdown(socket.SHUT_RDWR)
