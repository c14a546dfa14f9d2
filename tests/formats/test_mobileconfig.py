"""Writing Apple profiles: one minimal provider, one change each."""

from __future__ import annotations

import plistlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

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
