"""What was found out, kept for a while: in this process, or in a Redis or Valkey that several share.

A cache forgets and never fails: whoever asks it must be able to go on without an answer.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from typing import TYPE_CHECKING, Protocol

from autoconfig.web.strangers.counts import CountTable

if TYPE_CHECKING:
    from collections.abc import Callable

KEPT_ENTRIES = 4000
"""How many entries one process keeps at most; a few kilobytes each."""


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

    def close(self) -> None:
        """Let go of connections."""


class MemoryCache:
    """Keeps the entries used last in this process; counts in a table that workers may share."""

    def __init__(
        self,
        counts: CountTable | None = None,
        *,
        most: int = KEPT_ENTRIES,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._counts = CountTable() if counts is None else counts
        self._most = most
        self._clock = clock
        self._lock = threading.Lock()
        self._entries: OrderedDict[str, tuple[float, bytes]] = OrderedDict()

    def get(self, key: str) -> bytes | None:
        """What was put there, None where it is gone."""
        with self._lock:
            until, value = self._entries.get(key, (0.0, b""))
            if until <= self._clock():
                self._entries.pop(key, None)
                return None
            self._entries.move_to_end(key)
            return value

    def put(self, key: str, value: bytes, seconds: int) -> None:
        """Keep a value; the entry that was not used for longest makes room."""
        with self._lock:
            self._entries[key] = (self._clock() + seconds, value)
            self._entries.move_to_end(key)
            while len(self._entries) > self._most:
                self._entries.popitem(last=False)

    def count(self, key: str, seconds: int) -> tuple[int, int]:
        """Count once more."""
        return self._counts.count(key, seconds)

    def close(self) -> None:
        """Nothing is open."""


def open_cache(url: str, counts: CountTable | None = None) -> Cache:
    """The cache a URL names; ``counts`` is the table to count in without one that is shared.

    Raises SettingsError.
    """
    memory = MemoryCache(counts)
    if url == "memory://":
        return memory
    from autoconfig.web.strangers.redis_cache import RedisCache

    return RedisCache(url, memory)
