"""What can go wrong on a disk: one sentence, nothing half, and the next run mends it."""

from __future__ import annotations

import fcntl
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest

from autoconfig.errors import ExportError
from autoconfig.export import export, making
from autoconfig.stores import open_stores
from tests.export.test_run import World, standing
from tests.export.webservers import readable_by_all
from tests.mailhost.namespace import find

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MANY = 700
"""More domains than one batch."""

_AT_ONCE = """
import sys
from autoconfig.cli import main
from autoconfig.export import making
if __name__ == "__main__":
    making.ALONE = int(sys.argv.pop(1))
    main()
"""
"""The command, with other processes from a number of domains on."""


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = World(tmp_path)
    world.provider("example.com", "example.com", "example.org")
    return world


@pytest.fixture
def hoster(tmp_path: Path) -> World:
    world = World(tmp_path)
    world.provider("many", *(f"d{number}.example" for number in range(MANY)))
    return world


def whole(world: World) -> int:
    """How many documents stand in the tree; each must be whole."""
    bodies = [path.read_bytes() for path in (world.tree / "v1.1").iterdir()]
    assert all(body.endswith(b"</clientConfig>\n") for body in bodies)
    return len(bodies)


# --- two processes


def test_two_processes_make_what_one_would(
    hoster: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "ALONE", 0)
    summary = hoster.export()
    assert (summary.domains, summary.written, summary.problems) == (MANY, MANY, [])
    alone = World(_made(tmp_path / "alone"))
    domain = f"d{MANY - 1}.example"
    alone.provider("many", domain)
    alone.export()
    assert hoster.text(f"v1.1/{domain}") == alone.text(f"v1.1/{domain}")
    assert standing(domain) <= hoster.files()
    assert hoster.counted() == (MANY, 0, MANY, 0)


def _made(directory: Path) -> Path:
    directory.mkdir()
    return directory


# --- interruptions


