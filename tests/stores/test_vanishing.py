"""The folder itself goes, comes back, and is switched for another."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from autoconfig.stores.directory import DirectoryStore
from tests.stores.folder import names, problems, settle, toml_text

if TYPE_CHECKING:
    from pathlib import Path


def test_a_folder_that_vanishes_is_served_as_it_was(
    folder: Path, store: DirectoryStore, caplog: pytest.LogCaptureFixture
) -> None:
    folder.rename(folder.with_name("away"))
    assert store.refresh() is False
    assert store.refresh() is False
    assert names(store) == ["old"]
    said = "The folder cannot be read: no such file or directory; what was read before is still served."
    assert problems(store) == [f"{folder}: {said}"]
    assert store.health()[0].usable is True
    assert [record.getMessage() for record in caplog.records] == [f"provider folder {folder}: {said}"]


def test_a_folder_that_comes_back_is_followed_again(folder: Path, store: DirectoryStore) -> None:
    away = folder.rename(folder.with_name("away"))
    store.refresh()
    away.rename(folder)
    (folder / "a.toml").write_text(toml_text("a.example", name="back"))
    assert settle(store) is True
    assert (names(store), problems(store)) == (["back"], [])


def test_a_folder_that_comes_back_empty_has_two_looks_to_fill(folder: Path, store: DirectoryStore) -> None:
    shutil.rmtree(folder)
    store.refresh()
    folder.mkdir()
    assert store.refresh() is False
    assert names(store) == ["old"]
    assert store.refresh() is True
    assert names(store) == []


def test_a_vanished_folder_that_had_nothing_is_not_usable(tmp_path: Path) -> None:
    folder = tmp_path / "providers"
    folder.mkdir()
    store = DirectoryStore(folder)
    folder.rmdir()
    store.refresh()
    assert store.health()[0].usable is False


def test_a_folder_behind_a_link_may_be_switched(folder: Path, tmp_path: Path) -> None:
    """Releases and ConfigMaps are put in place so."""
    link = tmp_path / "current"
    link.symlink_to(folder)
    store = DirectoryStore(link)
    second = tmp_path / "second"
    second.mkdir()
    (second / "a.toml").write_text(toml_text("a.example", name="second"))
    new = tmp_path / "new"
    new.symlink_to(second)
    new.replace(link)
    assert store.refresh() is False
    assert names(store) == ["old"]
    assert store.refresh() is True
    assert names(store) == ["second"]
