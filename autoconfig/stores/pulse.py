"""The pulse of a source that is elsewhere: whether it answers, and how fresh what it said still is.

One number says how fresh all answers are: the version grows when the source says that something changed, and
every so often in any case. While the source does not answer the version stands still. A source that failed is
asked again after a pause that grows.
"""

from __future__ import annotations

import logging
import os
import threading
import time
import weakref
from typing import TYPE_CHECKING, Protocol, TypeVar, runtime_checkable

from autoconfig.model import Remark

if TYPE_CHECKING:
    from collections.abc import Callable

logger = logging.getLogger(__name__)

Value = TypeVar("Value")

KEEP_SECONDS = 60.0
"""For how long an answer is fresh, where the source does not say that something changed."""
PROBE_EVERY = 1.0
"""Seconds between two looks at a source."""
LONGEST_PAUSE = 5.0
"""Seconds between two attempts at a source that stays away."""
_LOOK_EVERY, _MOMENT = 0.1, 0.2
"""Seconds between two looks for somebody who has nothing to tell, and for which others wait for one."""


class SourceFailed(Exception):
    """A question got no answer; ``str()`` says why, without any secret."""

    def __init__(self, reason: str, *, unreachable: bool) -> None:
        super().__init__(reason)
        self.unreachable = unreachable
        """Whether nobody could be reached at all, as opposed to a question that was refused."""


def after_fork(method: Callable[[], None]) -> None:
    """Call a method in every process forked from now on, for as long as its object lives."""
    reference = weakref.WeakMethod(method)

    def call() -> None:
        alive = reference()
        if alive is not None:
            alive()

    os.register_at_fork(after_in_child=call)


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
        self._trying = threading.Lock()
        self._tried = float("-inf")
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
        after_fork(self._forked)

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

    def is_back(self) -> bool:
        """Look between two probes whether the source is back: for who has nothing that is kept to tell.

        Another worker may know that already, and a proxy by that one's readiness. One looks, at most ten
        times a second, and who comes meanwhile waits for a moment.
        """
        if not self._watching:
            return False
        looking = self._clock() - self._tried < _MOMENT
        if not self._trying.acquire(timeout=_MOMENT if looking else 0):
            return False
        try:
            if self._failure is None:
                return True
            if self._clock() - self._tried < _LOOK_EVERY:
                return False
            self._tried = self._clock()
            return self.look()
        finally:
            self._trying.release()

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
        # Not in one line: between reading the sum and the end of the call another thread might add to it.
        took = time.perf_counter() - started
        self.seconds += took
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
        self._trying = threading.Lock()
        # What the parent counted is the parent's.
        self.errors = self.stale = self.hits = self.questions = 0
        self.seconds = 0.0
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
            if first or self._clock() >= self._retry:  # a question between two probes puts none off
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


@runtime_checkable
class Pulsing(Protocol):
    """A store whose sources are elsewhere, some of them at least."""

    @property
    def pulses(self) -> tuple[Pulse | None, ...]:
        """One for each store, in the order of their health; None for one that asks nobody."""


def pulses_of(store: object) -> tuple[Pulse | None, ...]:
    """The pulses of any store."""
    return store.pulses if isinstance(store, Pulsing) else (None,)


def down(pulse: Pulse) -> tuple[Remark, ...]:
    """What an operator is told about a source that is down: one sentence, or nothing."""
    if pulse.failure is None:
        return ()
    message = f"The store does not answer: {pulse.failure}; what is kept is still served."
    return (Remark(message=message, source=pulse.name),)