def test_what_goes_wrong_in_another_process_is_said_here(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.export()
    monkeypatch.setattr(making, "ALONE", 0)
    document = world.tree / "v1.1/example.com"
    document.unlink()
    document.mkdir()
    with pytest.raises(ExportError) as refusal:
        world.export()
    assert str(refusal.value) == (
        f"The export stopped at {document}: is a directory; what stood there is still served."
    )
    document.rmdir()
    assert world.counted() == (2, 1, 1, 0)


def test_a_process_that_is_killed_is_missed(hoster: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "ALONE", 0)
    start = making.Makers._start

    def start_and_kill(makers: making.Makers) -> None:
        start(makers)
        for process in makers._processes:
            process.kill()

    monkeypatch.setattr(making.Makers, "_start", start_and_kill)
    with pytest.raises(ExportError, match="A process of the export was killed; run it again"):
        hoster.export()
    monkeypatch.undo()
    assert hoster.counted() == (MANY, MANY, 0, 0)


def _running(world: World, alone: int) -> subprocess.Popen[bytes]:
    script = world.folder.parent / "export.py"
    script.write_text(_AT_ONCE)
    command = [sys.executable, str(script), str(alone), "export", str(world.tree)]
    return subprocess.Popen(
        [*command, "--providers", str(world.folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def _until_there_are(world: World, documents: int) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if (world.tree / "v1.1").is_dir() and len(os.listdir(world.tree / "v1.1")) >= documents:
            return
        time.sleep(0.005)
    raise AssertionError("the export does not get so far")


@pytest.mark.parametrize(("alone", "domains"), [(MANY, MANY), (0, 2_000)])
def test_the_next_run_mends_what_a_killed_one_left(hoster: World, alone: int, domains: int) -> None:
    hoster.provider("many", *(f"d{number}.example" for number in range(domains)))
    process = _running(hoster, alone)
    _until_there_are(hoster, 50)
    process.kill()
    process.communicate()
    assert domains > whole(hoster) >= 50
    summary = hoster.export()
    assert (summary.problems, summary.domains) == ([], domains)
    assert hoster.counted() == (domains, 0, domains, 0)
    assert whole(hoster) == domains
    assert [name for name in os.listdir(hoster.tree / ".autoconfig-export") if "draft" in name] == []


def test_ctrl_c_ends_it_without_a_word(hoster: World) -> None:
    process = _running(hoster, 0)
    _until_there_are(hoster, 50)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (130, b"", b"\n")
    assert hoster.counted()[0] == MANY


def test_what_a_killed_run_wrote_for_a_domain_since_removed_is_known_as_ours(world: World) -> None:
    world.export()
    with sqlite3.connect(world.tree / ".autoconfig-export/ledger.sqlite") as ledger:
        ledger.execute("UPDATE domain SET facts = NULL, stamp = NULL WHERE name = 'example.org'")
    ledger.close()
    world.provider("example.com", "example.com")
    assert world.counted() == (1, 0, 1, 1)
    assert world.files() == standing("example.com")


# --- one at a time, whole at any time


def test_two_runs_at_once_do_not_meet(world: World) -> None:
    world.export()
    with (world.tree / ".autoconfig-export/lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(ExportError) as refusal:
            world.export()
    assert str(refusal.value) == f"Another export into {world.tree} is running; wait for its end."
    assert world.counted() == (2, 0, 2, 0)


def test_a_reader_sees_the_old_document_or_the_new_one(world: World) -> None:
    bodies: set[str] = set()
    stop = threading.Event()

    def read() -> None:
        while not stop.is_set():
            bodies.add(world.text("sites/autoconfig.example.com/.well-known/autoconfig/mail/config-v1.1.xml"))

    versions = set()
    world.export()
    versions.add(world.text("v1.1/example.com"))
    reader = threading.Thread(target=read)
    reader.start()
    try:
        for number in range(20):
            world.provider("example.com", "example.com", host=f"{'x' * number}a.host.example")
            world.export()
            versions.add(world.text("v1.1/example.com"))
    finally:
        stop.set()
        reader.join()
    assert len(versions) == 21
    assert len(bodies) > 1
    assert bodies <= versions


# --- the disk says no


@pytest.fixture
def nobody() -> Iterator[None]:
    """Run the test as somebody who may write nowhere."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    yield
    os.seteuid(0)


def test_a_directory_that_may_not_be_written_is_refused(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    world = World(tmp_path)
    world.provider("a", "a.example")
    store = open_stores([str(world.folder)])
    closed = tmp_path / "closed"
    closed.mkdir(0o555)
    readable_by_all(closed).chmod(0o555)
    request.getfixturevalue("nobody")
    with pytest.raises(ExportError) as refusal:
        export(store, str(closed / "tree"))
    assert str(refusal.value) == (
        f"The export stopped at {closed}/tree: permission denied; what stood there is still served."
    )


def test_a_file_in_the_place_of_the_directory_is_refused(world: World) -> None:
    world.tree.write_text("mine")
    with pytest.raises(ExportError, match="tree: file exists; what stood there is still served"):
        world.export()
    assert world.tree.read_text() == "mine"


def test_a_damaged_ledger_is_refused(world: World) -> None:
    world.export()
    ledger = world.tree / ".autoconfig-export/ledger.sqlite"
    ledger.write_bytes(b"x" * 10_000)
    with pytest.raises(ExportError) as refusal:
        world.export()
    assert str(refusal.value) == f"{ledger} cannot be used: file is not a database."


def test_the_ledger_of_a_later_version_is_refused(world: World) -> None:
    world.export()
    path = world.tree / ".autoconfig-export/ledger.sqlite"
    with sqlite3.connect(path) as ledger:
        ledger.execute("PRAGMA user_version = 99")
    ledger.close()
    with pytest.raises(ExportError, match="was written by another version; export into a new directory"):
        world.export()


_DISK = """
set -u
mount -t tmpfs -o size=$1 none "$2"
shift; tree=$1; shift
"$@"; echo "code $?"
find "$tree/v1.1" -type f | while read f; do tail -n 1 "$f" | grep -q '^</clientConfig>$' || echo half; done
mount -o remount,ro "$tree"; "$@"; echo "code $?"
mount -o remount,rw,size=100m "$tree"; "$@"; echo "code $?"
find "$tree/v1.1" -type f | wc -l
"""


@pytest.mark.real
def test_a_full_disk_and_a_read_only_one(hoster: World) -> None:
    unshare = find("unshare")
    if os.geteuid() != 0 or unshare is None:
        reason = "only root can mount a small disk, with unshare (apt install util-linux)"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    hoster.tree.mkdir()
    export_it = [sys.executable, "-m", "autoconfig", "export", str(hoster.tree)]
    export_it += ["--providers", str(hoster.folder)]
    command = [unshare, "--mount", "sh", "-c", _DISK, "sh", "3m", str(hoster.tree), *export_it]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    full, read_only = ended.stderr.splitlines()
    assert full.startswith(("autoconfig: The export stopped at ", "autoconfig: "))
    assert "no space left on device" in full or "disk is full" in full
    assert read_only.endswith("lock: read-only file system; what stood there is still served.")
    said = ended.stdout.splitlines()
    assert said[:2] == ["code 1", "code 1"]
    assert said[2].startswith(f"{MANY} domains: ")
    assert said[-2:] == ["code 0", str(MANY)]
