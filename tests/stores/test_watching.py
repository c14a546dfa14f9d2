"""The thread that looks at the folder."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest

from autoconfig.stores import directory
from autoconfig.stores.directory import DirectoryStore
from tests.stores.folder import names, replace, toml_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

PATIENCE = 30.0
"""Seconds after which a test gives up; what it waits for takes milliseconds."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of one good provider."""
    (tmp_path / "a.toml").write_text(toml_text("a.example", name="old"))
    return tmp_path


@pytest.fixture
def store(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[DirectoryStore]:
    """A store that looks at its folder a hundred times a second."""
    monkeypatch.setattr(directory, "LOOK_EVERY", 0.01)
    store = DirectoryStore(folder)
    yield store
    store.close()


def until(condition: Callable[[], bool]) -> None:
    """Wait for something that a thread does."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.002)


def watchers(before: set[threading.Thread]) -> list[threading.Thread]:
    """The threads that were not there before."""
    return [thread for thread in threading.enumerate() if thread not in before]


def test_two_looks_and_reading_take_less_than_two_seconds() -> None:
    """A change just after a look is seen at the next, and read at the one after that."""
    assert 2 * directory.LOOK_EVERY <= 1.0


def test_the_thread_takes_over_what_changes(folder: Path, store: DirectoryStore) -> None:
    store.watch()
    replace(folder / "a.toml", toml_text("a.example", name="new"))
    until(lambda: names(store) == ["new"])
    (folder / "b.toml").write_text(toml_text("b.example", name="second"))
    until(lambda: names(store) == ["new", "second"])
    (folder / "a.toml").unlink()
    until(lambda: names(store) == ["second"])


def test_nothing_is_followed_before_watch(folder: Path) -> None:
    before = set(threading.enumerate())
    DirectoryStore(folder)
    assert watchers(before) == []


def test_watch_twice_starts_one_thread(store: DirectoryStore) -> None:
    before = set(threading.enumerate())
    store.watch()
    store.watch()
    assert [thread.name for thread in watchers(before)] == ["providers"]


def test_the_thread_does_not_hold_up_the_end_of_the_process(store: DirectoryStore) -> None:
    before = set(threading.enumerate())
    store.watch()
    assert [thread.daemon for thread in watchers(before)] == [True]


def test_close_stops_the_thread(folder: Path, store: DirectoryStore) -> None:
    before = set(threading.enumerate())
    store.watch()
    [thread] = watchers(before)
    store.close()
    thread.join(PATIENCE)
    assert not thread.is_alive()
    (folder / "a.toml").unlink()
    assert names(store) == ["old"]


def test_close_before_watch_does_nothing(store: DirectoryStore) -> None:
    store.close()
    assert names(store) == ["old"]


def test_watch_after_close_follows_again(folder: Path, store: DirectoryStore) -> None:
    store.watch()
    store.close()
    store.watch()
    replace(folder / "a.toml", toml_text("a.example", name="new"))
    until(lambda: names(store) == ["new"])


class Faulty(DirectoryStore):
    """A store whose look fails in a way nobody foresaw, for as long as it is told to."""

    faults = 0
    fail = False

    def _look(self) -> dict[str, directory.Signature]:
        if self.fail:
            self.faults += 1
            raise RuntimeError("nobody foresaw this")
        return super()._look()


def test_a_look_that_fails_is_logged_and_tried_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(directory, "LOOK_EVERY", 0.01)
    store = Faulty(folder)
    store.fail = True
    store.watch()
    until(lambda: store.faults >= 3)
    store.fail = False
    replace(folder / "a.toml", toml_text("a.example", name="new"))
    until(lambda: names(store) == ["new"])
    store.close()
    said = {record.getMessage() for record in caplog.records}
    assert said == {f"looking at the provider folder {folder} failed; trying again"}


FORKING = """
import os, sys, time, threading
from pathlib import Path
from autoconfig.stores import directory

directory.LOOK_EVERY = 0.01
folder = Path(sys.argv[1])
store = directory.DirectoryStore(folder)
store.watch()
store.close()
store.watch()
child = os.fork()
if child == 0:
    (folder / "b.toml").write_text((folder / "a.toml").read_text().replace("a.example", "b.example"))
    end = time.monotonic() + 30
    while store.find("b.example") is None and time.monotonic() < end:
        time.sleep(0.002)
    threads = [thread.name for thread in threading.enumerate()].count("providers")
    os._exit(0 if store.find("b.example") is not None and threads == 1 else 1)
_, status = os.waitpid(child, 0)
sys.exit(os.waitstatus_to_exitcode(status))
"""


def test_a_forked_process_follows_with_one_thread_of_its_own(folder: Path) -> None:
    """A web server loads the service once and forks its workers."""
    run = subprocess.run([sys.executable, "-c", FORKING, str(folder)], capture_output=True, text=True)
    assert (run.returncode, run.stderr) == (0, "")
