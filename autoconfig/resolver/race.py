"""Everything asked at once, the order decides: one small class for all races, big and small."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from autoconfig.resolver.outcome import Failed, Found, Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping

Runner = Callable[[], Awaitable[Outcome]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finish:
    """How a race ended: the place of the winner, None where nobody found anything, and all outcomes."""

    winner: int | None
    outcomes: Mapping[int, Outcome]
    """By place; those given up are missing."""
    elapsed: float
    """Seconds."""

    @classmethod
    def at_once(cls, place: int, outcome: Found) -> Self:
        """The end of a race that needed no start."""
        return cls(winner=place, outcomes={place: outcome}, elapsed=0.0)


@dataclass(slots=True, kw_only=True)
class Race:
    """Runs several questions in parallel and takes the best-placed answer.

    Once something is found, better-placed runners get ``patience`` seconds more, counted from the first
    find; all together have ``deadline`` seconds. After the decision, the places of ``welcome`` may finish
    until ``grace`` times the time of the first find has passed since (their answers add to the winner's).
    Losers are cancelled.
    """

    runners: Sequence[Runner]
    patience: float
    deadline: float
    wins: Callable[[Found], bool] = lambda _found: True
    welcome: frozenset[int] = frozenset()
    grace: float = 0.0
    finishing: float = 0.0
    """Seconds of the patience kept back for the end: timers come late, and losers take time to cancel."""
    _tasks: dict[asyncio.Task[Outcome], int] = field(default_factory=dict)
    _outcomes: dict[int, Outcome] = field(default_factory=dict)
    _first_find: float | None = None
    """When, on the event loop's clock, in seconds."""

    async def run(self) -> Finish:
        """Run until the answer stands."""
        loop = asyncio.get_running_loop()
        start = loop.time()
        self._tasks = {
            asyncio.ensure_future(self._clocked(runner)): place for place, runner in enumerate(self.runners)
        }
        until = start + self.deadline
        try:
            while self._tasks and not self._decided():
                await self._wait(until)
                if self._first_find is not None:
                    until = min(until, self._first_find + max(0.0, self.patience - self.finishing))
                if loop.time() >= until:
                    break
            if self._first_find is not None:
                await self._welcomed(self._first_find + (self._first_find - start) * self.grace)
        finally:
            await self._cancel()
        return Finish(winner=self._best(), outcomes=dict(self._outcomes), elapsed=loop.time() - start)

    async def _clocked(self, runner: Runner) -> Outcome:
        """Run, and note the time of the first find here: a busy loop may wake the race much later."""
        outcome = await _safely(runner)
        if self._first_find is None and isinstance(outcome, Found) and self.wins(outcome):
            self._first_find = asyncio.get_running_loop().time()
        return outcome

    async def _welcomed(self, until: float) -> None:
        while any(place in self.welcome for place in self._tasks.values()):
            if not await self._wait(until):
                return

    async def _wait(self, until: float) -> bool:
        """Take in what is done, at latest at ``until``; tell whether anything was."""
        timeout = max(0.0, until - asyncio.get_running_loop().time())
        done, _ = await asyncio.wait(self._tasks, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            self._outcomes[self._tasks.pop(task)] = task.result()
        return bool(done)

    def _best(self) -> int | None:
        found = (
            place
            for place, outcome in self._outcomes.items()
            if isinstance(outcome, Found) and self.wins(outcome)
        )
        return min(found, default=None)

    def _decided(self) -> bool:
        """Whether nobody better placed is still running."""
        best = self._best()
        return best is not None and all(place > best for place in self._tasks.values())

    async def _cancel(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


async def _safely(runner: Runner) -> Outcome:
    """A bug in one way of asking must not take the others down."""
    try:
        return await runner()
    except Exception as error:
        import logging

        logging.getLogger(__name__).exception("a way of asking failed")
        return Failed(reason=f"A bug here: {type(error).__name__}.")
