"""A file that breaks keeps its last good version, and is named until it is mended."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from autoconfig.stores.directory import DirectoryStore
from tests.stores.folder import names, problems, settle, toml_text, xml_text

if TYPE_CHECKING:
    from pathlib import Path


def test_a_file_that_breaks_keeps_its_last_good_version(
    folder: Path, store: DirectoryStore, caplog: pytest.LogCaptureFixture
) -> None:
    (folder / "a.toml").write_text("name = ")
    assert settle(store) is True
    assert names(store) == ["old"]
    said = f"{folder / 'a.toml'}:1: Not TOML: Invalid value. The last good version of this file is served."
    assert problems(store) == [said]
    assert [record.getMessage() for record in caplog.records if record.levelname == "ERROR"] == [said]


def test_a_document_that_breaks_keeps_its_last_good_version(folder: Path, store: DirectoryStore) -> None:
    (folder / "b.xml").write_text(xml_text("b.example", name="good"))
    settle(store)
    (folder / "b.xml").write_text("<clientConfig>")
    settle(store)
    assert names(store) == ["old", "good"]


def test_a_file_that_takes_anothers_domain_keeps_its_last_good_version(
    folder: Path, store: DirectoryStore
) -> None:
    (folder / "b.toml").write_text(toml_text("b.example", name="good"))
    settle(store)
    (folder / "b.toml").write_text(toml_text("b.example", "a.example", name="greedy"))
    settle(store)
    assert names(store) == ["old", "good"]
    [problem] = store.health()[0].problems
    assert (problem.path, problem.value) == ("domains", "a.example")
    assert problem.message.endswith("already. The last good version of this file is served.")


def test_a_file_that_breaks_twice_keeps_its_last_good_version(folder: Path, store: DirectoryStore) -> None:
    for broken in ("name = ", "also no TOML"):
        (folder / "a.toml").write_text(broken)
        settle(store)
    assert names(store) == ["old"]


def test_a_broken_file_does_not_hold_up_another(folder: Path, store: DirectoryStore) -> None:
    (folder / "a.toml").write_text("name = ")
    (folder / "b.toml").write_text(toml_text("b.example", name="new"))
    settle(store)
    assert names(store) == ["old", "new"]


def test_a_mended_file_is_served_and_no_problem_any_more(folder: Path, store: DirectoryStore) -> None:
    (folder / "a.toml").write_text("name = ")
    settle(store)
    (folder / "a.toml").write_text(toml_text("a.example", name="mended"))
    settle(store)
    assert (names(store), problems(store)) == (["mended"], [])


def test_a_broken_file_that_is_removed_is_served_no_longer(folder: Path, store: DirectoryStore) -> None:
    (folder / "a.toml").write_text("name = ")
    settle(store)
    (folder / "a.toml").unlink()
    settle(store)
    assert (names(store), problems(store)) == ([], [])


def test_the_last_good_version_is_forgotten_when_the_process_starts_anew(folder: Path) -> None:
    (folder / "a.toml").write_text("name = ")
    assert names(DirectoryStore(folder)) == []
