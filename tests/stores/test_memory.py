"""What a folder remembers of the digests that were published, and that nobody ever waits for it."""

from __future__ import annotations

import errno
import fcntl
import json
import multiprocessing
import os
import stat
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from autoconfig.formats.pacc import PastDigest, digest
from autoconfig.settings import shipped_providers
from autoconfig.stores import memory_of, open_store, open_stores
from autoconfig.stores.directory import DirectoryStore
from autoconfig.stores.memory import FILE_NAME, FORGET_SECONDS, MAX_DOMAINS, FolderMemory
from tests.publishing import FakeStore
from tests.stores.folder import toml_text

if TYPE_CHECKING:
    from collections.abc import Callable

A, B, C, D = (digest(text) for text in (b"a", b"b", b"c", b"d"))
DOMAIN = "example.com"


class Clock:
    """The time of day, as a test wants it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1_800_000_000.0
        monkeypatch.setattr(time, "time", lambda: self.now)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


@pytest.fixture
def memory(tmp_path: Path) -> FolderMemory:
    return FolderMemory(tmp_path)


def publish(memory: FolderMemory, *digests: str, domain: str = DOMAIN) -> None:
    for found in digests:
        memory.published(domain, found)
        assert memory.keep()


def written(folder: Path) -> dict[str, object]:
    content = json.loads((folder / FILE_NAME).read_text())
    assert content["version"] == 1
    domains = content["domains"]
    assert isinstance(domains, dict)
    return domains


def test_nothing_is_remembered_before_anything_is_published(memory: FolderMemory, tmp_path: Path) -> None:
    assert memory.past(DOMAIN, A) == ()
    assert memory.keep()
    assert list(tmp_path.iterdir()) == []


def test_the_first_digest_has_no_past(memory: FolderMemory) -> None:
    publish(memory, A)
    assert memory.past(DOMAIN, A) == ()


def test_a_digest_that_is_replaced_was_served_until_then(memory: FolderMemory, clock: Clock) -> None:
    publish(memory, A)
    clock.now += 500
    publish(memory, B)
    clock.now += 7000
    assert memory.past(DOMAIN, B) == (PastDigest(A, clock.now - 7000),)


def test_publishing_the_same_again_writes_nothing(memory: FolderMemory, tmp_path: Path) -> None:
    publish(memory, A)
    before = (tmp_path / FILE_NAME).stat()
    publish(memory, A, A)
    after = (tmp_path / FILE_NAME).stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


def test_a_change_that_nobody_wrote_down_is_seen_all_the_same(memory: FolderMemory, clock: Clock) -> None:
    publish(memory, A)
    assert memory.past(DOMAIN, B) == (PastDigest(A, clock.now),)


def test_where_nobody_can_write_it_down_it_is_not(
    memory: FolderMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(memory, A, B)
    monkeypatch.setattr(os, "access", lambda _path, _mode: False)
    assert [past.digest for past in memory.past(DOMAIN, C)] == [A]


def test_two_older_ones_are_remembered_the_newest_first(memory: FolderMemory) -> None:
    publish(memory, A, B, C, D)
    assert [past.digest for past in memory.past(DOMAIN, D)] == [C, B]


def test_a_version_that_comes_back_is_no_past_of_itself(memory: FolderMemory) -> None:
    publish(memory, A, B, A)
    assert [past.digest for past in memory.past(DOMAIN, A)] == [B]


def test_what_is_long_over_is_forgotten(memory: FolderMemory, clock: Clock) -> None:
    publish(memory, A, B)
    clock.now += FORGET_SECONDS - 1
    assert [past.digest for past in memory.past(DOMAIN, B)] == [A]
    clock.now += 1
    assert memory.past(DOMAIN, B) == ()


def test_domains_do_not_mix(memory: FolderMemory) -> None:
    publish(memory, A, B)
    publish(memory, C, domain="other.example")
    assert memory.past("other.example", C) == ()
    assert [past.digest for past in memory.past(DOMAIN, B)] == [A]


def test_of_too_many_domains_a_command_forgets_the_longest_unchanged(
    memory: FolderMemory, tmp_path: Path
) -> None:
    publish(memory, A, domain="first.example")
    for number in range(MAX_DOMAINS):
        memory.published(f"d{number}.example", A)
    assert memory.keep(make_room=True)
    domains = written(tmp_path)
    assert len(domains) == MAX_DOMAINS
    assert "first.example" not in domains


def test_requests_for_ever_new_domains_do_not_keep_the_disk_busy(
    memory: FolderMemory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(memory, A)
    for number in range(MAX_DOMAINS + 10):
        memory.published(f"d{number}.example", A)
    assert memory.keep()
    full = (tmp_path / FILE_NAME).stat()
    assert len(written(tmp_path)) == MAX_DOMAINS
    with monkeypatch.context() as patched:
        patched.delattr(FolderMemory, "_read")  # whoever reads the file now fails
        for number in range(50):
            memory.published(f"new{number}.example", A)
            assert memory.keep()
    assert (tmp_path / FILE_NAME).stat().st_ino == full.st_ino
    publish(memory, B)
    assert [past.digest for past in memory.past(DOMAIN, B)] == [A]


def test_no_more_is_noted_than_can_be_remembered(memory: FolderMemory, tmp_path: Path) -> None:
    for number in range(MAX_DOMAINS + 10):
        memory.published(f"d{number}.example", A)
    assert memory.keep()
    assert len(written(tmp_path)) == MAX_DOMAINS


# The file


def test_the_file_is_no_provider_and_every_user_may_read_it(memory: FolderMemory, tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(toml_text(DOMAIN))
    publish(memory, A, B)
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == [FILE_NAME]
    assert stat.S_IMODE((tmp_path / FILE_NAME).stat().st_mode) == 0o644
    store = DirectoryStore(tmp_path)
    assert len(list(store.entries())) == 1
    assert store.health()[0].problems == ()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff",
        b"[" * 100_000,
        b"null",
        b"[]",
        b'{"version": 2, "domains": {}}',
        b'{"version": 1}',
        b'{"version": 1, "domains": []}',
        b'{"version": 1, "domains": {"example.com": 1}}',
        b'{"version": 1, "domains": {"example.com": {"digest": "x", "past": []}}}',
        json.dumps({"version": 1, "domains": {DOMAIN: {"digest": A, "past": [["x", 1]]}}}).encode(),
        json.dumps({"version": 1, "domains": {DOMAIN: {"digest": A, "past": [[B, "x"]]}}}).encode(),
        json.dumps({"version": 1, "domains": {DOMAIN: {"digest": A, "past": [[B, 1e300]]}}}).encode(),
        json.dumps({"version": 1, "domains": {DOMAIN: {"digest": A, "past": [[B, float("inf")]]}}}).encode(),
        json.dumps({"version": 1, "domains": {DOMAIN: {"digest": f'{A}"\nx. TXT "', "past": []}}}).encode(),
    ],
)
def test_a_file_of_somebody_else_is_taken_for_none_and_written_anew(
    memory: FolderMemory, tmp_path: Path, content: bytes
) -> None:
    (tmp_path / FILE_NAME).write_bytes(content)
    assert memory.past(DOMAIN, B) == ()
    publish(memory, A)
    assert written(tmp_path) == {DOMAIN: {"digest": A, "past": []}}


def test_a_link_in_its_place_is_replaced_and_not_followed(memory: FolderMemory, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_text("mine")
    (tmp_path / FILE_NAME).symlink_to(other)
    publish(memory, A)
    assert other.read_text() == "mine"
    assert not (tmp_path / FILE_NAME).is_symlink()


# Where nothing can be written


@pytest.mark.parametrize("reason", [errno.EROFS, errno.EACCES, errno.EPERM])
def test_a_folder_that_cannot_be_written_is_tried_once(
    memory: FolderMemory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reason: int
) -> None:
    tries = []

    def refuse(**_how: object) -> tuple[int, str]:
        tries.append(1)
        raise OSError(reason, os.strerror(reason))

    monkeypatch.setattr("tempfile.mkstemp", refuse)
    for _ in range(3):
        publish(memory, A)
    assert tries == [1]
    assert list(tmp_path.iterdir()) == []
    assert memory.past(DOMAIN, B) == ()


def test_a_full_disk_is_tried_again_and_leaves_nothing_behind(
    memory: FolderMemory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_content: object, _file: object, **_how: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(json, "dump", full)
        publish(memory, A)
    assert list(tmp_path.iterdir()) == []
    publish(memory, A)
    assert written(tmp_path) == {DOMAIN: {"digest": A, "past": []}}


def test_a_folder_that_is_gone_is_no_error(memory: FolderMemory, tmp_path: Path) -> None:
    tmp_path.rmdir()
    publish(memory, A)
    assert memory.past(DOMAIN, A) == ()


def test_who_writes_just_now_goes_first(memory: FolderMemory, tmp_path: Path) -> None:
    memory.published(DOMAIN, A)
    folder = os.open(tmp_path, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        started = time.monotonic()
        assert memory.keep() is False
        assert time.monotonic() - started < 0.2
    finally:
        os.close(folder)
    assert memory.keep() is True
    assert written(tmp_path) == {DOMAIN: {"digest": A, "past": []}}


def test_a_file_system_without_locks_is_written_all_the_same(
    memory: FolderMemory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_locks(_file: int, _how: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", no_locks)
    publish(memory, A)
    assert written(tmp_path) == {DOMAIN: {"digest": A, "past": []}}


def _publish_many(folder: str, first: int, wait: Callable[[], object]) -> None:
    memory = FolderMemory(Path(folder))
    wait()
    for number in range(first, first + 40):
        memory.published(f"d{number}.example", A)
        while not memory.keep():
            time.sleep(0.001)


def test_processes_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    barrier = context.Barrier(4)
    processes = [
        context.Process(target=_publish_many, args=(str(tmp_path), first, barrier.wait))
        for first in (0, 40, 80, 120)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join(30)
    assert [process.exitcode for process in processes] == [0] * 4
    assert set(written(tmp_path)) == {f"d{number}.example" for number in range(160)}
    assert [path.name for path in tmp_path.iterdir()] == [FILE_NAME]


# Stores


def test_a_folder_remembers_and_the_database_that_ships_does_not(tmp_path: Path) -> None:
    assert memory_of(open_store(str(tmp_path)), DOMAIN) is not None
    assert memory_of(open_store(str(shipped_providers())), DOMAIN) is None
    assert memory_of(open_store(f"{shipped_providers()}/../providers"), DOMAIN) is None
    assert memory_of(FakeStore(), DOMAIN) is None


def test_of_several_folders_the_one_that_serves_the_domain_remembers(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "x.toml").write_text(toml_text(f"{name}.example"))
    chain = open_stores([str(tmp_path / "one"), str(tmp_path / "two")])
    memory = memory_of(chain, "two.example")
    assert memory is not None
    memory.published("two.example", A)
    assert memory.keep()
    assert list(written(tmp_path / "two")) == ["two.example"]
    assert not (tmp_path / "one" / FILE_NAME).exists()
    assert memory_of(chain, "nobody.example") is None
