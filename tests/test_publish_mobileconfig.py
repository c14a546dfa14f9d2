"""The Apple profile of a mailbox: made for each request, signed where something signs."""

from __future__ import annotations

import plistlib
from dataclasses import replace

import pytest

from autoconfig.errors import ValueRefused
from autoconfig.formats import mobileconfig
from autoconfig.model import Authentication, EmailAddress
from autoconfig.publish import Publisher, etag_of
from tests.publishing import ADA, BOB, NO_MAIL, OTHER, PROVIDER, FakeStore, there


@pytest.fixture
def store() -> FakeStore:
    return FakeStore(PROVIDER, OTHER, NO_MAIL)


@pytest.fixture
def publisher(store: FakeStore) -> Publisher:
    return Publisher(store)


def signed(content: bytes) -> bytes:
    """What a signer does, as far as the publisher knows."""
    return b"signed:" + content


def test_the_document_is_what_the_format_writes(publisher: Publisher) -> None:
    document = there(publisher.mobileconfig(ADA, "Ada"))
    assert document.body == mobileconfig.render(PROVIDER, ADA, "Ada")
    assert document.etag == etag_of(document.body)
    assert document.media_type == "application/x-apple-aspen-config"


def test_the_document_is_for_one_person_and_no_cache(publisher: Publisher) -> None:
    assert there(publisher.mobileconfig(ADA)).cache_control == "private, no-cache"


def test_what_signs_is_given_the_unsigned_profile(store: FakeStore) -> None:
    document = there(Publisher(store, signed).mobileconfig(ADA))
    assert document.body == b"signed:" + (mobileconfig.render(PROVIDER, ADA) or b"")
    assert document.etag == etag_of(document.body)


def test_nothing_else_is_signed(store: FakeStore) -> None:
    assert Publisher(store, signed).pacc("example.com") == Publisher(store).pacc("example.com")
    assert Publisher(store, signed).mozilla("example.com") == Publisher(store).mozilla("example.com")


def test_each_mailbox_has_a_profile_of_its_own(publisher: Publisher) -> None:
    ada, bob = there(publisher.mobileconfig(ADA)), there(publisher.mobileconfig(BOB))
    assert (b"ada@example.com" in ada.body, b"ada@example.com" in bob.body) == (True, False)
    assert plistlib.loads(ada.body)["PayloadUUID"] != plistlib.loads(bob.body)["PayloadUUID"]


def test_a_second_download_is_the_same(store: FakeStore) -> None:
    assert Publisher(store).mobileconfig(ADA) == Publisher(store).mobileconfig(ADA)


def test_the_profile_of_a_customer_by_mx(publisher: Publisher) -> None:
    customer = EmailAddress.parse("ada@customer.example")
    assert publisher.mobileconfig(customer) is None
    document = there(publisher.mobileconfig(customer, mx_domain="mx.example.net"))
    assert document.body == mobileconfig.render(PROVIDER, customer)


@pytest.mark.parametrize("domain", ["unknown.example", "dav.example"])
def test_there_is_none_for_a_stranger_and_for_servers_it_cannot_say(store: FakeStore, domain: str) -> None:
    assert Publisher(store, signed).mobileconfig(EmailAddress("ada", domain)) is None


def test_a_change_of_the_store_is_seen(store: FakeStore, publisher: Publisher) -> None:
    assert publisher.mobileconfig(ADA) is not None
    imap = replace(PROVIDER.incoming[0], authentication=(Authentication.OAUTH2,))
    store.serve(replace(PROVIDER, incoming=(imap,)))
    store.version += 1
    assert publisher.mobileconfig(ADA) is None


def test_a_name_that_cannot_be_one_is_refused(publisher: Publisher) -> None:
    with pytest.raises(ValueRefused, match=r"^The name holds a control character"):
        publisher.mobileconfig(ADA, "A\x00")
