"""Workers of granian that overhear their SIGTERM, told again.

Rarely (once in some hundred stops of a busy worker) one goes on as if nothing had been said, and the service
hangs until it is killed. A second word is always heard, and means nothing to a worker that is stopping.
"""

from __future__ import annotations

import os
import signal
import threading
from contextlib import suppress
from functools import partial
from multiprocessing import connection
from typing import TYPE_CHECKING, Any

from granian.server import mp

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing import Process

AGAIN_SECONDS = 2.0
TIMES = 15


def insist() -> None:
    """Let the servers of this process tell their workers to stop more than once."""
    worker = getattr(mp, "WorkerProcess", None)
    if worker is not None and not hasattr(worker.terminate, "insists"):
        worker.terminate = _insisting(worker.terminate)


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
