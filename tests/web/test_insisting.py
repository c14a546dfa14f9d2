"""A worker that overhears the word is told again."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from typing import TYPE_CHECKING

import pytest
from granian.server import mp

from autoconfig.web.serving.insisting import insist, tell_again

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
