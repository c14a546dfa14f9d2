"""How a change in the folder is taken over: after it has come to rest, and never by halves."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from autoconfig.stores.directory import DirectoryStore
from tests.stores.folder import names, problems, provider, replace, settle, toml_text

if TYPE_CHECKING:
    from pathlib import Path


def test_nothing_changed_is_no_change(store: DirectoryStore) -> None:
    assert settle(store) is False
    assert store.version == 1


def test_a_new_file_is_served(folder: Path, store: DirectoryStore) -> None:
    (folder / "b.toml").write_text(toml_text("b.example", name="new"))
    assert settle(store) is True
    assert names(store) == ["old", "new"]


def test_a_changed_file_is_served(folder: Path, store: DirectoryStore) -> None:
    (folder / "a.toml").write_text(toml_text("a.example", name="changed"))
    assert settle(store) is True
    assert names(store) == ["changed"]


def test_a_replaced_file_is_served(folder: Path, store: DirectoryStore) -> None:
    replace(folder / "a.toml", toml_text("a.example", name="new"))
    assert settle(store) is True
    assert names(store) == ["new"]


def test_a_change_that_keeps_size_and_time_is_served(folder: Path, store: DirectoryStore) -> None:
    path = folder / "a.toml"
    before = path.stat()
    path.write_text(toml_text("a.example", name="new"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert (path.stat().st_size, path.stat().st_mtime_ns) == (before.st_size, before.st_mtime_ns)
    assert settle(store) is True
    assert names(store) == ["new"]


def test_a_removed_file_is_served_no_longer(folder: Path, store: DirectoryStore) -> None:
    (folder / "a.toml").unlink()
    assert settle(store) is True
    assert store.find("a.example") is None
    assert (names(store), problems(store)) == ([], [])


def test_a_removed_domain_is_served_no_longer(folder: Path, store: DirectoryStore) -> None:
    (folder / "a.toml").write_text(toml_text("other.example"))
    settle(store)
    assert store.find("a.example") is None
    assert provider(store, "other.example").id == "a"


def test_a_file_that_is_gone_for_one_look_only_is_served_all_the_while(
    folder: Path, store: DirectoryStore
) -> None:
    """Some editors move the old file away before they write the new one."""
    (folder / "a.toml").rename(folder / "a.toml~")
    assert store.refresh() is False
    assert names(store) == ["old"]
    (folder / "a.toml").write_text(toml_text("a.example", name="new"))
    assert store.refresh() is False
    assert names(store) == ["old"]
    assert store.refresh() is True
    assert names(store) == ["new"]


def test_a_renamed_file_is_served_all_the_while(folder: Path, store: DirectoryStore) -> None:
    (folder / "a.toml").rename(folder / "b.toml")
    assert store.refresh() is False
    assert provider(store, "a.example").id == "a"
    assert store.refresh() is True
    assert provider(store, "a.example").id == "b"
    assert problems(store) == []


def test_a_domain_that_moves_to_an_earlier_file_is_served_there(folder: Path, store: DirectoryStore) -> None:
    (folder / "0.toml").write_text(toml_text("a.example", name="first"))
    settle(store)
    assert names(store) == ["first"]
    assert [problem.source for problem in store.health()[0].problems] == [str(folder / "a.toml")]


def test_a_left_out_file_is_served_once_the_domain_is_free(folder: Path, store: DirectoryStore) -> None:
    (folder / "b.toml").write_text(toml_text("a.example", name="second"))
    settle(store)
    (folder / "a.toml").unlink()
    assert settle(store) is True
    assert (names(store), problems(store)) == (["second"], [])


def test_a_file_that_grows_from_look_to_look_is_left_alone(folder: Path, store: DirectoryStore) -> None:
    whole = toml_text("b.example", name="new")
    with (folder / "b.toml").open("w") as file:
        for start in range(0, len(whole), 40):
            file.write(whole[start : start + 40])
            file.flush()
            assert store.refresh() is False
            assert (names(store), problems(store)) == (["old"], [])
    assert store.refresh() is True
    assert names(store) == ["old", "new"]


def test_a_file_that_is_being_rewritten_is_served_as_it_was(folder: Path, store: DirectoryStore) -> None:
    whole = toml_text("a.example", name="rewritten")
    with (folder / "a.toml").open("w") as file:
        for start in range(0, len(whole), 40):
            file.write(whole[start : start + 40])
            file.flush()
            assert store.refresh() is False
            assert (names(store), problems(store)) == (["old"], [])
    assert store.refresh() is True
    assert names(store) == ["rewritten"]


def test_a_file_that_moves_all_the_time_does_not_hold_up_another(folder: Path, store: DirectoryStore) -> None:
    (folder / "b.toml").write_text(toml_text("b.example", name="quiet"))
    with (folder / "c.toml").open("w") as file:
        file.write("#")
        file.flush()
        assert store.refresh() is False
        file.write("#")
        file.flush()
        assert store.refresh() is True
    assert names(store) == ["old", "quiet"]


def test_the_version_grows_with_each_change_and_only_then(folder: Path, store: DirectoryStore) -> None:
    versions = [store.version]
    for number in range(3):
        (folder / "b.toml").write_text(toml_text("b.example", name="n" * (number + 1)))
        settle(store)
        settle(store)
        versions.append(store.version)
    assert versions == [1, 2, 3, 4]


def test_a_touched_file_with_the_same_content_is_read_again(folder: Path, store: DirectoryStore) -> None:
    os.utime(folder / "a.toml")
    assert settle(store) is True
    assert names(store) == ["old"]


def test_only_the_changed_file_is_read_again(folder: Path, store: DirectoryStore) -> None:
    entry = store.find("a.example")
    (folder / "b.toml").write_text(toml_text("b.example"))
    settle(store)
    after = store.find("a.example")
    assert entry is not None
    assert after is not None
    assert after.provider is entry.provider
