"""Several addresses of one host, tried one beside the other (RFC 8305). On a virtual clock."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autoconfig.net.connections import STAGGER, first_of
from tests.resolver.clock import run

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable


class Attempts:
    """Each takes its seconds and then succeeds with its place or fails; what became of them is noted."""

    def __init__(self, *plans: tuple[float, bool]) -> None:
        self.plans = plans
        self.started: dict[int, float] = {}
        self.cancelled: dict[int, float] = {}
        self.unused: list[int] = []

    async def _attempt(self, place: int) -> int:
        loop = asyncio.get_running_loop()
        self.started[place] = loop.time()
        seconds, succeeds = self.plans[place]
        try:
            await asyncio.sleep(seconds)
        except asyncio.CancelledError:
            self.cancelled[place] = loop.time()
            raise
        if not succeeds:
            raise OSError(f"attempt {place}")
        return place

    async def _unused(self, place: int) -> None:
        self.unused.append(place)

    def starts(self) -> list[Callable[[], Awaitable[int]]]:
        return [partial(self._attempt, place) for place in range(len(self.plans))]

    async def _first(self) -> tuple[int, float]:
        winner = await first_of(self.starts(), unused=self._unused)
        return winner, asyncio.get_running_loop().time()

    def first(self) -> tuple[int, float]:
        """The winner and the time."""
        return run(self._first())


def test_the_first_one_alone_is_tried_while_it_is_quick() -> None:
    attempts = Attempts((0.2, True), (0.0, True))
    assert attempts.first() == (0, pytest.approx(0.2))
    assert list(attempts.started) == [0]


def test_the_next_one_starts_beside_a_slow_one() -> None:
    attempts = Attempts((10.0, True), (0.1, True), (0.1, True))
    assert attempts.first() == (1, pytest.approx(STAGGER + 0.1))
    assert attempts.started == {0: 0.0, 1: pytest.approx(STAGGER)}


def test_a_slow_one_may_still_win() -> None:
    attempts = Attempts((0.3, True), (10.0, True))
    assert attempts.first() == (0, pytest.approx(0.3))
    assert attempts.cancelled == {1: pytest.approx(0.3)}


def test_the_next_one_starts_at_once_where_one_fails() -> None:
    attempts = Attempts((0.1, False), (0.1, True))
    assert attempts.first() == (1, pytest.approx(0.2))
    assert attempts.started == {0: 0.0, 1: pytest.approx(0.1)}


def test_the_others_are_cancelled_when_one_has_won() -> None:
    attempts = Attempts((10.0, True), (10.0, True), (0.1, True))
    assert attempts.first() == (2, pytest.approx(2 * STAGGER + 0.1))
    assert attempts.cancelled == {0: pytest.approx(0.6), 1: pytest.approx(0.6)}


def test_where_all_fail_the_first_one_says_why() -> None:
    attempts = Attempts((0.6, False), (0.1, False), (0.1, False))
    with pytest.raises(OSError, match=r"^attempt 0$"):
        attempts.first()


def test_a_single_attempt_is_simply_made() -> None:
    attempts = Attempts((7.0, True))
    assert attempts.first() == (0, 7.0)


def test_a_single_attempt_may_fail() -> None:
    with pytest.raises(OSError, match=r"^attempt 0$"):
        Attempts((0.1, False)).first()


def test_of_two_that_succeed_at_once_the_better_placed_wins_and_the_other_is_closed() -> None:
    attempts = Attempts((1.0, True), (1.0 - STAGGER, True))
    assert attempts.first() == (0, pytest.approx(1.0))
    assert attempts.unused == [1]


def test_whoever_gives_up_cancels_all_attempts() -> None:
    attempts = Attempts((10.0, True), (10.0, True))

    async def give_up() -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1.0):
                await first_of(attempts.starts())

    run(give_up())
    assert attempts.cancelled == {0: pytest.approx(1.0), 1: pytest.approx(1.0)}


plans = st.lists(
    st.tuples(st.integers(0, 40).map(lambda number: number / 20), st.booleans()), min_size=1, max_size=5
)


@settings(deadline=None)
@given(plans)
def test_the_winner_is_among_those_that_succeed_and_nothing_is_left_running(
    plan: list[tuple[float, bool]],
) -> None:
    attempts = Attempts(*plan)
    if not any(succeeds for _, succeeds in plan):
        with pytest.raises(OSError, match="attempt 0"):
            attempts.first()
        return
    winner, seconds = attempts.first()
    assert plan[winner][1]
    ends = {place: start + plan[place][0] for place, start in attempts.started.items()}
    assert ends[winner] == pytest.approx(seconds)
    for place in set(attempts.started) - {winner} - set(attempts.cancelled):
        assert ends[place] <= seconds + 1e-9
        assert not plan[place][1] or place in attempts.unused
