"""The PACC document of a domain, and how it is kept."""

from __future__ import annotations

from dataclasses import replace

import pytest

from autoconfig.formats import pacc
from autoconfig.model import SocketType
from autoconfig.publish import Publisher
from tests.publishing import NO_MAIL, OTHER, PROVIDER, FakeStore, there


@pytest.fixture
def store() -> FakeStore:
    return FakeStore(PROVIDER, OTHER, NO_MAIL)


@pytest.fixture
def publisher(store: FakeStore) -> Publisher:
    return Publisher(store)


def test_the_document_is_what_the_format_writes(publisher: Publisher) -> None:
    document = there(publisher.pacc("example.com"))
    assert document.body == pacc.render(PROVIDER, "example.com")
    assert document.media_type == "application/json"


def test_nobody_on_the_way_may_change_the_document(publisher: Publisher) -> None:
    assert there(publisher.pacc("example.com")).cache_control == "public, max-age=3600, no-transform"


def test_the_other_documents_may_be_compressed(publisher: Publisher) -> None:
    publisher.pacc("example.com")
    assert there(publisher.mozilla("example.com")).cache_control == "public, max-age=3600"


@pytest.mark.parametrize("domain", ["unknown.example", "dav.example"])
def test_there_is_none_for_a_stranger_and_for_servers_it_cannot_say(
    publisher: Publisher, domain: str
) -> None:
    assert publisher.pacc(domain) is None


def test_a_document_is_rendered_once(publisher: Publisher) -> None:
    assert publisher.pacc("example.com") is publisher.pacc("example.com")


def test_a_change_of_the_store_is_seen(store: FakeStore, publisher: Publisher) -> None:
    before = there(publisher.pacc("example.com"))
    store.serve(replace(PROVIDER, display_name="Another"))
    store.version += 1
    after = there(publisher.pacc("example.com"))
    assert (b'"Another"' in before.body, b'"Another"' in after.body) == (False, True)
    assert before.etag != after.etag


def test_a_document_goes_when_it_can_no_longer_be_said(store: FakeStore, publisher: Publisher) -> None:
    assert publisher.pacc("example.com") is not None
    (smtp,) = PROVIDER.outgoing
    store.serve(replace(PROVIDER, outgoing=(replace(smtp, socket_type=SocketType.STARTTLS, port=587),)))
    store.version += 1
    assert publisher.pacc("example.com") is None


def test_two_publishers_write_the_same_bytes(store: FakeStore) -> None:
    assert Publisher(store).pacc("example.com") == Publisher(store).pacc("example.com")
