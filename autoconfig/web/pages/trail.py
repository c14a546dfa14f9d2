"""What the resolver asks on behalf of one reader, as it happens and for the waterfall afterwards."""

from __future__ import annotations

from collections import Counter
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from autoconfig.resolver.methods.step import Step
    from autoconfig.resolver.outcome import Outcome
    from autoconfig.resolver.resolution import Asked

_BEST_FIRST = ("found", "failed", "nothing")
_STORE = "local"


class Begun(NamedTuple):
    """These ways are being tried now, the most trusted first."""

    methods: tuple[str, ...]


class Settled(NamedTuple):
    """All questions of a way have their answer."""

    method: str
    outcome: str


class LookUp(NamedTuple):
    """What was asked for one reader."""

    lines: tuple[dict[str, Any], ...] = ()
    """Every question, like the trace of the API."""
    ways: Mapping[str, str] = MappingProxyType({})
    """What became of each way; one that was given up is missing."""


class Trail:
    """A watcher of one resolution; ``tell`` is called in the resolver's thread and must be quick."""

    def __init__(self, tell: Callable[[Begun | Settled], None] | None = None) -> None:
        self._tell = tell or (lambda _event: None)
        self._lines: dict[tuple[str, str], Asked] = {}
        self._open: Counter[str] = Counter()
        self._outcomes: dict[str, set[str]] = {}
        self._ways: dict[str, str] = {}

    @property
    def look_up(self) -> LookUp:
        """Everything so far; a judgement stands in place of the answer that it judges."""
        lines = sorted(self._lines.values(), key=lambda line: line.started_ms)
        return LookUp(tuple(line.as_dict() for line in lines), dict(self._ways))

    def begun(self, steps: Sequence[Step]) -> None:
        """These steps start now, all at once."""
        self._open.update(step.method for step in steps)
        # The store has said its "no" already: it is asked before anybody else.
        methods = dict.fromkeys(step.method for step in steps if step.method != _STORE)
        self._tell(Begun(tuple(methods)))

    def asked(self, line: Asked) -> None:
        """A question is over, or its answer turned out to be of no use."""
        self._lines[line.method, line.target] = line

    def settled(self, step: Step, outcome: Outcome) -> None:
        """A step has its outcome; a way has its own with the last of its steps."""
        from autoconfig.resolver.outcome import Failed, Found  # here: whoever resolves has loaded it already

        word = (
            "found" if isinstance(outcome, Found) else "failed" if isinstance(outcome, Failed) else "nothing"
        )
        words = self._outcomes.setdefault(step.method, set())
        words.add(word)
        self._open[step.method] -= 1
        if not self._open[step.method]:
            best = self._ways[step.method] = next(word for word in _BEST_FIRST if word in words)
            self._tell(Settled(step.method, best))
