"""Numbers that only grow, in memory that processes forked off afterwards share.

Each process writes a row of its own, so that none waits for another and none undoes another's count; a row
whose process is gone goes on with the next one, so that no sum ever falls.
"""

from __future__ import annotations

import fcntl
import mmap
import os
import threading
import weakref
from array import array
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

ROWS = 256
"""Processes at once; a further one shares the last row, where counts may get lost."""


class Tally:
    """Sums over all processes. Safe from many threads."""

    def __init__(self, numbers: int, *, rows: int = ROWS) -> None:
        self._numbers = numbers
        self._rows = rows
        width = array("d").itemsize
        self._memory = mmap.mmap(-1, (numbers + 1) * rows * width)
        # The first number of a row is the process that writes it.
        self._cells = memoryview(self._memory).cast("d")
        # A file without a name: a lock on it ends with its process, and nothing need be writable.
        self._claims = os.memfd_create("tally") if hasattr(os, "memfd_create") else -1
        if self._claims >= 0:
            weakref.finalize(self, os.close, self._claims)
        self._lock = threading.Lock()
        self._pid = 0
        self._start = 0
        self._before: list[float] = []
        """What the row held when this process took it."""

    def add(self, number: int, amount: float = 1.0) -> None:
        """Let one of the numbers grow."""
        with self._lock:
            if self._pid != os.getpid():
                self._take_row()
            self._cells[self._start + number] += amount

    def add_all(self, amounts: tuple[tuple[int, float], ...]) -> None:
        """Let several numbers grow at once."""
        with self._lock:
            if self._pid != os.getpid():
                self._take_row()
            start = self._start
            for number, amount in amounts:
                self._cells[start + number] += amount

    def take_over(self, first: int, counted: Callable[[], Iterable[float]]) -> None:
        """Let several numbers be what this process has counted elsewhere, beside what others counted."""
        with self._lock:
            if self._pid != os.getpid():
                self._take_row()
            # Asked for under the lock: an older count must not come after a newer one.
            for number, count in enumerate(counted(), first):
                cell = self._start + number
                self._cells[cell] = max(self._cells[cell], self._before[number] + count)

    def sums(self) -> list[float]:
        """Each number as it is for all processes together."""
        sums = [0.0] * self._numbers
        for row in range(self._rows):
            start = row * (self._numbers + 1)
            if not self._cells[start]:
                break  # rows are taken from the first on
            cells = self._cells[start + 1 : start + 1 + self._numbers]
            sums = [before + more for before, more in zip(sums, cells, strict=True)]
        return sums

    def _take_row(self) -> None:
        """Take a row that nobody writes: free, or of a process that is gone."""
        own = os.getpid()
        if self._claims >= 0:
            fcntl.lockf(self._claims, fcntl.LOCK_EX)
        try:
            for row in range(self._rows):
                start = row * (self._numbers + 1)
                writer = int(self._cells[start])
                if row == self._rows - 1 or writer in (0, own) or not _is_alive(writer):
                    self._cells[start] = own
                    break
        finally:
            if self._claims >= 0:
                fcntl.lockf(self._claims, fcntl.LOCK_UN)
        self._pid, self._start = own, start + 1
        self._before = [*self._cells[self._start : self._start + self._numbers]]


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
