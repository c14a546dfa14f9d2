"""What Apple profiles are called by devices and by people: the first never changes, the second may."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from autoconfig.errors import ValueRefused
from autoconfig.formats import mobileconfig
from autoconfig.model import EmailAddress, SocketType
from tests.formats.minimal import IMAP, PROVIDER, SMTP
from tests.formats.test_mobileconfig import ADA, WITH_DAV, incoming, mail, profile

if TYPE_CHECKING:
    from autoconfig.model import Provider

# --- identifiers


def uuids(found: dict[str, Any]) -> list[str]:
    return [entry["PayloadUUID"] for entry in (found, *found["PayloadContent"])]


def test_the_same_mailbox_has_the_same_bytes() -> None:
    assert mobileconfig.render(WITH_DAV, ADA) == mobileconfig.render(replace(WITH_DAV), ADA)


def test_the_identifiers_never_change() -> None:
    # Other ones would double every account that people have by now.
    assert uuids(profile(WITH_DAV)) == [
        "2BA1896D-6AFD-56E5-A80E-21697D096486",
        "33F7B26C-76C3-5AA5-983F-64E0F68780A1",
        "C955A4CD-8DC9-5CB7-BDC2-A90CB9167F66",
        "755F9BCD-2695-5D4E-BC22-7B51C04F160A",
    ]


def test_every_payload_has_an_identifier_of_its_own() -> None:
    found = profile(WITH_DAV)
    assert len(set(uuids(found))) == 4
    assert all(str(uuid.UUID(entry)).upper() == entry for entry in uuids(found))
    top = found["PayloadIdentifier"]
    assert top == f"com.example.mail-autoconfig.{found['PayloadUUID']}"
    kinds = [entry["PayloadIdentifier"].removeprefix(top) for entry in found["PayloadContent"]]
    assert kinds == [".imap", ".caldav", ".carddav"]


@pytest.mark.parametrize(
    "address", [ADA, EmailAddress.parse("Ada@Example.COM"), EmailAddress.parse("ADA@example.com")]
)
def test_an_address_typed_in_another_way_is_the_same_mailbox(address: EmailAddress) -> None:
    assert uuids(profile(WITH_DAV, address)) == uuids(profile(WITH_DAV))


def test_another_mailbox_shares_no_identifier() -> None:
    bob = uuids(profile(WITH_DAV, EmailAddress.parse("bob@example.com")))
    assert set(bob).isdisjoint(uuids(profile(WITH_DAV)))


def test_another_server_is_another_account_of_the_same_profile() -> None:
    before, after = profile(PROVIDER), profile(incoming(replace(IMAP, hostname="new.example.com")))
    assert before["PayloadUUID"] == after["PayloadUUID"]
    assert mail(PROVIDER)["PayloadUUID"] != after["PayloadContent"][0]["PayloadUUID"]


@pytest.mark.parametrize(
    "provider",
    [
        replace(WITH_DAV, display_name="Another name"),
        replace(WITH_DAV, incoming=(replace(IMAP, port=143, socket_type=SocketType.STARTTLS),)),
        replace(WITH_DAV, incoming=(replace(IMAP, username="%EMAILLOCALPART%"),)),
        replace(WITH_DAV, outgoing=(replace(SMTP, hostname="new.example.com"),)),
    ],
)
def test_a_setting_that_changes_updates_the_account(provider: Provider) -> None:
    assert uuids(profile(provider)) == uuids(profile(WITH_DAV))


def test_every_version_is_the_integer_1() -> None:
    found = profile(WITH_DAV)
    versions = [entry["PayloadVersion"] for entry in (found, *found["PayloadContent"])]
    assert [(type(version), version) for version in versions] == [(int, 1)] * 4


# --- names


def test_the_profile_is_named_after_provider_and_mailbox() -> None:
    found = profile(PROVIDER)
    assert found["PayloadDisplayName"] == "Example Mail (ada@example.com)"
    assert found["PayloadOrganization"] == "Example Mail"


def test_the_name_of_the_person_stands_in_the_mail_account() -> None:
    payload = mail(PROVIDER, name="Ada Lovelace")
    assert payload["EmailAccountName"] == "Ada Lovelace"
    assert payload["PayloadDisplayName"] == "Ada Lovelace <ada@example.com>"


def test_without_a_name_the_device_asks() -> None:
    assert "EmailAccountName" not in mail(PROVIDER)


def test_the_name_changes_no_identifier() -> None:
    assert uuids(profile(WITH_DAV, name="Ada")) == uuids(profile(WITH_DAV))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (" Ada  Lovelace\t", "Ada Lovelace"),
        ("Ada\r\nLovelace", "Ada Lovelace"),
        ("<b>&\"'", "<b>&\"'"),
        ("آدا\u200cلاولیس", "آدا\u200cلاولیس"),
        ("x" * 100, "x" * 100),
    ],
)
def test_a_name_is_brought_on_one_line(text: str, name: str) -> None:
    assert mail(PROVIDER, name=text)["EmailAccountName"] == name


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "The name is empty."),
        (" \n ", "The name is empty."),
        ("A\x00da", "The name holds a control character: 'A\\x00da'."),
        ("A\x1bda", "The name holds a control character: 'A\\x1bda'."),
        ("A\x7fda", "The name holds a control character."),
        ("A\x9bda", "The name holds a control character."),
        ("A\ud800da", "The name holds a control character: 'A\\ud800da'."),
        ("x" * 101, "The name is longer than 100 characters."),
    ],
)
def test_a_name_that_cannot_be_one_is_refused(text: str, sentence: str) -> None:
    with pytest.raises(ValueRefused) as caught:
        mobileconfig.render(PROVIDER, ADA, text)
    assert str(caught.value) == sentence
