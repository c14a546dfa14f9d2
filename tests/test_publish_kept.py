"""Documents are rendered once and kept until the store changes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from autoconfig.formats import autodiscover, mobilesync, mozilla
from autoconfig.publish import Document, Publisher, kept
from autoconfig.publish.kind import MOZILLA
from tests.publishing import NO_MAIL, OTHER, PROVIDER, Counter, FakeStore, there

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def store() -> FakeStore:
    return FakeStore(PROVIDER, OTHER, NO_MAIL)


@pytest.fixture
def publisher(store: FakeStore) -> Publisher:
    return Publisher(store)


@pytest.mark.parametrize("module", [mozilla, autodiscover, mobilesync])
def test_a_document_is_rendered_once(
    publisher: Publisher, monkeypatch: pytest.MonkeyPatch, module: object
) -> None:
    rendered = Counter(monkeypatch, module)
    ask: dict[object, Callable[[], Document | None]] = {
        mozilla: lambda: publisher.mozilla("example.com"),
        autodiscover: lambda: publisher.autodiscover("example.com", None),
        mobilesync: lambda: publisher.mobilesync("example.com", None),
    }
    first, second = there(ask[module]()), there(ask[module]())
    assert rendered.domains == ["example.com"]
    assert first is second


def test_each_domain_of_a_provider_has_a_document_of_its_own(publisher: Publisher) -> None:
    documents = {name: there(publisher.mozilla(name)) for name in ("example.com", "example.org")}
    for name, document in documents.items():
        assert document.body == mozilla.render(PROVIDER, name)


def test_many_domains_of_a_provider_take_three_renderings(
    publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    rendered = Counter(monkeypatch, mozilla)
    for number in range(50):
        publisher.mozilla(f"customer{number}.example", "mx.example.net")
    assert len(rendered.domains) == 3


def test_nothing_to_say_is_kept_too(publisher: Publisher, monkeypatch: pytest.MonkeyPatch) -> None:
    rendered = Counter(monkeypatch, mozilla)
    assert [publisher.mozilla("dav.example"), publisher.mozilla("dav.example")] == [None, None]
    assert rendered.domains == ["dav.example"]


def test_a_new_version_of_the_store_is_rendered_anew(
    store: FakeStore, publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = there(publisher.mozilla("example.com"))
    rendered = Counter(monkeypatch, mozilla)
    store.serve(replace(PROVIDER, display_name="Renamed"))
    store.version += 1
    after = there(publisher.mozilla("example.com"))
    assert rendered.domains == ["example.com"]
    assert b"<displayName>Renamed</displayName>" in after.body
    assert after.etag != before.etag


def test_a_domain_that_is_removed_has_no_document_any_more(store: FakeStore, publisher: Publisher) -> None:
    publisher.mozilla("other.example")
    del store.by_domain["other.example"]
    store.version += 1
    assert publisher.mozilla("other.example") is None


@pytest.mark.parametrize("look", [1, 2])
def test_a_change_while_a_document_is_rendered_is_not_missed(
    store: FakeStore, publisher: Publisher, look: int
) -> None:
    """The store may change after it has answered and before the document is kept."""
    looks = iter(range(1, 100))

    def change() -> None:
        if next(looks) == look:
            store.serve(replace(PROVIDER, display_name="Renamed"))
            store.version += 1

    publisher.mozilla("other.example")
    store.before_answer = change
    publisher.mozilla("example.com")
    assert next(looks) > look
    assert b"<displayName>Renamed</displayName>" in there(publisher.mozilla("example.com")).body


def test_a_document_that_lies_ready_is_found_without_work(store: FakeStore, publisher: Publisher) -> None:
    document = publisher.mozilla("example.com")

    def refuse() -> None:
        raise AssertionError("the store was asked")

    store.before_answer = refuse
    assert publisher._at_hand(MOZILLA, "example.com") is document is not None


def test_a_document_nobody_asked_for_yet_does_not_lie_ready(publisher: Publisher) -> None:
    assert publisher._at_hand(MOZILLA, "example.com") is None


def test_a_document_of_an_older_version_does_not_lie_ready(store: FakeStore, publisher: Publisher) -> None:
    publisher.mozilla("example.com")
    store.version += 1
    assert publisher._at_hand(MOZILLA, "example.com") is None


def test_a_document_for_a_host_that_was_asked_does_not_lie_ready(publisher: Publisher) -> None:
    publisher.mozilla("customer.example", "mx.example.net")
    assert publisher._at_hand(MOZILLA, "customer.example") is None


def test_the_table_of_kept_documents_is_bounded(
    publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Strangers may ask a host for as many customers' domains as they like."""
    monkeypatch.setattr(kept, "KEPT_DOCUMENTS", 10)
    sizes = []
    for number in range(35):
        assert publisher.mozilla(f"customer{number}.example", "mx.example.net") is not None
        sizes.append(len(publisher._kept.documents))
    assert max(sizes) == 10


@pytest.mark.parametrize("ask", [Publisher.shared_mozilla, Publisher.pacc])
def test_of_documents_a_template_makes_few_are_kept(
    monkeypatch: pytest.MonkeyPatch, ask: Callable[[Publisher, str], Document | None]
) -> None:
    monkeypatch.setattr(kept, "FEW_DOCUMENTS", 10)
    domains = [f"d{number}.example" for number in range(35)]
    publisher = Publisher(FakeStore(replace(PROVIDER, domains=tuple(domains))))
    first = [there(ask(publisher, domain)) for domain in domains]
    again = [there(ask(publisher, domain)) for domain in domains]
    assert again == first
    # What was published of PACC is noted once for each version, so that each document is kept.
    number = 10 if ask is Publisher.shared_mozilla else 35
    assert len(publisher._kept.documents) == number
    assert sum(one is other for one, other in zip(first, again, strict=True)) == number


def test_a_document_that_must_be_rendered_is_kept_among_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hoster's own domain is the one most asked for, and part of its servers' names."""
    monkeypatch.setattr(kept, "FEW_DOCUMENTS", 10)
    own = PROVIDER.incoming[0].hostname.partition(".")[2]
    domains = [f"d{number}.test" for number in range(20)]
    publisher = Publisher(FakeStore(replace(PROVIDER, domains=(*domains, own))))
    for domain in domains:
        there(publisher.shared_mozilla(domain))
    assert there(publisher.shared_mozilla(own)) is publisher.shared_mozilla(own)
    assert publisher.shared_mozilla(domains[-1]) is not publisher.shared_mozilla(domains[-1])


def test_domains_that_are_not_served_take_no_room(publisher: Publisher) -> None:
    for number in range(100):
        publisher.mozilla(f"unknown{number}.example", f"host{number}.example")
    assert publisher._kept.documents == {}


class Emptied(dict[tuple[str, str, str], Document | None]):
    """A table that another thread empties just after it was asked whether it holds a document."""

    def __contains__(self, key: object) -> bool:
        found = super().__contains__(key)
        self.clear()
        return found


def test_a_table_that_is_emptied_meanwhile_does_no_harm(publisher: Publisher) -> None:
    publisher._kept = publisher._kept._replace(documents=Emptied())
    documents = [there(publisher.mozilla("example.com")) for _ in range(3)]
    assert len({document.body for document in documents}) == 1
