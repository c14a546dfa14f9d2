"""Writing Apple profiles: one minimal provider, one change each."""

from __future__ import annotations

import plistlib
import uuid
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from autoconfig.errors import ValueRefused
from autoconfig.formats import mobileconfig
from autoconfig.model import (
    Authentication,
    EmailAddress,
    Provider,
    ServerType,
    SocketType,
    TcpServer,
    UrlServer,
)
from tests.formats.minimal import IMAP, PROVIDER, SMTP

if TYPE_CHECKING:
    from autoconfig.model import AnyServer

ADA = EmailAddress.parse("ada@example.com")

POP3 = replace(IMAP, type=ServerType.POP3, hostname="pop.example.com", port=995)
CALDAV = UrlServer(
    type=ServerType.CALDAV,
    url="https://dav.example.com/calendars/%EMAILADDRESS%/",
    authentication=(Authentication.HTTP_BASIC,),
    username="%EMAILADDRESS%",
)
CARDDAV = replace(CALDAV, type=ServerType.CARDDAV, url="https://dav.example.com:8443/")
WITH_DAV = replace(PROVIDER, other=(CARDDAV, CALDAV))

PASSWORD = Authentication.PASSWORD_CLEARTEXT
CRAM_MD5 = Authentication.PASSWORD_ENCRYPTED
OAUTH2 = Authentication.OAUTH2


def profile(provider: Provider, address: EmailAddress = ADA, name: str | None = None) -> dict[str, Any]:
    body = mobileconfig.render(provider, address, name)
    assert body is not None
    found: dict[str, Any] = plistlib.loads(body)
    return found


def payloads(provider: Provider, address: EmailAddress = ADA, name: str | None = None) -> dict[str, Any]:
    """The payloads of a profile by type."""
    return {entry["PayloadType"]: entry for entry in profile(provider, address, name)["PayloadContent"]}


def mail(provider: Provider, address: EmailAddress = ADA, name: str | None = None) -> dict[str, Any]:
    found: dict[str, Any] = payloads(provider, address, name)["com.apple.mail.managed"]
    return found


def settings(payload: dict[str, Any]) -> dict[str, Any]:
    """What a payload says beside its own names."""
    return {key: value for key, value in payload.items() if not key.startswith("Payload")}


def incoming(*servers: AnyServer) -> Provider:
    return replace(PROVIDER, incoming=servers)


def outgoing(*servers: AnyServer) -> Provider:
    return replace(PROVIDER, outgoing=servers)


# --- mail


def test_the_mail_account_says_all_this_and_no_more() -> None:
    assert settings(mail(PROVIDER)) == {
        "EmailAccountDescription": "ada@example.com",
        "EmailAccountType": "EmailTypeIMAP",
        "EmailAddress": "ada@example.com",
        "IncomingMailServerAuthentication": "EmailAuthPassword",
        "IncomingMailServerHostName": "imap.example.com",
        "IncomingMailServerPortNumber": 993,
        "IncomingMailServerUseSSL": True,
        "IncomingMailServerUsername": "ada@example.com",
        "OutgoingMailServerAuthentication": "EmailAuthPassword",
        "OutgoingMailServerHostName": "smtp.example.com",
        "OutgoingMailServerPortNumber": 465,
        "OutgoingMailServerUseSSL": True,
        "OutgoingMailServerUsername": "ada@example.com",
        "OutgoingPasswordSameAsIncomingPassword": True,
    }


def test_imap_is_preferred_to_pop3() -> None:
    assert mail(incoming(POP3, IMAP))["EmailAccountType"] == "EmailTypeIMAP"


def test_pop3_serves_where_there_is_no_imap() -> None:
    payload = mail(incoming(POP3))
    assert payload["EmailAccountType"] == "EmailTypePOP"
    assert payload["IncomingMailServerHostName"] == "pop.example.com"


def test_pop3_serves_where_imap_wants_oauth2() -> None:
    assert mail(incoming(replace(IMAP, authentication=(OAUTH2,)), POP3))["EmailAccountType"] == "EmailTypePOP"


@pytest.mark.parametrize(
    ("socket_type", "port", "ssl"),
    [(SocketType.SSL, 993, True), (SocketType.STARTTLS, 143, True), (SocketType.PLAIN, 143, False)],
)
def test_use_ssl_is_always_written(socket_type: SocketType, port: int, ssl: bool) -> None:
    payload = mail(incoming(replace(IMAP, socket_type=socket_type, port=port)))
    assert payload["IncomingMailServerUseSSL"] is ssl
    assert payload["IncomingMailServerPortNumber"] == port


def test_implicit_tls_is_preferred_to_starttls() -> None:
    starttls = replace(SMTP, socket_type=SocketType.STARTTLS, port=587)
    assert mail(outgoing(starttls, SMTP))["OutgoingMailServerPortNumber"] == 465


def test_a_plain_socket_is_not_said_beside_a_secure_one() -> None:
    plain = replace(IMAP, socket_type=SocketType.PLAIN, port=143)
    assert mail(incoming(plain, POP3))["EmailAccountType"] == "EmailTypePOP"


