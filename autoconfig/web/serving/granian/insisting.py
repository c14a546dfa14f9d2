"""Workers of granian that overhear their SIGTERM, told again.

Rarely (once in some hundred stops of a busy worker) one goes on as if nothing had been said, and the service
hangs until it is killed. So it is said again. To granian a second word while it stops is one too many, it
stands still; so workers are made to heed the first they hear alone.
"""

from __future__ import annotations

import os
import signal
import threading
from contextlib import suppress
from functools import partial
from multiprocessing import connection
from typing import TYPE_CHECKING, Any

from granian import _signals
from granian.server import mp

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing import Process
    from types import FrameType

AGAIN_SECONDS = 2.0
TIMES = 15
"""As long as a worker may take to stop (granian.STOP_SECONDS); then it is killed."""


def insist() -> None:
    """Let the servers of this process tell their workers to stop more than once."""
    worker = getattr(mp, "WorkerProcess", None)
    if worker is not None and not hasattr(worker.terminate, "insists"):
        worker.terminate = _insisting(worker.terminate)


def heed_once() -> None:
    """Let a worker that is made in this process heed the first word alone. Call before it is made."""
    set_up = getattr(_signals, "set_sync_signals", None)
    if set_up is not None and not hasattr(set_up, "heeds_once"):
        _signals.set_sync_signals = _heeding_once(set_up)


def _heeding_once(set_up: Callable[[], Any]) -> Callable[[], Any]:
    def once_set_up() -> Any:
        stop = set_up()
        heed = signal.getsignal(signal.SIGTERM)
        words: list[int] = []

        def heard(number: int, frame: FrameType | None) -> None:
            words.append(number)
            if len(words) == 1 and callable(heed):
                heed(number, frame)

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, heard)
        return stop

    once_set_up.heeds_once = True  # type: ignore[attr-defined]
    return once_set_up


def _insisting(terminate: Callable[[Any], None]) -> Callable[[Any], None]:
    def terminated(worker: Any) -> None:
        terminate(worker)
        threading.Thread(target=partial(tell_again, worker.inner), daemon=True).start()

    terminated.insists = True  # type: ignore[attr-defined]
    return terminated


def tell_again(process: Process, seconds: float = AGAIN_SECONDS) -> None:
    """Send SIGTERM to a child every few seconds until it has ended, or somebody kills it."""
    for _ in range(TIMES):
        # Its end closes a pipe: unlike its number, that can be nobody else's.
        if connection.wait([process.sentinel], seconds):
            return
        with suppress(ProcessLookupError, TypeError):
            os.kill(process.pid, signal.SIGTERM)  # type: ignore[arg-type]
