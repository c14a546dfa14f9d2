"""Answers of a source that is elsewhere: kept for a while, and still told while the source is down.

What was found out under an older version (see ``pulse``) is asked again when it is wanted, and told once more
where nobody answers.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from contextlib import suppress
from typing import TYPE_CHECKING, Generic, TypeVar

from autoconfig.errors import StoreDown
from autoconfig.stores.pulse import KEEP_SECONDS, Pulse, SourceFailed

if TYPE_CHECKING:
    from collections.abc import Callable

Key = TypeVar("Key")
Value = TypeVar("Value")

KEPT = 50_000
"""How many answers of a kind are kept; a few hundred bytes each."""
KEPT_ABSENT = 10_000
"""How many names that are not served are kept: whoever makes up names shall push out no real one."""


class Kept(Generic[Key, Value]):
    """The answers to one kind of question, None among them for "there is none"; bounded in number."""

    def __init__(self, pulse: Pulse, *, most: int = KEPT, most_absent: int | None = KEPT_ABSENT) -> None:
        """``most_absent`` bounds the names that are not there; with None all answers are alike."""
        self._pulse = pulse
        self._lock = threading.Lock()
        # Ordered, for the oldest of a plain dict is looked for among the places of all that went before it.
        self._present: OrderedDict[Key, tuple[int, Value | None]] = OrderedDict()
        self._absent = self._present if most_absent is None else OrderedDict()
        self._most = most
        self._most_absent = most if most_absent is None else most_absent

    def __len__(self) -> int:
        return len(self._present)

    def get(self, key: Key, question: Callable[[Key], Value | None]) -> Value | None:
        """The answer to a question, asked at most once in a version. Raises StoreDown where there is none."""
        pulse = self._pulse
        version = pulse.version
        kept = self._present.get(key) or self._absent.get(key)
        if kept is not None and kept[0] == version:
            if pulse.failure is None:
                pulse.hits += 1
            else:
                pulse.stale += 1
            return kept[1]
        reason = ""
        if not pulse.resting or (kept is None and pulse.is_back()):
            try:
                value = pulse.ask(lambda: question(key))
            except SourceFailed as error:
                reason = str(error)
            else:
                self._keep(key, (version, value))
                return value
        if kept is None:
            raise StoreDown(f"The store {pulse.name} does not answer: {reason or pulse.failure}.")
        pulse.stale += 1
        return kept[1]

    def _keep(self, key: Key, answer: tuple[int, Value | None]) -> None:
        present = answer[1] is not None
        chosen, other = (self._present, self._absent) if present else (self._absent, self._present)
        with self._lock:
            if other is not chosen:
                other.pop(key, None)
            chosen[key] = answer
            chosen.move_to_end(key)  # what was asked for last stands last
            if len(chosen) > (self._most if present else self._most_absent):
                chosen.popitem(last=False)


class Counted(Generic[Value]):
    """How much there is of something: counted now and then, for counting a million takes its time."""

    def __init__(self, pulse: Pulse, usual: Value, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._pulse = pulse
        self._value = usual
        self._clock = clock
        self._until = float("-inf")

    def get(self, count: Callable[[], Value]) -> Value:
        """The last count, made anew when it is old and the source answers."""
        if self._clock() >= self._until and not self._pulse.resting:
            with suppress(SourceFailed):
                self._value = self._pulse.ask(count)
                self._until = self._clock() + KEEP_SECONDS
        return self._value