@pytest.mark.parametrize(
    ("authentication", "word"),
    [
        ((PASSWORD,), "EmailAuthPassword"),
        ((CRAM_MD5,), "EmailAuthCRAMMD5"),
        ((Authentication.NTLM,), "EmailAuthNTLM"),
        ((Authentication.NONE,), "EmailAuthNone"),
        ((Authentication.CLIENT_IP_ADDRESS,), "EmailAuthNone"),
        ((Authentication.SMTP_AFTER_POP,), "EmailAuthNone"),
        ((CRAM_MD5, PASSWORD), "EmailAuthCRAMMD5"),
        ((OAUTH2, PASSWORD), "EmailAuthPassword"),
        ((Authentication.GSSAPI, CRAM_MD5), "EmailAuthCRAMMD5"),
        ((Authentication.CLIENT_IP_ADDRESS, PASSWORD), "EmailAuthPassword"),
    ],
)
def test_the_best_authentication_that_apple_knows_is_said(
    authentication: tuple[Authentication, ...], word: str
) -> None:
    payload = mail(outgoing(replace(SMTP, authentication=authentication)))
    assert payload["OutgoingMailServerAuthentication"] == word
    assert ("OutgoingMailServerUsername" in payload) == (word != "EmailAuthNone")


def test_one_password_is_asked_for_where_the_login_names_are_the_same() -> None:
    assert mail(PROVIDER)["OutgoingPasswordSameAsIncomingPassword"] is True


@pytest.mark.parametrize(
    "server",
    [replace(SMTP, username="%EMAILLOCALPART%"), replace(SMTP, authentication=(Authentication.NONE,))],
)
def test_two_passwords_are_asked_for_where_the_logins_differ(server: TcpServer) -> None:
    assert "OutgoingPasswordSameAsIncomingPassword" not in mail(outgoing(server))


@pytest.mark.parametrize(
    ("template", "username"),
    [
        ("%EMAILLOCALPART%", "ada"),
        ("%EMAILDOMAIN%/%EMAILLOCALPART%", "example.com/ada"),
        (None, "ada@example.com"),
        ("shared", "shared"),
    ],
)
def test_a_login_name_is_filled(template: str | None, username: str) -> None:
    payload = mail(incoming(replace(IMAP, username=template)))
    assert payload["IncomingMailServerUsername"] == username


def test_the_device_asks_for_a_login_name_that_holds_the_name_of_the_person() -> None:
    payload = mail(incoming(replace(IMAP, username="%REALNAME%")), name="Ada")
    assert "IncomingMailServerUsername" not in payload


def test_an_address_that_looks_like_a_placeholder_stays_itself() -> None:
    payload = mail(PROVIDER, EmailAddress.parse("%REALNAME%@example.com"))
    assert payload["IncomingMailServerUsername"] == "%REALNAME%@example.com"


def test_a_host_name_is_filled() -> None:
    payload = mail(incoming(replace(IMAP, hostname="%EMAILLOCALPART%.%EMAILDOMAIN%")))
    assert payload["IncomingMailServerHostName"] == "ada.example.com"


def test_a_domain_is_said_in_a_labels_and_shown_as_people_read_it() -> None:
    payload = mail(PROVIDER, EmailAddress.parse("ada@bücher.example"))
    assert payload["EmailAddress"] == "ada@xn--bcher-kva.example"
    assert payload["EmailAccountDescription"] == "ada@bücher.example"


# --- calendars and address books


def test_calendars_and_address_books_come_after_mail() -> None:
    assert list(payloads(WITH_DAV)) == [
        "com.apple.mail.managed",
        "com.apple.caldav.account",
        "com.apple.carddav.account",
    ]


def test_the_calendar_account_says_all_this_and_no_more() -> None:
    assert settings(payloads(WITH_DAV)["com.apple.caldav.account"]) == {
        "CalDAVAccountDescription": "ada@example.com",
        "CalDAVHostName": "dav.example.com",
        "CalDAVPort": 443,
        "CalDAVPrincipalURL": "/calendars/ada@example.com/",
        "CalDAVUseSSL": True,
        "CalDAVUsername": "ada@example.com",
    }


def test_the_address_book_account_says_all_this_and_no_more() -> None:
    assert settings(payloads(WITH_DAV)["com.apple.carddav.account"]) == {
        "CardDAVAccountDescription": "ada@example.com",
        "CardDAVHostName": "dav.example.com",
        "CardDAVPort": 8443,
        "CardDAVUseSSL": True,
        "CardDAVUsername": "ada@example.com",
    }


def test_there_is_a_profile_without_mail_where_the_provider_has_none() -> None:
    assert list(payloads(replace(WITH_DAV, incoming=(), outgoing=()))) == [
        "com.apple.caldav.account",
        "com.apple.carddav.account",
    ]


@pytest.mark.parametrize(
    "server",
    [
        replace(CALDAV, authentication=(OAUTH2,)),
        replace(CALDAV, url="wss://dav.example.com/"),
        replace(CALDAV, url="https://dav.example.com/%REALNAME%/"),
        replace(CALDAV, type=ServerType.WEBDAV),
        replace(IMAP, type=ServerType.CALDAV, port=8443),
    ],
)
def test_a_calendar_that_cannot_be_said_is_left_out(server: AnyServer) -> None:
    assert list(payloads(replace(PROVIDER, other=(server,)))) == ["com.apple.mail.managed"]


def test_a_calendar_that_names_no_authentication_is_said() -> None:
    provider = replace(PROVIDER, other=(replace(CALDAV, authentication=()),))
    assert "com.apple.caldav.account" in payloads(provider)


def test_an_encrypted_calendar_is_preferred() -> None:
    plain = replace(CALDAV, url="http://old.example.com/")
    provider = replace(PROVIDER, other=(plain, CALDAV))
    assert payloads(provider)["com.apple.caldav.account"]["CalDAVHostName"] == "dav.example.com"


def test_a_calendar_without_encryption_says_so() -> None:
    provider = replace(PROVIDER, other=(replace(CALDAV, url="http://dav.example.com/a?b=c"),))
    payload = payloads(provider)["com.apple.caldav.account"]
    assert (payload["CalDAVUseSSL"], payload["CalDAVPort"]) == (False, 80)
    assert payload["CalDAVPrincipalURL"] == "/a?b=c"


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
