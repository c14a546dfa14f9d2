"""Providers that no Apple profile can say, each with its sentence."""

from __future__ import annotations

from dataclasses import replace

import pytest

from autoconfig.formats import mobileconfig
from autoconfig.model import Authentication, EmailAddress, Provider, ServerType, UrlServer
from tests.formats.minimal import IMAP, PROVIDER, SMTP
from tests.formats.test_mobileconfig import ADA, CALDAV, POP3, WITH_DAV

OAUTH2 = (Authentication.OAUTH2,)
JMAP = UrlServer(type=ServerType.JMAP, url="https://jmap.example.com/", username="%EMAILADDRESS%")
WEBDAV = replace(CALDAV, type=ServerType.WEBDAV)


def imap(**changes: object) -> Provider:
    return replace(PROVIDER, incoming=(replace(IMAP, **changes),))  # type: ignore[arg-type]


def smtp(**changes: object) -> Provider:
    return replace(PROVIDER, outgoing=(replace(SMTP, **changes),))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("provider", "sentence"),
    [
        (imap(authentication=OAUTH2), "cannot say any incoming server: imap.example.com wants OAuth2."),
        (smtp(authentication=OAUTH2), "cannot say any outgoing server: smtp.example.com wants OAuth2."),
        (
            replace(
                PROVIDER,
                incoming=(
                    replace(IMAP, authentication=(Authentication.OAUTH2, Authentication.GSSAPI)),
                    replace(POP3, authentication=OAUTH2),
                ),
            ),
            "cannot say any incoming server: imap.example.com wants OAuth2 or GSSAPI.",
        ),
        (
            replace(WITH_DAV, incoming=(replace(IMAP, authentication=OAUTH2),)),
            "cannot say any incoming server: imap.example.com wants OAuth2.",
        ),
        (
            imap(authentication=()),
            "cannot say any incoming server: none is of a known type with a way to log in.",
        ),
        (
            replace(PROVIDER, incoming=(JMAP,)),
            "cannot say any incoming server: none is of a known type with a way to log in.",
        ),
        (
            imap(hostname="%REALNAME%.example.com"),
            "cannot say any incoming server: %REALNAME%.example.com does not fit the address.",
        ),
        (replace(PROVIDER, outgoing=()), "for mail needs an outgoing server, and there is none."),
        (replace(PROVIDER, incoming=()), "for mail needs an incoming server, and there is none."),
        (
            replace(PROVIDER, incoming=(), outgoing=(), other=(WEBDAV,)),
            "cannot say any server: none is for mail, calendars or address books.",
        ),
        (
            replace(
                PROVIDER,
                incoming=(replace(IMAP, hostname=f"{'x' * 63}.{'y' * 63}.{'z' * 63}.%EMAILDOMAIN%"),),
                outgoing=(),
                domains=(f"{'a' * 63}.example",),
            ),
            "cannot say any server: no host name fits the address.",
        ),
    ],
)
def test_the_reason_is_one_sentence(provider: Provider, sentence: str) -> None:
    address = EmailAddress("ada", provider.domains[0])
    assert mobileconfig.render(provider, address) is None
    assert mobileconfig.unsayable(provider, address) == f"An Apple profile {sentence}"
    assert mobileconfig.unsayable(provider) == f"An Apple profile {sentence}"


def test_a_host_name_that_one_local_part_breaks_is_refused_for_that_mailbox_alone() -> None:
    provider = imap(hostname="%EMAILLOCALPART%.example")
    odd = EmailAddress.parse("a_b@example.com")
    assert mobileconfig.render(provider, odd) is None
    assert mobileconfig.unsayable(provider, odd) == (
        "An Apple profile cannot say any incoming server: %EMAILLOCALPART%.example does not fit the address."
    )
    assert mobileconfig.unsayable(provider, ADA) == ""


def test_who_can_be_said_has_no_reason() -> None:
    assert mobileconfig.unsayable(WITH_DAV) == ""
    assert mobileconfig.unsayable(replace(PROVIDER, domains=(), mx_domains=())) == ""
