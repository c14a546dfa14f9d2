"""Several stores in a row."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from autoconfig.stores import open_stores
from autoconfig.stores.chain import ChainStore
from autoconfig.stores.directory import DirectoryStore
from tests.stores.folder import names, problems, provider, toml_text

if TYPE_CHECKING:
    from pathlib import Path

    from autoconfig.stores import Store


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """Two folders with one domain in common."""
    first, second = tmp_path / "first", tmp_path / "second"
    for folder, own in ((first, "one.example"), (second, "two.example")):
        folder.mkdir()
        text = toml_text("both.example", own, mx=("mx.example", f"mx.{own}"), name=folder.name)
        (folder / "a.toml").write_text(text)
    return first, second


@pytest.fixture
def chain(folders: tuple[Path, Path]) -> Store:
    return open_stores([str(folder) for folder in folders])


@pytest.mark.parametrize(
    ("domain", "name"), [("both.example", "first"), ("one.example", "first"), ("two.example", "second")]
)
def test_the_first_store_that_knows_a_domain_answers(chain: Store, domain: str, name: str) -> None:
    assert provider(chain, domain).display_name == name


@pytest.mark.parametrize(
    ("domain", "name"), [("mx.example", "first"), ("mx.one.example", "first"), ("mx.two.example", "second")]
)
def test_the_first_store_that_knows_an_mx_domain_answers(chain: Store, domain: str, name: str) -> None:
    entry = chain.find_by_mx(domain)
    assert entry is not None
    assert entry.provider.display_name == name


def test_what_no_store_knows_is_not_found(chain: Store) -> None:
    assert (chain.find("other.example"), chain.find_by_mx("other.example")) == (None, None)


def test_the_order_of_the_stores_decides(folders: tuple[Path, Path]) -> None:
    chain = open_stores([str(folder) for folder in reversed(folders)])
    assert provider(chain, "both.example").display_name == "second"


def test_every_provider_of_every_store_is_listed_the_first_stores_first(chain: Store) -> None:
    assert names(chain) == ["first", "second"]


def test_each_store_has_a_health_of_its_own(folders: tuple[Path, Path]) -> None:
    (folders[1] / "broken.toml").write_text("name = ")
    chain = open_stores([str(folder) for folder in folders])
    health = chain.health()
    assert [(entry.source, entry.usable, entry.domains, len(entry.problems)) for entry in health] == [
        (str(folders[0]), True, 2, 0),
        (str(folders[1]), True, 2, 1),
    ]


def test_one_store_that_vanishes_does_not_hurt_the_other(folders: tuple[Path, Path]) -> None:
    stores = [DirectoryStore(folder) for folder in folders]
    chain = ChainStore(stores)
    folders[0].rename(folders[0].with_name("away"))
    for store in stores:
        store.refresh()
    assert names(chain) == ["first", "second"]
    assert [len(entry.problems) for entry in chain.health()] == [1, 0]
    assert len(problems(chain)) == 1


def test_the_version_grows_when_any_store_changes(folders: tuple[Path, Path]) -> None:
    stores = [DirectoryStore(folder) for folder in folders]
    chain = ChainStore(stores)
    versions = [chain.version]
    for store, folder in zip(stores, folders, strict=True):
        (folder / "b.toml").write_text(toml_text(f"{folder.name}.example"))
        store.refresh()
        store.refresh()
        versions.append(chain.version)
    assert versions == sorted(set(versions))


class Noted:
    """A store of which only the calls matter."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    def watch(self) -> None:
        self.calls.append("watch")

    def close(self) -> None:
        self.calls.append("close")


def test_watch_and_close_reach_each_store() -> None:
    stores = [Noted(), Noted()]
    chain = ChainStore(stores)  # type: ignore[arg-type]
    chain.watch()
    chain.close()
    assert [store.calls for store in stores] == [["watch", "close"]] * 2
