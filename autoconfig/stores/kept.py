"""Answers of a source that is elsewhere: kept for a while, and still told while the source is down.

One number says how fresh all answers are: the version grows when the source says that something changed, and
every so often in any case. What was found out under an older version is asked again when it is wanted. While
the source does not answer the version stands still, so that everything kept goes on being served, and old
answers are told instead of none. A source that failed is asked again after a pause that grows.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Generic, TypeVar

from autoconfig.errors import StoreDown

if TYPE_CHECKING:
    from collections.abc import Callable

    from autoconfig.model import Remark

logger = logging.getLogger(__name__)

Key = TypeVar("Key")
Value = TypeVar("Value")

KEEP_SECONDS = 60.0
"""For how long an answer is fresh, where the source does not say that something changed."""
PROBE_EVERY = 1.0
"""Seconds between two looks at a source."""
LONGEST_PAUSE = 5.0
"""Seconds between two attempts at a source that stays away."""

KEPT = 50_000
"""How many answers of a kind are kept; a few hundred bytes each."""
KEPT_ABSENT = 10_000
"""How many names that are not served are kept: whoever makes up names shall push out no real one."""


class SourceFailed(Exception):
    """A question got no answer; ``str()`` says why, without any secret."""

    def __init__(self, reason: str, *, unreachable: bool) -> None:
        super().__init__(reason)
        self.unreachable = unreachable
        """Whether nobody could be reached at all, as opposed to a question that was refused."""


class Pulse:
    """Whether a source answers, how it has answered so far, and which version of its answers is fresh.

    ``probe`` asks the source for a value that differs where something changed, and raises SourceFailed.
    """

    def __init__(
        self,
        name: str,
        probe: Callable[[], object],
        *,
        keep_seconds: float = KEEP_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = name
        self.errors = 0
        """Questions that failed."""
        self.stale = 0
        """Questions answered by what was kept, because the source was down or failed."""
        self.hits = 0
        """Questions answered by what is kept and fresh."""
        self.questions = 0
        """Questions the source answered, and the seconds it took."""
        self.seconds = 0.0
        self._probe = probe
        self._keep_seconds = keep_seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._version = 1
        self._renewal = clock() + keep_seconds
        self._seen: object = None
        self._answered_at: float | None = None
        self._failure: str | None = None
        self._pause = 0.0
        self._retry = 0.0
        self._watching = False
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        os.register_at_fork(after_in_child=self._forked)

    @property
    def version(self) -> int:
        """Grows whenever an answer may have changed; stands still while the source is down."""
        if self._clock() >= self._renewal and self._failure is None:
            self._renew()
        return self._version

    @property
    def failure(self) -> str | None:
        """Why the source does not answer; None where it does, as far as is known."""
        return self._failure

    @property
    def age(self) -> float | None:
        """Seconds since the source last answered; None where it never has."""
        return None if self._answered_at is None else max(0.0, self._clock() - self._answered_at)

    @property
    def resting(self) -> bool:
        """Whether the source is down and it is not yet time to try again."""
        return self._failure is not None and (self._watching or self._clock() < self._retry)

    def ask(self, question: Callable[[], Value]) -> Value:
        """Ask the source, and note how it went. Raises SourceFailed."""
        started = time.perf_counter()
        try:
            value = question()
        except SourceFailed as error:
            self.errors += 1
            if error.unreachable:
                self._failed(str(error))
            else:
                self.look()  # one question may be refused while others are answered
            raise
        self.seconds += time.perf_counter() - started
        self.questions += 1
        self._answered_at = self._clock()
        if self._failure is not None:
            self._recovered()
        return value

    def look(self) -> bool:
        """Probe the source now, and tell whether it answers."""
        try:
            seen = self._probe()
        except SourceFailed as error:
            self._failed(str(error))
            return False
        self._answered_at = self._clock()
        if self._failure is not None:
            self._recovered()
        with self._lock:
            changed, self._seen = self._seen not in (None, seen), seen
        if changed:
            self._renew()
        return True

    def watch(self) -> None:
        """Probe the source in a thread of its own from now on, also in processes forked later."""
        if not self._watching:
            self._watching = True
            if self._failure is not None:
                self._log_failure()
            self._start()

    def close(self) -> None:
        """Stop probing; a look that is under way is waited for, as it holds a connection."""
        self._watching = False
        self._stop.set()
        if self._thread is not None:
            self._thread.join(LONGEST_PAUSE)
            self._thread = None

    def _forked(self) -> None:
        self._lock = threading.Lock()
        self._thread = None
        if self._watching:
            self._start()

    def _start(self) -> None:
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._follow, args=(self._stop,), name="source", daemon=True)
        self._thread.start()

    def _follow(self, stop: threading.Event) -> None:
        while not stop.wait(PROBE_EVERY):
            if self._failure is not None and self._clock() < self._retry:
                continue
            try:
                self.look()
            except Exception:
                logger.exception("looking at the store %s failed; trying again", self.name)

    def _renew(self) -> None:
        with self._lock:
            self._version += 1
            self._renewal = self._clock() + self._keep_seconds

    def _failed(self, reason: str) -> None:
        with self._lock:
            first = self._failure is None
            self._failure = reason
            self._pause = PROBE_EVERY if first else min(self._pause * 2, LONGEST_PAUSE)
            self._retry = self._clock() + self._pause
        # A command that opens a store says itself, and once, that it is away.
        if first and (self._watching or self._answered_at is not None):
            self._log_failure()

    def _log_failure(self) -> None:
        logger.error(
            "the store %s does not answer: %s; what is kept is still served", self.name, self._failure
        )

    def _recovered(self) -> None:
        with self._lock:
            was_down, self._failure = self._failure is not None, None
        if was_down:
            logger.warning("the store %s answers again", self.name)
            self._renew()


class Kept(Generic[Key, Value]):
    """The answers to one kind of question, None among them for "there is none"; bounded in number."""

    def __init__(self, pulse: Pulse, *, most: int = KEPT, most_absent: int | None = KEPT_ABSENT) -> None:
        """``most_absent`` bounds the names that are not there; with None all answers are alike."""
        self._pulse = pulse
        self._lock = threading.Lock()
        self._present: dict[Key, tuple[int, Value | None]] = {}
        self._absent: dict[Key, tuple[int, Value | None]] = self._present if most_absent is None else {}
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
        if not pulse.resting:
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
            chosen.pop(key, None)  # what was asked for last stands last
            chosen[key] = answer
            if len(chosen) > (self._most if present else self._most_absent):
                del chosen[next(iter(chosen))]


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


def down(pulse: Pulse) -> tuple[Remark, ...]:
    """What an operator is told about a source that is down: one sentence, or nothing."""
    from autoconfig.model import Remark

    if pulse.failure is None:
        return ()
    message = f"The store does not answer: {pulse.failure}; what is kept is still served."
    return (Remark(message=message, source=pulse.name),)
