"""Equal questions asked at the same time are asked once."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

Value = TypeVar("Value")


class Once(Generic[Value]):
    """The first thread with a key does the work; those that come meanwhile wait for its outcome."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: dict[str, Future[Value]] = {}

    def run(self, key: str, work: Callable[[], Value]) -> Value:
        """Do the work, or wait for who does it. Raises what the work raises."""
        with self._lock:
            theirs = self._running.get(key)
            if theirs is None:
                ours = self._running[key] = Future()
        if theirs is not None:
            return theirs.result()
        try:
            value = work()
        except BaseException as error:
            self._forget(key)
            ours.set_exception(error)
            raise
        self._forget(key)
        ours.set_result(value)
        return value

    def _forget(self, key: str) -> None:
        with self._lock:
            del self._running[key]
