"""A worker that overhears the word is told again."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from typing import TYPE_CHECKING

import pytest
from granian import _signals
from granian.server import mp

from autoconfig.web.serving.granian.insisting import heed_once, insist, tell_again

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

fork = multiprocessing.get_context("fork")


def hard_of_hearing(words: int, ready: Connection) -> None:
    """A process that ends at the last of so many words."""
    heard: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _frame: heard.append(number))
    ready.send("ready")
    while len(heard) < words:
        time.sleep(0.01)
    os._exit(len(heard))


@pytest.mark.parametrize("words", [1, 3])
def test_a_process_is_told_until_it_ends(words: int) -> None:
    here, there = fork.Pipe()
    process = fork.Process(target=hard_of_hearing, args=(words, there))
    process.start()
    assert here.recv() == "ready"
    process.terminate()
    tell_again(process, 0.05)  # type: ignore[arg-type]
    process.join(10)
    assert process.exitcode == words


def test_a_process_that_has_ended_is_told_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    process = fork.Process(target=int)
    process.start()
    process.join(10)
    monkeypatch.setattr(os, "kill", lambda *_: pytest.fail("somebody else may have its number by now"))
    tell_again(process, 0.05)  # type: ignore[arg-type]


def test_workers_of_granian_are_told_again_and_prepared_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(mp.WorkerProcess, "terminate", mp.WorkerProcess.terminate)
    insist()
    once = mp.WorkerProcess.terminate
    insist()
    assert mp.WorkerProcess.terminate is once
    assert hasattr(once, "insists")


class Stop:
    """What granian's worker waits for."""

    set_so_often = 0

    def set(self) -> None:
        Stop.set_so_often += 1


def test_a_worker_heeds_the_first_word_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    monkeypatch.setattr(_signals, "WorkerSignal", Stop)
    monkeypatch.setattr(_signals, "set_sync_signals", _signals.set_sync_signals)
    monkeypatch.setattr(Stop, "set_so_often", 0)
    heed_once()
    heed_once()
    try:
        stop = _signals.set_sync_signals()
        for number in (signal.SIGTERM, signal.SIGTERM, signal.SIGINT):
            os.kill(os.getpid(), number)
        assert isinstance(stop, Stop)
        assert Stop.set_so_often == 1
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
