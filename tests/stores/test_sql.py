"""A store in a database of our own tables, on each database there is."""

from __future__ import annotations

import tracemalloc
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from autoconfig.errors import StoreError
from autoconfig.stores import open_store
from autoconfig.stores.connections import parsed_url, writer
from tests.stores.folder import names, problems, toml_text
from tests.stores.folder import provider as found
from tests.stores.importing import domains, imported, mx, provider

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from autoconfig.stores import Store


def run(url: str, *statements: str, **values: object) -> None:
    """Do what a panel does behind our back."""
    engine = writer(parsed_url(url))
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement), values)
    engine.dispose()


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    """Two providers, one with an MX domain; an alias of a domain of the other."""
    imported(
        url,
        provider("one.example"),
        *domains("one.example", "one.example", "uno.example"),
        *mx("one.example", "mx.one.example"),
        provider("two.example"),
        *domains("two.example", "two.example"),
    )
    run(url, "INSERT INTO autoconfig_domain_aliases (alias, domain) VALUES ('zwei.example', 'two.example')")
    store = open_store(url)
    yield store
    store.close()


def test_a_domain_is_found_with_its_provider(store: Store) -> None:
    assert found(store, "uno.example").id == "one.example"
    assert found(store, "two.example").id == "two.example"


def test_what_nobody_has_is_not_found(store: Store) -> None:
    assert store.find("three.example") is None
    assert store.find_by_mx("three.example") is None


def test_an_alias_of_a_domain_has_the_provider_of_that_domain(store: Store) -> None:
    assert found(store, "zwei.example").id == "two.example"


def test_an_mx_domain_is_found_by_both_questions(store: Store) -> None:
    entry = store.find_by_mx("mx.one.example")
    assert entry is not None
    assert entry.provider.id == "one.example"
    assert found(store, "mx.one.example").id == "one.example"


def test_a_mail_domain_stands_for_an_mx_domain_only_where_its_provider_names_none(store: Store) -> None:
    assert store.find_by_mx("one.example") is None
    entry = store.find_by_mx("two.example")
    assert entry is not None
    assert entry.provider.id == "two.example"


def test_a_provider_is_one_value_for_all_its_domains_and_holds_none_of_them(store: Store) -> None:
    first, second = store.find("one.example"), store.find("uno.example")
    assert first is not None
    assert first is second
    assert first.provider.domains == ()
    assert list(first.all_domains()) == ["one.example", "uno.example"]


def test_entries_come_in_the_order_of_their_ids(store: Store) -> None:
    assert names(store) == ["one.example", "two.example"]


def test_the_source_of_an_entry_is_the_url_without_user_and_password(store: Store, url: str) -> None:
    entry = store.find("one.example")
    assert entry is not None
    assert entry.source.endswith("#one.example")
    assert "@" not in entry.source
    assert "test:" not in entry.source


def test_health_counts_providers_domains_and_aliases(store: Store) -> None:
    (health,) = store.health()
    assert (health.usable, health.providers, health.domains, health.problems) == (True, 2, 4, ())
    assert health.age is not None


def test_a_second_look_at_the_same_name_asks_nobody(store: Store) -> None:
    store.find("one.example")
    questions = store.health()[0].questions
    store.find("one.example")
    store.find("nobody.example")
    store.find("nobody.example")
    after = store.health()[0]
    assert after.questions == questions + 1
    assert after.hits >= 2


def test_a_change_is_seen_once_the_version_was_raised(store: Store, url: str) -> None:
    assert found(store, "two.example").id == "two.example"
    version = store.version
    run(
        url,
        "UPDATE autoconfig_domains SET provider = 'one.example' WHERE domain = 'two.example'",
        "UPDATE autoconfig_version SET version = version + 1",
    )
    store._pulse.look()  # type: ignore[attr-defined]
    assert store.version > version
    assert found(store, "two.example").id == "one.example"


def test_a_document_that_breaks_stays_served_in_its_last_good_version(store: Store, url: str) -> None:
    assert found(store, "one.example").id == "one.example"
    breaking = "UPDATE autoconfig_providers SET document = 'name =' WHERE id = 'one.example'"
    run(url, breaking, "UPDATE autoconfig_version SET version = version + 1")
    store._pulse.look()  # type: ignore[attr-defined]
    assert found(store, "one.example").id == "one.example"
    (problem,) = problems(store)
    assert problem.endswith("#one.example:1: Not TOML: Invalid value. The last good version is served.")
    run(
        url,
        "UPDATE autoconfig_providers SET document = :text WHERE id = 'one.example'",
        text=toml_text(name="Mended"),
    )
    run(url, "UPDATE autoconfig_version SET version = version + 1")
    store._pulse.look()  # type: ignore[attr-defined]
    assert found(store, "one.example").display_name == "Mended"
    assert problems(store) == []


def test_a_document_that_was_never_good_is_left_out(url: str) -> None:
    imported(url, provider("one.example"), *domains("one.example", "one.example"))
    run(url, "UPDATE autoconfig_providers SET document = 'incoming = 3'")
    store = open_store(url)
    assert store.find("one.example") is None
    assert [problem.rpartition(": ")[2] for problem in problems(store)] == [
        "incoming is a list of tables, each written [[incoming]]. (value 3) It is left out."
    ]
    store.close()


def test_the_store_cannot_write(store: Store) -> None:
    database = store._database  # type: ignore[attr-defined]
    question = database.question("DELETE FROM autoconfig_domains WHERE domain = :domain")
    from autoconfig.stores.pulse import SourceFailed

    with pytest.raises(SourceFailed) as caught:
        database.columns(question, {"domain": "one.example"})
    assert not caught.value.unreachable
    assert found(store, "one.example").id == "one.example"


def test_names_that_differ_in_letter_case_alone_are_two_names(store: Store) -> None:
    """Domains are folded before they are asked for: a collation must not fold them once more."""
    assert store.find("ONE.example") is None


def test_a_database_without_our_tables_is_one_sentence(url: str, tmp_path: Path) -> None:
    if url.startswith("sqlite"):
        (tmp_path / "providers.db").write_bytes(b"")
    with pytest.raises(StoreError) as caught:
        open_store(url)
    sentence = str(caught.value)
    assert sentence.startswith("The database ")
    assert sentence.endswith(
        " has no tables of ours; make them with: autoconfig providers import SOURCE --into URL."
    )
    assert "p%40ss" not in sentence
    assert "p@ss" not in sentence


def test_a_million_names_are_streamed_a_page_at_a_time(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/many.db"
    many = [f"d{number:06d}.example" for number in range(50_000)]
    imported(url, provider("host.example"), *domains("host.example", *many))
    store = open_store(url)
    (entry,) = store.entries()
    tracemalloc.start()
    count = sum(1 for _ in entry.all_domains())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    store.close()
    assert count == 50_000
    assert peak < 2_000_000, "a tenth of what the names alone would take"
