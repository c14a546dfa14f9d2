"""One odd thing in the folder hurts nothing else, and is named."""

from __future__ import annotations

import os
from pathlib import Path
from typing import IO, Any

import pytest

from autoconfig.stores import directory
from autoconfig.stores.directory import DirectoryStore
from tests.stores.folder import names, problems, toml_text, xml_text


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of one good provider."""
    (tmp_path / "good.toml").write_text(toml_text("good.example", name="good"))
    return tmp_path


class Locked:
    """Stands in for Path.open and refuses some files, whoever runs the tests (root reads everything)."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.refused: dict[str, OSError] = {}
        real_open = Path.open

        def open_(path: Path, *how: Any, **more: Any) -> IO[Any]:
            if path.name in self.refused:
                raise self.refused[path.name]
            return real_open(path, *how, **more)

        monkeypatch.setattr(Path, "open", open_)


@pytest.fixture
def locked(monkeypatch: pytest.MonkeyPatch) -> Locked:
    return Locked(monkeypatch)


def test_a_file_without_permission_is_left_out_and_named(folder: Path, locked: Locked) -> None:
    (folder / "bad.toml").write_text(toml_text("bad.example"))
    locked.refused["bad.toml"] = PermissionError(13, "Permission denied")
    store = DirectoryStore(folder)
    assert names(store) == ["good"]
    assert problems(store) == [
        f"{folder / 'bad.toml'}: The file cannot be read: permission denied. This file is left out."
    ]


def test_a_file_that_loses_its_permission_keeps_its_last_good_version(folder: Path, locked: Locked) -> None:
    store = DirectoryStore(folder)
    locked.refused["good.toml"] = PermissionError(13, "Permission denied")
    os.utime(folder / "good.toml")
    store.refresh()
    assert store.refresh() is True
    assert names(store) == ["good"]
    [problem] = problems(store)
    assert problem == (
        f"{folder / 'good.toml'}: The file cannot be read: permission denied."
        " The last good version of this file is served."
    )


def test_a_file_is_tried_at_each_look_until_it_can_be_read(folder: Path, locked: Locked) -> None:
    """No time of the file need change when a file server or a permission is mended."""
    (folder / "later.toml").write_text(toml_text("later.example", name="later"))
    locked.refused["later.toml"] = OSError(5, "Input/output error")
    store = DirectoryStore(folder)
    assert [store.refresh(), store.refresh(), store.version] == [False, False, 1]
    locked.refused.clear()
    assert store.refresh() is True
    assert (names(store), problems(store)) == (["good", "later"], [])


def test_a_dangling_link_is_left_out_and_named(folder: Path) -> None:
    (folder / "bad.toml").symlink_to(folder / "nowhere")
    store = DirectoryStore(folder)
    assert names(store) == ["good"]
    assert problems(store) == [
        f"{folder / 'bad.toml'}: The file cannot be read: no such file or directory. This file is left out."
    ]


def test_a_link_to_itself_is_left_out_and_named(folder: Path) -> None:
    (folder / "bad.toml").symlink_to("bad.toml")
    store = DirectoryStore(folder)
    assert names(store) == ["good"]
    [problem] = problems(store)
    assert problem == (
        f"{folder / 'bad.toml'}: The file cannot be read: too many levels of symbolic links."
        " This file is left out."
    )


def test_a_bad_link_does_not_hold_up_a_change(folder: Path) -> None:
    store = DirectoryStore(folder)
    (folder / "bad.toml").symlink_to("bad.toml")
    (folder / "new.toml").write_text(toml_text("new.example", name="new"))
    store.refresh()
    assert store.refresh() is True
    assert names(store) == ["good", "new"]


def test_a_link_that_loses_its_file_keeps_its_last_good_version(folder: Path) -> None:
    kept = folder / "kept"
    kept.write_text(toml_text("linked.example", name="linked"))
    (folder / "linked.toml").symlink_to(kept)
    store = DirectoryStore(folder)
    kept.unlink()
    store.refresh()
    store.refresh()
    assert names(store) == ["good", "linked"]
    [problem] = store.health()[0].problems
    assert problem.source == str(folder / "linked.toml")


def test_a_link_to_a_file_is_followed(folder: Path) -> None:
    kept = folder / "kept"
    kept.write_text(toml_text("linked.example", name="linked"))
    (folder / "linked.toml").symlink_to(kept)
    store = DirectoryStore(folder)
    kept.write_text(toml_text("linked.example", name="changed"))
    store.refresh()
    assert store.refresh() is True
    assert names(store) == ["good", "changed"]


def test_a_folder_with_the_name_of_a_file_is_passed_over(folder: Path) -> None:
    (folder / "x.toml").mkdir()
    (folder / "x.toml" / "y.toml").write_text(toml_text("inside.example"))
    store = DirectoryStore(folder)
    assert (names(store), problems(store)) == (["good"], [])


def test_a_pipe_with_the_name_of_a_file_is_passed_over(folder: Path) -> None:
    os.mkfifo(folder / "x.toml")
    store = DirectoryStore(folder)
    assert (names(store), problems(store)) == (["good"], [])


@pytest.mark.parametrize("name", ["huge.toml", "huge.xml"])
def test_a_huge_file_is_left_out_and_never_read_whole(folder: Path, name: str) -> None:
    with (folder / name).open("wb") as file:
        file.truncate(1 << 40)  # a sparse file of one terabyte
    store = DirectoryStore(folder)
    assert names(store) == ["good"]
    [problem] = store.health()[0].problems
    assert problem.message.endswith(
        f" is larger than {directory.MAX_FILE_BYTES} bytes. This file is left out."
    )


def test_an_empty_file_is_left_out_and_named(folder: Path) -> None:
    (folder / "empty.toml").touch()
    (folder / "empty.xml").touch()
    assert problems(DirectoryStore(folder)) == [
        f"{folder / 'empty.toml'}: A provider has no usable server. This file is left out.",
        f"{folder / 'empty.xml'}:1: The document is empty. This file is left out.",
    ]


@pytest.mark.parametrize(
    "name", ["bücher.toml", "a b.toml", "%EMAILADDRESS%.toml", "-rf.toml", "x" * 200 + ".toml"]
)
def test_odd_file_names_are_read(folder: Path, name: str) -> None:
    (folder / name).write_text('id = "odd.example"\n' + toml_text("odd.example", name="odd"))
    store = DirectoryStore(folder)
    assert sorted(names(store)) == ["good", "odd"]


def test_a_file_name_that_is_not_utf_8_is_read(folder: Path) -> None:
    path = os.fsencode(folder) + b"/\xff.xml"
    Path(os.fsdecode(path)).write_text(xml_text("odd.example", name="odd"))
    store = DirectoryStore(folder)
    assert sorted(names(store)) == ["good", "odd"]


def test_a_file_name_that_can_be_no_id_is_refused_with_a_sentence(folder: Path) -> None:
    (folder / "a b.toml").write_text(toml_text("odd.example"))
    assert problems(DirectoryStore(folder)) == [
        f"{folder / 'a b.toml'}: A provider's id cannot be 'a b'. This file is left out."
    ]
