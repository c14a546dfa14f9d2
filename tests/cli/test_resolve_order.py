"""Many questions at once, answered in order."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autoconfig.cli.order import WINDOW, in_order

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable


async def stream(entries: Iterable[int]) -> AsyncIterator[int]:
    for entry in entries:
        yield entry


class Asked:
    """Answers with ten times the number after as many turns of the loop; notes what happens."""

    def __init__(self, turns: Iterable[int] = ()) -> None:
        self.turns = list(turns)
        self.started: list[int] = []
        self.cancelled: list[int] = []
        self.running = 0
        self.most_running = 0

    async def __call__(self, number: int) -> int:
        self.started.append(number)
        self.running += 1
        self.most_running = max(self.most_running, self.running)
        try:
            for _ in range(self.turns[number] if number < len(self.turns) else 1):
                await asyncio.sleep(0)
        except asyncio.CancelledError:
            self.cancelled.append(number)
            raise
        finally:
            self.running -= 1
        return number * 10


async def answers(entries: AsyncIterator[int], ask: Asked, jobs: int) -> list[int]:
    async with aclosing(in_order(entries, ask, jobs)) as given:
        return [answer async for answer in given]


@given(st.lists(st.integers(0, 30), max_size=60), st.integers(1, 8))
@settings(deadline=None)
def test_answers_come_in_the_order_of_asking_and_few_run_at_once(turns: list[int], jobs: int) -> None:
    ask = Asked(turns)
    numbers = range(len(turns))
    assert asyncio.run(answers(stream(numbers), ask, jobs)) == [number * 10 for number in numbers]
    assert ask.most_running <= jobs
    assert ask.started == list(numbers)


def test_as_many_run_at_once_as_may() -> None:
    ask = Asked([5] * 20)
    asyncio.run(answers(stream(range(20)), ask, 4))
    assert ask.most_running == 4


def test_a_slow_answer_holds_up_no_more_than_a_window() -> None:
    ask = Asked([10**9])

    async def run() -> int:
        waiting = asyncio.ensure_future(answers(stream(range(10_000)), ask, 2))
        for _ in range(2000):
            await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        return len(ask.started)

    assert 2 * WINDOW <= asyncio.run(run()) <= 2 * WINDOW + 3


def test_answers_are_given_while_more_entries_are_awaited() -> None:
    async def endless() -> AsyncIterator[int]:
        yield 1
        await asyncio.Event().wait()

    async def run() -> int:
        async with aclosing(in_order(endless(), Asked(), 5)) as given:
            async with asyncio.timeout(5):
                return await anext(given)

    assert asyncio.run(run()) == 10


def test_closing_gives_up_what_still_runs() -> None:
    ask = Asked([1, 10**9, 10**9])

    async def run() -> int:
        async with aclosing(in_order(stream(range(3)), ask, 3)) as given:
            return await anext(given)

    assert asyncio.run(run()) == 0
    assert (ask.cancelled, ask.running) == ([1, 2], 0)


def test_an_error_of_the_entries_comes_after_the_answers_before_it() -> None:
    async def broken() -> AsyncIterator[int]:
        yield 1
        raise OSError("gone")

    got: list[int] = []

    async def run() -> None:
        async with aclosing(in_order(broken(), Asked(), 2)) as given:
            async for answer in given:
                got.append(answer)

    with pytest.raises(OSError, match="gone"):
        asyncio.run(run())
    assert got == [10]


def test_an_error_of_an_answer_is_raised_and_gives_up_the_others() -> None:
    forever = Asked([10**9] * 5)

    async def ask(number: int) -> int:
        if number == 0:
            raise RuntimeError("a bug")
        return await forever(number)

    async def run() -> None:
        async with aclosing(in_order(stream(range(5)), ask, 5)) as given:
            await anext(given)

    with pytest.raises(RuntimeError, match="a bug"):
        asyncio.run(run())
    assert forever.running == 0
