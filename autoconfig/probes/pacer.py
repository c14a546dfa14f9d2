"""Turns: a stranger's server is connected to no more than once a second."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

INTERVAL = 1.0
"""Seconds between two connections to one server."""
_REMEMBERED = 10_000

Clock = Callable[[], float]
Sleep = Callable[[float], Awaitable[object]]


class Pacer:
    """Lets each name and address be connected to once in ``interval`` seconds; 0 for one's own servers."""

    def __init__(
        self, interval: float = INTERVAL, *, clock: Clock | None = None, sleep: Sleep = asyncio.sleep
    ) -> None:
        self._interval = interval
        self._clock = clock
        self._sleep = sleep
        self._last: dict[str, float] = {}

    async def turn(self, keys: Iterable[str]) -> float:
        """Wait until none of these has been connected to for an interval; the seconds waited.

        A host's name and the address to be connected to are both keys: many names may lead to one machine,
        and one name to many.
        """
        wanted = tuple(keys)
        clock = self._clock or asyncio.get_running_loop().time
        began = clock()
        # Asked again after each sleep: somebody else may have had the turn meanwhile.
        while (wait := self._wait(wanted, clock())) > 0:
            await self._sleep(wait)
        now = clock()
        self._last.update(dict.fromkeys(wanted, now))
        self._forget(now)
        return now - began

    def _wait(self, keys: tuple[str, ...], now: float) -> float:
        return max((self._last[key] + self._interval - now for key in keys if key in self._last), default=0.0)

    def _forget(self, now: float) -> None:
        if len(self._last) > _REMEMBERED:
            self._last = {key: last for key, last in self._last.items() if last + self._interval > now}
