"""Turns on a clock that only moves when somebody sleeps."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from autoconfig.probes.pacer import Pacer

if TYPE_CHECKING:
    from collections.abc import Sequence


class Clock:
    """Time in seconds; the earliest sleeper wakes when nobody else can run."""

    def __init__(self) -> None:
        self.now = 0.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._count = 0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._count += 1
        heapq.heappush(self._sleepers, (self.now + seconds, self._count, woken))
        await woken

    async def run(self) -> None:
        """Let everybody run to the end."""
        for _ in range(10_000):
            for _ in range(5):
                await asyncio.sleep(0)
            if not self._sleepers:
                return
            self.now, _, woken = heapq.heappop(self._sleepers)
            woken.set_result(None)
        raise AssertionError("somebody sleeps for ever")


def turns(*wanted: tuple[float, Sequence[str]], interval: float = 1.0) -> list[float]:
    """When each of those who want a turn has it; each comes at a time and wants these keys."""

    async def run() -> list[float]:
        clock = Clock()
        pacer = Pacer(interval, clock=clock, sleep=clock.sleep)
        had: dict[int, float] = {}

        async def come(number: int, at: float, keys: Sequence[str]) -> None:
            if at:
                await clock.sleep(at)
            waited = await pacer.turn(keys)
            assert waited == clock.now - at
            had[number] = clock.now

        comers = [asyncio.create_task(come(number, *each)) for number, each in enumerate(wanted)]
        await clock.run()
        await asyncio.gather(*comers)
        return [had[number] for number in range(len(wanted))]

    return asyncio.run(run())


def test_the_first_does_not_wait() -> None:
    assert turns((0.0, "a")) == [0.0]


def test_one_server_has_a_second_between_two_connections() -> None:
    assert turns((0.0, "a"), (0.0, "a"), (0.0, "a")) == [0.0, 1.0, 2.0]


def test_two_servers_do_not_wait_for_each_other() -> None:
    assert turns((0.0, "a"), (0.0, "b"), (0.0, "a"), (0.0, "b")) == [0.0, 0.0, 1.0, 1.0]


def test_who_comes_later_than_that_does_not_wait() -> None:
    assert turns((0.0, "a"), (1.5, "a"), (2.0, "a")) == [0.0, 1.5, 2.5]


def test_two_names_of_one_address_are_one_server() -> None:
    assert turns((0.0, ["imap.x", "192.0.2.1"]), (0.0, ["pop.x", "192.0.2.1"])) == [0.0, 1.0]


def test_two_addresses_of_one_name_are_one_server() -> None:
    assert turns((0.0, ["imap.x", "192.0.2.1"]), (0.0, ["imap.x", "2001:db8::1"])) == [0.0, 1.0]


def test_one_s_own_server_is_not_spared() -> None:
    assert turns((0.0, "a"), (0.0, "a"), (0.0, "a"), interval=0.0) == [0.0, 0.0, 0.0]


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.floats(0, 5), st.lists(st.sampled_from("abcd"), min_size=1, max_size=3, unique=True)),
        min_size=1,
        max_size=12,
    )
)
def test_no_key_ever_has_two_turns_within_a_second(wanted: list[tuple[float, list[str]]]) -> None:
    had = turns(*wanted)
    for key in "abcd":
        times = sorted(time for time, (_, keys) in zip(had, wanted, strict=True) if key in keys)
        assert all(later - earlier > 0.999999 for earlier, later in itertools.pairwise(times))


def test_what_is_long_past_is_forgotten() -> None:
    async def run() -> int:
        clock = Clock()
        pacer = Pacer(clock=clock, sleep=clock.sleep)
        for number in range(25_000):
            clock.now += 1.0
            await pacer.turn([f"host{number}"])
        return len(pacer._last)

    assert asyncio.run(run()) <= 10_001
