"""Threads of a worker do not interrupt each other, where the system has that."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from autoconfig.web.serving.scheduling import interrupt_nobody


def policy_after(*before: str) -> int:
    """That of a process of its own, and of a thread it starts then."""
    code = (
        "import os, threading\n"
        "from autoconfig.web.serving.scheduling import interrupt_nobody\n"
        f"{chr(10).join(before)}\n"
        "interrupt_nobody()\n"
        "found = [os.sched_getscheduler(0)]\n"
        "thread = threading.Thread(target=lambda: found.append(os.sched_getscheduler(0)))\n"
        "thread.start(); thread.join()\n"
        "print(*found)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    (policy,) = set(done.stdout.split())
    return int(policy)


def test_threads_do_not_interrupt_each_other() -> None:
    assert policy_after() == os.SCHED_BATCH


def test_what_an_operator_chose_stays_as_it_is() -> None:
    assert policy_after("os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))") == os.SCHED_IDLE


def test_nothing_happens_where_it_is_refused_or_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def refused(*arguments: object) -> None:
        asked.append(arguments)
        raise PermissionError

    monkeypatch.setattr(os, "sched_setscheduler", refused)
    interrupt_nobody()
    assert asked
    monkeypatch.delattr(os, "sched_getscheduler")
    interrupt_nobody()
    assert len(asked) == 1
