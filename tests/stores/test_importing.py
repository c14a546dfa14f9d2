"""Copying into a database: what changes, what stays, what is said, and what an interruption leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from autoconfig.errors import StoreError
from autoconfig.stores import importing, open_store
from autoconfig.stores.importing import Importer
from autoconfig.stores.sources import open_source
from tests.stores.folder import toml_text, xml_text
from tests.stores.importing import domains, imported, mx, provider

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from autoconfig.stores.importing import Item


def content(url: str) -> dict[str, tuple[list[str], list[str]]]:
    """Every provider's mail and MX domains, by its name."""
    store = open_store(url)
    try:
        return {
            entry.provider.display_name: (list(entry.all_domains()), list(entry.provider.mx_domains))
            for entry in store.entries()
        }
    finally:
        store.close()


@pytest.fixture
def lite(tmp_path: Path) -> str:
    """An empty database, for what no database does in a way of its own."""
    return f"sqlite:///{tmp_path}/providers.db"


ONE = (provider("one"), *domains("one", "a.example", "b.example"), *mx("one", "mx.example"))


def test_an_import_fills_an_empty_database(url: str) -> None:
    done = imported(url, *ONE)
    assert (done.providers, done.written, done.names, done.added) == (1, 1, 3, 3)
    assert content(url) == {"one": (["a.example", "b.example"], ["mx.example"])}


def test_the_same_import_again_changes_nothing(url: str) -> None:
    imported(url, *ONE)
    store = open_store(url)
    done = imported(url, *ONE)
    assert (done.written, done.added, done.moved, done.removed, done.conflicts) == (0, 0, 0, 0, ())
    version = store.version
    store._pulse.look()  # type: ignore[attr-defined]
    assert store.version == version, "no reader was told of a change"
    store.close()


def test_a_changed_document_is_written(url: str) -> None:
    imported(url, *ONE)
    done = imported(url, provider("one", name="new"), *ONE[1:])
    assert (done.written, done.added, done.removed) == (1, 0, 0)
    assert content(url) == {"new": (["a.example", "b.example"], ["mx.example"])}


def test_documents_that_differ_in_letter_case_alone_are_different(url: str) -> None:
    imported(url, provider("one", name="name"))
    assert imported(url, provider("one", name="NAME")).written == 1
    assert list(content(url)) == ["NAME"]


def test_a_name_that_the_document_has_no_more_goes(url: str) -> None:
    imported(url, *ONE)
    done = imported(url, ONE[0], *domains("one", "b.example", "c.example"))
    assert (done.added, done.removed) == (1, 2)
    assert content(url) == {"one": (["b.example", "c.example"], [])}


def test_a_list_adds_and_takes_nothing_away(lite: str) -> None:
    imported(lite, *ONE)
    done = imported(lite, *domains("one", "c.example"), replace=False)
    assert (done.added, done.removed) == (1, 0)
    assert content(lite)["one"][0] == ["a.example", "b.example", "c.example"]


def test_other_providers_are_left_alone(lite: str) -> None:
    imported(lite, *ONE)
    imported(lite, provider("two"), *domains("two", "c.example"))
    assert content(lite) == {
        "one": (["a.example", "b.example"], ["mx.example"]),
        "two": (["c.example"], []),
    }


def test_a_domain_of_another_provider_stays_there_and_is_told(url: str) -> None:
    imported(url, *ONE)
    done = imported(url, provider("two"), *domains("two", "b.example", "c.example"), *mx("two", "mx.example"))
    assert [str(conflict) for conflict in done.conflicts] == [
        "The domain b.example belongs to one and was not given to two.",
        "The MX domain mx.example belongs to one and was not given to two.",
    ]
    assert done.conflicts_total == 2
    assert content(url)["two"] == (["c.example"], [])


def test_a_domain_of_another_provider_is_taken_where_that_is_wanted(url: str) -> None:
    imported(url, *ONE)
    done = imported(url, provider("two"), *domains("two", "b.example"), *mx("two", "mx.example"), move=True)
    assert (done.added, done.moved, done.conflicts) == (0, 2, ())
    assert content(url) == {"one": (["a.example"], []), "two": (["b.example"], ["mx.example"])}


def test_of_two_providers_in_one_source_the_first_has_the_domain(url: str) -> None:
    items = (provider("one"), provider("two"), *domains("one", "a.example"), *domains("two", "a.example"))
    done = imported(url, *items)
    assert [str(conflict) for conflict in done.conflicts] == [
        "The domain a.example belongs to one and was not given to two."
    ]
    assert imported(url, *items).added == 0


def test_a_domain_changes_hands_within_one_source(url: str) -> None:
    imported(url, provider("one"), provider("two"), *domains("one", "a.example"))
    done = imported(url, provider("one"), provider("two"), *domains("two", "a.example"))
    assert (done.added, done.removed, done.conflicts) == (1, 1, ())
    assert content(url) == {"one": ([], []), "two": (["a.example"], [])}


def test_names_for_a_provider_that_is_not_there_change_nothing(lite: str) -> None:
    imported(lite, *ONE)
    unknown = importing.NewProvider("nobody", None, "a list")
    with pytest.raises(StoreError, match="There is no provider 'nobody' in the database; import its"):
        imported(lite, unknown, *domains("nobody", "z.example"), replace=False)
    assert list(content(lite)) == ["one"]


