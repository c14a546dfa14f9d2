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

from autoconfig.stores.pulse import after_fork

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

ROWS = 256
"""Processes at once; a further one shares the last row, where counts may get lost."""


class Tally:
    """Sums over all processes."""

    row: memoryview[float]
    """The numbers of this process: ``row[number] += amount`` counts, from any thread.

    There is no lock, which would cost more than all the rest: with its global lock, CPython changes threads
    at calls and at the ends of loops (3.11 to 3.14), never between reading a number and writing it. On a
    free-threaded build counts may get lost.
    """

    def __init__(self, numbers: int, *, rows: int = ROWS) -> None:
        self._numbers = numbers
        self._rows = rows
        width = array("d").itemsize
        self._memory = mmap.mmap(-1, (numbers + 1) * rows * width)
        # The first number of a row is the process that writes it.
        self._cells: memoryview[float] = memoryview(self._memory).cast("d")
        # A file without a name: a lock on it ends with its process, and nothing need be writable.
        self._claims = os.memfd_create("tally") if hasattr(os, "memfd_create") else -1
        if self._claims >= 0:
            weakref.finalize(self, os.close, self._claims)
        self._before: list[float] = []
        """What the row held when this process took it."""
        self._take_row()
        after_fork(self._take_row)

    def take_over(self, first: int, counted: Callable[[], Iterable[float]]) -> None:
        """Let several numbers be what this process has counted elsewhere, beside what others counted."""
        with self._lock:
            # Asked for under the lock: an older count must not come after a newer one.
            row, before = self.row, self._before
            for number, count in enumerate(counted(), first):
                now = before[number] + count
                if now > row[number]:
                    row[number] = now

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
        self._lock = threading.Lock()
        if self._claims >= 0:
            fcntl.lockf(self._claims, fcntl.LOCK_EX)
        try:
            start = self._free_row() * (self._numbers + 1)
            self._cells[start] = os.getpid()
        finally:
            if self._claims >= 0:
                fcntl.lockf(self._claims, fcntl.LOCK_UN)
        self.row = self._cells[start + 1 : start + 1 + self._numbers]
        self._before = [*self.row]

    def _free_row(self) -> int:
        for row in range(self._rows - 1):
            writer = int(self._cells[row * (self._numbers + 1)])
            if writer in (0, os.getpid()) or not _is_alive(writer):
                return row
        return self._rows - 1


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
