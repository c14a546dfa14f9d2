"""How the system shares its processors among the threads of a worker."""

from __future__ import annotations

import os
from contextlib import suppress


def interrupt_nobody() -> None:
    """Let no thread that this one starts from now on, nor itself, interrupt another by waking up.

    Of Python's threads one runs at a time. One that is woken (by a request, by a database's answer) and takes
    the processor from another finds the lock they share held, and gives it back: two changes for nothing, and
    more of them the more threads there are. So it waits until the other waits, or for the few milliseconds
    after which the system changes threads anyhow. Linux calls that SCHED_BATCH (sched(7)); elsewhere, where
    it is refused, and where an operator has chosen something else, all stays as it is.
    """
    with suppress(AttributeError, OSError):
        if os.sched_getscheduler(0) == os.SCHED_OTHER:
            os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
