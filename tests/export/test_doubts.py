"""A provider file that cannot be read does not take its domains off the net."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from autoconfig.errors import ExportError
from autoconfig.export import export
from autoconfig.export.doubts import Doubts
from autoconfig.export.run import MANY
from autoconfig.model import Remark
from autoconfig.stores import Health, open_stores
from tests.export.test_run import World, standing

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = World(tmp_path)
    world.provider("a", "a.example", "a2.example")
    world.provider("b", "b.example", "b2.example")
    return world


ALL = standing("a.example") | standing("a2.example") | standing("b.example") | standing("b2.example")


def test_the_domains_of_a_broken_file_stay_as_they_were(world: World) -> None:
    world.export()
    before = world.inodes()
    broken = world.folder / "b.toml"
    broken.write_text("domains = [")
    summary = world.export()
    assert (summary.domains, summary.unchanged, summary.removed, summary.kept) == (2, 2, 0, 2)
    assert summary.problems[0].startswith(f"{broken}:1: ")
    assert summary.problems[1:] == ["2 domains stay as they were until that is mended."]
    assert world.inodes() == before


def test_meanwhile_the_others_change(world: World) -> None:
    world.export()
    (world.folder / "b.toml").write_text("domains = [")
    world.provider("a", "a.example", host="new.host.example")
    summary = world.export()
    assert (summary.domains, summary.written, summary.removed, summary.kept) == (1, 1, 1, 2)
    assert world.files() == ALL - standing("a2.example")


def test_a_mended_file_settles_what_was_in_doubt(world: World) -> None:
    world.export()
    (world.folder / "b.toml").write_text("domains = [")
    world.export()
    world.provider("b", "b.example")
    assert world.counted() == (3, 0, 3, 1)


def test_a_file_renamed_and_broken_at_once_is_recognised(world: World) -> None:
    world.export()
    (world.folder / "b.toml").rename(world.folder / "c.toml")
    (world.folder / "c.toml").write_text("domains = [")
    summary = world.export()
    assert (summary.removed, summary.kept) == (0, 2)
    assert world.files() == ALL


def test_a_new_broken_file_keeps_nobody_who_left_a_readable_one(world: World) -> None:
    world.export()
    (world.folder / "new.toml").write_text("domains = [")
    world.provider("a", "a.example")
    summary = world.export()
    assert (summary.removed, summary.kept) == (1, 0)
    assert len(summary.problems) == 1


def test_a_file_left_out_for_a_conflict_keeps_its_domains(world: World) -> None:
    world.export()
    world.provider("b", "b.example", "b2.example", "a.example")
    summary = world.export()
    assert (summary.removed, summary.kept) == (0, 2)
    assert world.files() == ALL


def test_a_deleted_file_is_no_doubt(world: World) -> None:
    world.export()
    (world.folder / "b.toml").unlink()
    assert world.counted() == (2, 0, 2, 2)
    assert world.files() == standing("a.example") | standing("a2.example")


def test_a_store_out_of_reach_keeps_everybody() -> None:
    lost = Health(
        source="ldap://x", usable=False, providers=0, domains=0, problems=(Remark(message="Lost."),)
    )
    assert Doubts.of([lost], {"a"}, lambda _source: True).about("a")


def test_an_empty_store_changes_nothing(world: World) -> None:
    world.export()
    for path in world.folder.iterdir():
        path.unlink()
    with pytest.raises(ExportError, match="has no provider; nothing was changed"):
        world.export()
    assert world.files() == ALL


def test_another_store_does_not_replace_most_of_a_large_tree(world: World, tmp_path: Path) -> None:
    world.provider("many", *(f"d{number}.example" for number in range(MANY)))
    world.export()
    before = world.files()
    other = tmp_path / "other"
    other.mkdir()
    (world.folder / "a.toml").rename(other / "a.toml")
    store = open_stores([str(other)])
    summary = export(store, str(world.tree))
    total = MANY + 4
    (problem,) = summary.problems
    assert problem.startswith(f"{MANY + 2} of {total} domains are served no more and were kept: ")
    assert problem.endswith("check --providers, or remove them with --remove-many.")
    assert (summary.domains, summary.removed, summary.kept) == (2, 0, MANY + 2)
    assert world.files() == before
    summary = export(store, str(world.tree), remove_many=True)
    assert (summary.problems, summary.removed, summary.kept) == ([], MANY + 2, 0)
    assert world.files() == standing("a.example") | standing("a2.example")
