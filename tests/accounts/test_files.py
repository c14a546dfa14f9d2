"""Files that belong to somebody: added to, replaced, kept, never lost."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

import pytest

from autoconfig.accounts import files
from autoconfig.accounts.files import CannotWrite, PlannedFile, State, difference

if TYPE_CHECKING:
    from pathlib import Path

PART = b"# >>> mail-autoconfig ada@example.com\naccount ada\n# <<< mail-autoconfig ada@example.com\n"


def shared(path: Path, content: bytes = b"account ada\n", once: str = "") -> PlannedFile:
    return PlannedFile(path=path, content=content, account="ada@example.com", once=once)


def own(path: Path, content: bytes = b"account ada\n") -> PlannedFile:
    return PlannedFile(path=path, content=content)


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("present", [None, b"", b"\n"])
def test_a_file_that_is_not_there_or_empty_is_new(tmp_path: Path, present: bytes | None) -> None:
    path = tmp_path / "rc"
    if present is not None:
        path.write_bytes(present)
    assert own(path).state() is State.NEW


@pytest.mark.parametrize("present", [b"account ada\n", PART, b"set x\n\n" + PART, PART + b"\nset x\n"])
def test_an_account_that_is_there_already_is_as_it_should_be(tmp_path: Path, present: bytes) -> None:
    path = tmp_path / "rc"
    path.write_bytes(present)
    assert shared(path).state() is State.SAME


@pytest.mark.parametrize("present", [b"set x\n", PART.replace(b"account ada", b"account eve")])
def test_a_file_that_says_something_else_is_different(tmp_path: Path, present: bytes) -> None:
    path = tmp_path / "rc"
    path.write_bytes(present)
    assert shared(path).state() is State.DIFFERENT


@pytest.mark.parametrize(
    ("present", "expected"),
    [
        (b"", PART),
        (b"set x\n", b"set x\n\n" + PART),
        (b"set x", b"set x\n\n" + PART),
        (b"set x\n\n", b"set x\n\n" + PART),
        (PART, PART),
        (b"a\n\n" + PART + b"\nb\n", b"a\n\n" + PART + b"\nb\n"),
        (b"a\n\n" + PART.replace(b"account ada", b"old") + b"b\n", b"a\n\n" + PART + b"b\n"),
    ],
)
def test_an_account_is_added_between_marks_and_replaced_there(
    tmp_path: Path, present: bytes, expected: bytes
) -> None:
    assert shared(tmp_path / "rc").added_to(present) == expected


def test_nothing_is_lost_where_somebody_took_the_last_mark_away(tmp_path: Path) -> None:
    present = PART.partition(b"# <<<")[0] + b"set x\n"
    assert shared(tmp_path / "rc").added_to(present) == present + b"\n" + PART


def test_the_part_of_another_account_stays(tmp_path: Path) -> None:
    other = PART.replace(b"ada", b"bob")
    assert shared(tmp_path / "rc").added_to(other) == other + b"\n" + PART


@pytest.mark.parametrize(
    ("others", "kept"), [(b"", True), (b"account x\n", True), (b"account default : x\n", False)]
)
def test_a_line_that_may_stand_only_once_is_left_out_where_it_is_there(
    tmp_path: Path, others: bytes, kept: bool
) -> None:
    file = shared(tmp_path / "rc", b"account ada\naccount default : ada\n", r"account\s+default\b.*")
    added = file.added_to(others).partition(b">>>")[2]
    assert (b"account default : ada" in added) is kept


def test_a_difference_shows_no_line_that_may_have_a_password() -> None:
    old = b"host a\npassword hunter2\nPassCmd pass x\n"
    assert difference(old, b"host b\npasswordeval true\n") == [
        "@@ -1,3 +1,2 @@",
        "-host a",
        "-(a line that may have a password in it)",
        "-(a line that may have a password in it)",
        "+host b",
        "+passwordeval true",
    ]


def test_a_long_difference_comes_to_an_end() -> None:
    shown = difference(b"", b"x\n" * 100)
    assert (len(shown), shown[-1]) == (25, "… 77 more lines")


def test_a_new_file_is_private_and_so_are_its_folders(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "rc"
    files.write(path, b"x")
    assert [mode_of(each) for each in (path, path.parent, path.parent.parent)] == [0o600, 0o700, 0o700]


def test_a_file_keeps_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "rc"
    path.write_bytes(b"old")
    path.chmod(0o640)
    files.write(path, b"new")
    assert (path.read_bytes(), mode_of(path)) == (b"new", 0o640)


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "dotfiles").mkdir()
    target, link = tmp_path / "dotfiles" / "rc", tmp_path / "rc"
    target.write_bytes(b"old")
    link.symlink_to(target)
    files.write(link, b"new")
    assert (link.is_symlink(), target.read_bytes()) == (True, b"new")


def test_a_file_is_whole_or_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "rc"
    path.write_bytes(b"old")
    monkeypatch.setattr(
        os, "replace", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device"))
    )
    with pytest.raises(CannotWrite) as refused:
        files.write(path, b"new")
    assert str(refused.value) == f"{path} cannot be written: no space left on device."
    assert [each.name for each in tmp_path.iterdir()] == ["rc"]
    assert path.read_bytes() == b"old"


def test_an_old_file_is_kept_under_a_free_name(tmp_path: Path) -> None:
    path = tmp_path / "rc"
    path.write_bytes(b"one")
    first = files.keep(path)
    path.write_bytes(b"two")
    second = files.keep(path)
    assert [(each.name, each.read_bytes()) for each in (first, second)] == [
        ("rc.before-autoconfig", b"one"),
        ("rc.before-autoconfig.1", b"two"),
    ]


def test_a_folder_in_the_place_of_a_file_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(CannotWrite) as refused:
        own(tmp_path).state()
    assert str(refused.value) == f"{tmp_path} cannot be read: is a directory."
