"""The trace of one resolution: every question as it ends, and what its answer was worth once it was read."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from autoconfig.net.trail import Question, heard_by
from autoconfig.resolver.outcome import Failed, Found, Nothing, Outcome
from autoconfig.resolver.resolution import Asked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from autoconfig.resolver.methods.step import Step
    from autoconfig.resolver.watcher import Watcher

_judge: ContextVar[Callable[[str, Nothing | Failed], None] | None] = ContextVar("judge", default=None)


def judged(target: str, outcome: Outcome) -> Outcome:
    """Write into the trace what became of a question, and give the outcome back.

    A page of HTML, a wrong digest, a null MX: the network found something, the method did not.
    """
    judge = _judge.get()
    if judge is not None and not isinstance(outcome, Found):
        judge(target, outcome)
    return outcome


class Recorder:
    """Collects the questions of one resolution as lines of its trace."""

    def __init__(self, start: float, watcher: Watcher | None) -> None:
        self._start = start
        self._watcher = watcher
        self._lines: list[Asked] = []

    @contextmanager
    def listening(self, method: str) -> Iterator[None]:
        """Record what is asked in here."""
        token = _judge.set(partial(self._judge, method))
        try:
            with heard_by(partial(self._hear, method)):
                yield
        finally:
            _judge.reset(token)

    def trace(self) -> tuple[Asked, ...]:
        """The lines by the time they started."""
        return tuple(sorted(self._lines, key=lambda line: line.started_ms))

    def settled(self, step: Step, outcome: Outcome) -> None:
        """Pass on what became of a whole step."""
        if self._watcher is not None:
            self._watcher.settled(step, outcome)

    def _hear(self, method: str, question: Question) -> None:
        self._add(
            Asked(
                method=method,
                target=question.target,
                outcome=question.outcome,
                detail=question.detail,
                started_ms=round((question.started - self._start) * 1000),
                elapsed_ms=round(question.elapsed * 1000),
            )
        )

    def _judge(self, method: str, target: str, outcome: Nothing | Failed) -> None:
        word = "nothing" if isinstance(outcome, Nothing) else "failed"
        for place in range(len(self._lines) - 1, -1, -1):
            line = self._lines[place]
            if (line.method, line.target) == (method, target):
                self._lines[place] = replace(line, outcome=word, detail=outcome.reason)
                self._tell(self._lines[place])
                return
        now = round((asyncio.get_running_loop().time() - self._start) * 1000)
        self._add(
            Asked(
                method=method,
                target=target,
                outcome=word,
                detail=outcome.reason,
                started_ms=now,
                elapsed_ms=0,
            )
        )

    def _add(self, line: Asked) -> None:
        self._lines.append(line)
        self._tell(line)

    def _tell(self, line: Asked) -> None:
        if self._watcher is not None:
            self._watcher.asked(line)
