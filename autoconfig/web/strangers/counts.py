"""Counters in memory that processes forked off share, so that a limit holds for all workers together."""

from __future__ import annotations

import hashlib
import math
import mmap
import secrets
import struct
import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

SLOTS = 8192
PLACES = 8
"""Neighbouring slots a key may stand in."""

_SLOT = struct.Struct("=QdL4x")  # who, the end of the count in seconds on the clock, how many


class CountTable:
    """Counts by key, each for a while from its beginning.

    Bounded: where all its places are taken, a key takes the one whose count ends first. Two processes that
    count the same key in the same moment may count once; a lock that a killed worker holds would be worse.
    """

    def __init__(self, *, slots: int = SLOTS, clock: Callable[[], float] = time.monotonic) -> None:
        self._slots = slots
        self._clock = clock
        # Nobody outside can choose keys that meet in one slot.
        self._secret = secrets.token_bytes(16)
        self._lock = threading.Lock()
        self._memory = mmap.mmap(-1, slots * _SLOT.size)

    def count(self, key: str, seconds: int) -> tuple[int, int]:
        """Count once more; tell the count, and the whole seconds until it starts at nothing again."""
        who = int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8, key=self._secret).digest()) or 1
        now = self._clock()
        with self._lock:
            slot, end, number = self._found(who, now)
            if end <= now:
                end, number = now + seconds, 0
            number = min(number + 1, 0xFFFFFFFF)
            _SLOT.pack_into(self._memory, slot * _SLOT.size, who, end, number)
        return number, math.ceil(end - now)

    def _found(self, who: int, now: float) -> tuple[int, float, int]:
        """The key's slot and its count; else the slot to take, as one that is over."""
        places = [(who + step) % self._slots for step in range(PLACES)]
        slots = [(place, *_SLOT.unpack_from(self._memory, place * _SLOT.size)) for place in places]
        for place, there, end, number in slots:
            if there == who:
                return place, end, number
        place, *_ = min(slots, key=lambda slot: slot[2])
        return place, now, 0
