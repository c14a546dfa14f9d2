"""What was found out, kept for a while: on this machine, or in a Redis or Valkey that several share.

A cache forgets and never fails: whoever asks it must be able to go on without an answer.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Protocol

from autoconfig.web.strangers.counts import CountTable
from autoconfig.web.strangers.slots import SlotTable
from autoconfig.web.strangers.turns import Turns

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager


SMALL = "mx/"
"""What the keys of small values start with."""
SMALL_SLOTS, SMALL_BYTES = 32_768, 256


class Cache(Protocol):
    """Bytes by key, and counters that start anew after a while. Safe from many threads."""

    def get(self, key: str) -> bytes | None:
        """What was put there, None where it is gone."""

    def put(self, key: str, value: bytes, seconds: int) -> None:
        """Keep a value for so many seconds at most."""

    def count(self, key: str, seconds: int) -> tuple[int, int]:
        """Count once more; tell the count, and the whole seconds until it starts at nothing again.

        ``seconds`` is how long a count lasts from its beginning.
        """

    def turn(self, key: str) -> AbstractContextManager[None]:
        """Be the only process at something, of those that share the cache; waits a little for others."""

    def close(self) -> None:
        """Let go of connections."""


class MemoryCache:
    """Keeps and counts in memory that is shared with every process forked off afterwards."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        slots = SlotTable(clock=clock)
        self._slots = slots.get, slots.put
        # MX records are a few words each, and of many more domains: they shall push out no document.
        small = SlotTable(slots=SMALL_SLOTS, slot_bytes=SMALL_BYTES, clock=clock)
        self._small = small.get, small.put
        self.count = CountTable(clock=clock).count
        self.turn = Turns().turn

    def get(self, key: str) -> bytes | None:
        """What was put there."""
        get, _ = self._small if key.startswith(SMALL) else self._slots
        return get(key)

    def put(self, key: str, value: bytes, seconds: float) -> None:
        """Keep a value."""
        _, put = self._small if key.startswith(SMALL) else self._slots
        put(key, value, seconds)

    def close(self) -> None:
        """Nothing is open."""


def open_cache(url: str, memory: MemoryCache | None = None) -> Cache:
    """The cache a URL names; ``memory`` is the one to share with other processes where it names no server.

    Raises SettingsError.
    """
    memory = MemoryCache() if memory is None else memory
    if url == "memory://":
        return memory
    from autoconfig.web.strangers.redis_cache import RedisCache

    return RedisCache(url, memory)
