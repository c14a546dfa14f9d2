"""Values by key in memory that processes forked off share: what one worker found out, all of them know."""

from __future__ import annotations

import hashlib
import mmap
import struct
import threading
import time
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

SLOTS = 4096
SLOT_BYTES = 4096
"""Four times what the largest document of the ISPDB takes; memory is used once it is written to."""
PLACES = 8
"""Neighbouring slots a key may stand in."""

_HEAD = struct.Struct("=16sdLL")  # who, until when in seconds on the clock, length, checksum


class SlotTable:
    """Compressed values in slots of one size, each for its time.

    Bounded: where all its places are taken, a value takes the one whose time ends first. What does not fit
    is not kept. Processes write without a lock, which a killed worker might hold; a value that two wrote at
    once fails its checksum, and is gone.
    """

    def __init__(
        self, *, slots: int = SLOTS, slot_bytes: int = SLOT_BYTES, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._slots = slots
        self._slot_bytes = slot_bytes
        self._clock = clock
        self._lock = threading.Lock()
        self._memory = mmap.mmap(-1, slots * slot_bytes)

    def get(self, key: str) -> bytes | None:
        """The value of a key, None where there is none or its time is over."""
        who = _digest(key)
        for place in self._places(who):
            there, until, length, checksum = self._head(place)
            if there == who:
                return self._read(place, length, checksum) if until > self._clock() else None
        return None

    def put(self, key: str, value: bytes, seconds: float) -> None:
        """Keep a value for so many seconds."""
        packed = zlib.compress(value, 1)
        if len(packed) > self._slot_bytes - _HEAD.size:
            return
        who = _digest(key)
        with self._lock:
            place = self._place_for(who)
            start = place * self._slot_bytes
            head = _HEAD.pack(who, self._clock() + seconds, len(packed), zlib.crc32(packed))
            self._memory[start : start + _HEAD.size + len(packed)] = head + packed

    def _place_for(self, who: bytes) -> int:
        heads = {place: self._head(place) for place in self._places(who)}
        same = (place for place, head in heads.items() if head[0] == who)
        return next(same, min(heads, key=lambda place: heads[place][1]))

    def _places(self, who: bytes) -> list[int]:
        first = int.from_bytes(who[:8], "big")
        return [(first + step) % self._slots for step in range(PLACES)]

    def _head(self, place: int) -> tuple[bytes, float, int, int]:
        who, until, length, checksum = _HEAD.unpack_from(self._memory, place * self._slot_bytes)
        return who, until, length, checksum

    def _read(self, place: int, length: int, checksum: int) -> bytes | None:
        start = place * self._slot_bytes + _HEAD.size
        packed = self._memory[start : start + length]
        if zlib.crc32(packed) != checksum:
            return None
        return zlib.decompress(packed)


def _digest(key: str) -> bytes:
    return hashlib.blake2b(key.encode(), digest_size=16).digest()