def interrupted(items: list[Item], after: int) -> Iterator[Item]:
    """The items, until the power fails."""
    yield from items[:after]
    raise KeyboardInterrupt


MANY: list[Item] = [provider("one"), *domains("one", *(f"d{number:03}.example" for number in range(100)))]


def test_an_interrupted_import_is_not_seen_and_goes_on(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "PIECE", 10)
    imported(url, *ONE)
    importer = Importer(url)
    with pytest.raises(KeyboardInterrupt):
        importer.run("same", interrupted(MANY, 57), replace=True)
    assert content(url)["one"][0] == ["a.example", "b.example"], "readers see what was there before"
    done = importer.run("same", MANY, replace=True)
    importer.close()
    assert done.resumed == 49, "five pieces of ten, one of them with the provider"
    assert (done.names, done.added, done.removed) == (100, 100, 3)
    assert content(url)["one"][0] == [f"d{number:03}.example" for number in range(100)]


def test_an_interrupted_import_of_another_source_is_forgotten(
    lite: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "PIECE", 10)
    importer = Importer(lite)
    with pytest.raises(KeyboardInterrupt):
        importer.run("yesterday's", interrupted(MANY, 57), replace=True)
    done = importer.run("today's", ONE, replace=True)
    importer.close()
    assert (done.resumed, done.names) == (0, 3)
    assert content(lite) == {"one": (["a.example", "b.example"], ["mx.example"])}


def test_progress_is_told_in_names(lite: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "PIECE", 40)
    told: list[int] = []
    importer = Importer(lite)
    importer.run("any", MANY, replace=True, progress=told.append)
    importer.close()
    assert told == [39, 79, 100]


def test_a_folder_is_read_with_all_it_leaves_out(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(toml_text("a.example", name="a", mx=("mx.example",)))
    (tmp_path / "b.xml").write_text(xml_text("b.example", name="b"))
    (tmp_path / "broken.toml").write_text("name = ")
    source = open_source(str(tmp_path))
    assert source.total == 3
    assert [item[:2] if isinstance(item, importing.NewName) else item.id for item in source.items] == [
        "a",
        ("domain", "a.example"),
        ("mx", "mx.example"),
        "b.example",
        ("domain", "b.example"),
    ]
    (problem,) = source.problems
    assert problem.startswith(f"{tmp_path / 'broken.toml'}:1: Not TOML: Invalid value")


def test_a_folder_that_has_not_changed_is_the_same_import(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(toml_text("a.example"))
    first = open_source(str(tmp_path)).import_id
    assert open_source(str(tmp_path)).import_id == first
    (tmp_path / "a.toml").write_text(toml_text("a.example", "b.example"))
    assert open_source(str(tmp_path)).import_id != first


def test_documents_with_one_id_get_one_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_text(xml_text("same.example", name="a"))
    text = xml_text("same.example", name="b").replace("<domain>same.example", "<domain>other.example")
    (tmp_path / "b.xml").write_text(text)
    source = open_source(str(tmp_path))
    ids = [item.id for item in source.items if isinstance(item, importing.NewProvider)]
    assert ids == ["same.example", "other.example"]
    assert source.problems == []


def test_a_list_of_domains_says_which_lines_are_none(tmp_path: Path) -> None:
    file = tmp_path / "domains"
    file.write_text("# customers\nA.example.\n\nb.example two\nbücher.example;one\nno domain here\n-x-\n")
    source = open_source(str(file), "one")
    assert [item for item in source.items if isinstance(item, importing.NewName)] == [
        *domains("one", "a.example"),
        *domains("two", "b.example"),
        *domains("one", "xn--bcher-kva.example"),
    ]
    assert source.problems == [
        f"{file}:6: This line is not a domain. It is left out.",
        f"{file}:7: '-x-' is not a domain name. It is left out.",
    ]


def test_a_list_without_providers_needs_one_for_all(tmp_path: Path) -> None:
    file = tmp_path / "domains"
    file.write_text("a.example\n")
    source = open_source(str(file))
    assert list(source.items) == []
    assert source.problems == [
        f"{file}:1: This line is not a domain and the id of its provider. It is left out."
    ]


def test_another_database_is_a_source_too(lite: str, tmp_path: Path) -> None:
    imported(lite, *ONE)
    other = f"sqlite:///{tmp_path}/copy.db"
    source = open_source(lite)
    assert source.total == 2
    importer = Importer(other)
    importer.run(source.import_id, source.items, replace=True)
    importer.close()
    assert content(other) == content(lite)


def test_a_source_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as caught:
        open_source(str(tmp_path / "nowhere"))
    assert str(caught.value) == f"{tmp_path / 'nowhere'} cannot be read: no such file or directory."


def test_a_database_that_is_away_is_one_sentence_without_its_password() -> None:
    importer = Importer("postgresql://ada:s3cr3t@127.0.0.1:9/db")
    with pytest.raises(StoreError) as caught:
        importer.run("any", [], replace=False)
    importer.close()
    assert str(caught.value).startswith("The database postgresql://127.0.0.1:9/db failed: connection failed")
    assert "s3cr3t" not in str(caught.value)
