"""One process at a time: workers that shall not all ask the same stranger at once."""

from __future__ import annotations

import fcntl
import hashlib
import os
import time
import weakref
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

TURN_SECONDS = 1.5
"""For how long a worker waits for another; with the directory's eight, less than Thunderbird waits."""
_LOOK_AGAIN = 0.02


class Turns:
    """Locks by key, on the bytes of a file without name and content; a process that dies lets go of its own.

    Threads of one process do not lock each other out.
    """

    def __init__(self) -> None:
        self._file = os.memfd_create("turns") if hasattr(os, "memfd_create") else -1
        if self._file >= 0:
            weakref.finalize(self, os.close, self._file)

    @contextmanager
    def turn(self, key: str) -> Iterator[None]:
        """Wait until no other process is at it, or it takes too long; then go ahead."""
        place = int.from_bytes(hashlib.blake2b(key.encode(), digest_size=4).digest(), "big")
        ours = self._file >= 0 and self._taken(place)
        try:
            yield
        finally:
            if ours:
                fcntl.lockf(self._file, fcntl.LOCK_UN, 1, place)

    def _taken(self, place: int) -> bool:
        until = time.monotonic() + TURN_SECONDS
        while True:
            try:
                fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, place)
            except OSError:
                if time.monotonic() >= until:
                    return False
                time.sleep(_LOOK_AGAIN)
            else:
                return True
