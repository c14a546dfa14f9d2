"""Address and format to document bytes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from autoconfig.formats import autodiscover, mozilla
from autoconfig.model import Authentication, ServerType
from autoconfig.publish import PRIVATE, PUBLIC, Document, Publisher, etag_of
from tests.publishing import ADA, BOB, NO_MAIL, OTHER, PROVIDER, Counter, FakeStore, server, there

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def store() -> FakeStore:
    return FakeStore(PROVIDER, OTHER, NO_MAIL)


@pytest.fixture
def publisher(store: FakeStore) -> Publisher:
    return Publisher(store)


# --- the documents themselves


def test_the_client_configuration_is_what_the_format_writes(publisher: Publisher) -> None:
    document = there(publisher.mozilla("example.com"))
    assert document.body == mozilla.render(PROVIDER, "example.com")
    assert (document.media_type, document.cache_control) == ("text/xml; charset=utf-8", PUBLIC)


def test_the_full_client_configuration_is_another_document(publisher: Publisher) -> None:
    document = there(publisher.mozilla("example.com", full=True))
    assert document.body == mozilla.render(PROVIDER, "example.com", full=True)
    assert document.body != there(publisher.mozilla("example.com")).body


def test_a_domain_nobody_lists_has_no_document(publisher: Publisher) -> None:
    assert publisher.mozilla("unknown.example") is None
    assert publisher.mozilla("unknown.example", full=True) is None
    assert publisher.autodiscover("unknown.example", ADA) is None
    assert publisher.mobilesync("unknown.example", ADA) is None
    assert publisher.endpoints("unknown.example", "https://x.example/") is None
    assert publisher.provider("unknown.example") is None


def test_a_provider_with_nothing_to_say_has_no_document(publisher: Publisher) -> None:
    assert publisher.mozilla("dav.example") is None
    assert publisher.autodiscover("dav.example", ADA) is None


@pytest.mark.parametrize("name", ["mozilla", "full", "autodiscover", "mobilesync"])
def test_only_the_domain_asked_for_is_named(publisher: Publisher, name: str) -> None:
    ask: dict[str, Callable[[], Document | None]] = {
        "mozilla": lambda: publisher.mozilla("example.com"),
        "full": lambda: publisher.mozilla("example.com", full=True),
        "autodiscover": lambda: publisher.autodiscover("example.com", ADA),
        "mobilesync": lambda: publisher.mobilesync("example.com", ADA),
    }
    body = there(ask[name]()).body
    assert b"example.com" in body
    assert b"example.org" not in body
    assert b"mx.example.net" not in body


# --- POX names the address


def test_an_answer_to_an_address_names_it_and_is_private(publisher: Publisher) -> None:
    document = there(publisher.autodiscover("example.com", ADA))
    assert document.body.count(b"<AutoDiscoverSMTPAddress>ada@example.com</AutoDiscoverSMTPAddress>") == 1
    assert b"<LoginName>ada@example.com</LoginName>" in document.body
    assert b"%EMAIL" not in document.body
    assert document.cache_control == PRIVATE


def test_an_answer_without_an_address_keeps_the_placeholders_and_is_public(publisher: Publisher) -> None:
    document = there(publisher.autodiscover("example.com", None))
    assert document.body == autodiscover.render(PROVIDER, "example.com")
    assert b"<LoginName>%EMAILADDRESS%</LoginName>" in document.body
    assert document.cache_control == PUBLIC


def test_an_address_is_escaped(publisher: Publisher) -> None:
    assert (
        b"<LoginName>b&amp;b@example.com</LoginName>"
        in there(publisher.autodiscover("example.com", BOB)).body
    )


def test_two_addresses_get_one_rendering_and_two_entity_tags(
    publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    rendered = Counter(monkeypatch, autodiscover)
    first, second = (there(publisher.autodiscover("example.com", address)) for address in (ADA, BOB))
    assert rendered.domains == ["example.com"]
    assert first.etag != second.etag


def test_the_mobilesync_answer_names_the_address_and_is_private(publisher: Publisher) -> None:
    document = there(publisher.mobilesync("example.com", ADA))
    assert b"<EMailAddress>ada@example.com</EMailAddress>" in document.body
    assert b"<Url>https://sync.example.net/</Url>" in document.body
    assert document.cache_control == PRIVATE


def test_an_address_is_never_kept(publisher: Publisher) -> None:
    publisher.autodiscover("example.com", ADA)
    publisher.mobilesync("example.com", ADA)
    kept = [document.body for document in publisher._kept.documents.values() if document is not None]
    assert len(kept) == 2
    assert not any(b"ada@" in body for body in kept)


# --- customers' domains that nobody lists


def test_the_host_that_was_asked_answers_for_a_domain_nobody_lists(publisher: Publisher) -> None:
    document = there(publisher.mozilla("customer.example", "mx.example.net"))
    assert document.body == mozilla.render(PROVIDER, "customer.example")
    assert b"<domain>customer.example</domain>" in document.body


def test_a_listed_domain_is_answered_by_its_own_provider_whatever_host_was_asked(
    publisher: Publisher,
) -> None:
    asked = there(publisher.mozilla("other.example", "mx.example.net"))
    assert asked.body == mozilla.render(OTHER, "other.example")


def test_an_unknown_host_does_not_answer_for_a_domain_nobody_lists(publisher: Publisher) -> None:
    assert publisher.mozilla("customer.example", "unknown.example") is None


def test_two_hosts_that_are_asked_for_one_customer_each_answer_with_their_own(store: FakeStore) -> None:
    store.serve(replace(OTHER, mx_domains=("mx.other.example",)))
    publisher = Publisher(store)
    documents = [
        there(publisher.mozilla("customer.example", host)) for host in ("mx.example.net", "mx.other.example")
    ]
    assert [document.body.count(b'id="example.net"') for document in documents] == [1, 0]


# --- JSON v2


def test_the_endpoints_are_pox_and_what_the_provider_has(publisher: Publisher) -> None:
    assert publisher.endpoints("example.com", "https://x.example/a.xml") == {
        "AutodiscoverV1": "https://x.example/a.xml",
        "ActiveSync": "https://sync.example.net/",
    }


def test_the_endpoints_name_pox_where_only_mobilesync_answers(publisher: Publisher) -> None:
    assert publisher.endpoints("dav.example", "https://x.example/a.xml") == {
        "AutodiscoverV1": "https://x.example/a.xml",
        "ActiveSync": "https://sync.example.net/",
    }


def test_the_endpoints_leave_pox_out_where_it_has_no_answer(store: FakeStore) -> None:
    oauth2 = replace(server(ServerType.IMAP, 993), authentication=(Authentication.OAUTH2,))
    store.serve(replace(OTHER, domains=("oauth2.example",), incoming=(oauth2,)))
    assert Publisher(store).endpoints("oauth2.example", "https://x.example/a.xml") == {}


# --- entity tags (RFC 9110 §8.8.3)


def test_an_entity_tag_is_strong_and_the_same_on_every_machine() -> None:
    assert etag_of(b"<clientConfig/>") == '"abd6da16f726bc6bc7a8aea2"'


def test_two_publishers_give_the_same_tag_for_the_same_document(publisher: Publisher) -> None:
    other = Publisher(FakeStore(PROVIDER))
    assert there(publisher.mozilla("example.com")).etag == there(other.mozilla("example.com")).etag


@given(first=st.binary(max_size=50), second=st.binary(max_size=50))
@hypothesis_settings(deadline=None)
def test_tags_are_equal_for_equal_bytes_only(first: bytes, second: bytes) -> None:
    assert (etag_of(first) == etag_of(second)) == (first == second)


@given(body=st.binary(max_size=50))
@hypothesis_settings(deadline=None)
def test_a_tag_is_quoted_and_holds_only_what_http_allows(body: bytes) -> None:
    tag = etag_of(body)
    assert tag[0] == tag[-1] == '"'
    assert set(tag[1:-1]) <= set("0123456789abcdef")


def test_the_tag_of_an_addressed_document_changes_with_the_document(store: FakeStore) -> None:
    before = there(Publisher(store).autodiscover("example.com", ADA))
    same = there(Publisher(store).autodiscover("example.com", ADA))
    store.serve(replace(PROVIDER, incoming=(server(ServerType.IMAP, 1993),)))
    after = there(Publisher(store).autodiscover("example.com", ADA))
    assert before == same
    assert before.etag != after.etag
