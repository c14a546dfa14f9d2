"""What Apple profiles say of any provider and any address, and what comes back from them."""

from __future__ import annotations

import plistlib
from contextlib import suppress
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from autoconfig.errors import FormatError
from autoconfig.formats import mobileconfig
from autoconfig.model import Authentication, EmailAddress, Provider, SocketType
from tests.formats.minimal import IMAP, SMTP
from tests.formats.test_mobileconfig import ADA, CALDAV, CARDDAV, POP3, WITH_DAV
from tests.strategies import addresses, domains, lines, mutated, providers, usernames

_LOGINS = (Authentication.PASSWORD_CLEARTEXT, Authentication.PASSWORD_ENCRYPTED, Authentication.NTLM)
_DOCUMENT = mobileconfig.render(WITH_DAV, ADA, "Ada") or b""


@st.composite
def sayable(draw: st.DrawFn) -> Provider:
    """Providers that have a profile, with any names, hosts and logins that survive the way back."""
    logins = st.sampled_from(_LOGINS).map(lambda login: (login,))
    names = st.sampled_from(["%EMAILADDRESS%", "%EMAILLOCALPART%", "fixed"])
    incoming, outgoing = (
        replace(server, hostname=draw(domains()), authentication=draw(logins), username=draw(names))
        for server in (draw(st.sampled_from([IMAP, POP3])), SMTP)
    )
    if draw(st.booleans()):
        outgoing = replace(outgoing, socket_type=SocketType.STARTTLS, port=587)
    name = draw(lines())
    return replace(
        WITH_DAV,
        display_name=name,
        short_name=name,
        incoming=(incoming,),
        outgoing=(outgoing,),
        other=draw(st.sampled_from([(), (CALDAV,), (CALDAV, CARDDAV)])),
    )


def _strings(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for key, entry in value.items() for text in (key, *_strings(entry))]
    if isinstance(value, list):
        return [text for entry in value for text in _strings(entry)]
    return [value] if isinstance(value, str) else []


@settings(deadline=None)
@given(sayable(), st.sampled_from(["ada", "a.b+c", "ádá", '"a b"', "%EMAILDOMAIN%"]))
def test_what_can_be_said_comes_back(provider: Provider, local_part: str) -> None:
    address = EmailAddress.parse(f"{local_part}@example.com")
    body = mobileconfig.render(provider, address)
    assert body is not None
    parsed = mobileconfig.parse(body)
    assert parsed.remarks == ()
    assert parsed.provider == replace(provider, id="example.com")


@settings(deadline=None)
@given(st.one_of(sayable(), providers()), addresses())
def test_there_is_a_profile_or_a_reason(provider: Provider, address: EmailAddress) -> None:
    body, reason = mobileconfig.render(provider, address), mobileconfig.unsayable(provider, address)
    assert (body is None) == bool(reason)
    assert reason == "" or (reason.startswith("An Apple profile ") and reason.endswith("."))
    assert "\n" not in reason


@settings(deadline=None)
@given(st.one_of(sayable(), providers()), addresses(), st.none() | lines())
def test_every_profile_is_read_and_is_the_same_every_time(
    provider: Provider, address: EmailAddress, name: str | None
) -> None:
    name = None if name is None or any(0x7F <= ord(character) < 0xA0 for character in name) else name
    body = mobileconfig.render(provider, address, name)
    assert body == mobileconfig.render(replace(provider), address, name)
    if body is not None:
        read = mobileconfig.parse(body).provider
        assert (bool(read.incoming), bool(read.outgoing)) == (
            bool(provider.incoming),
            bool(provider.outgoing),
        )


@settings(deadline=None)
@given(st.one_of(sayable(), providers()), addresses())
def test_no_profile_has_a_key_for_a_password(provider: Provider, address: EmailAddress) -> None:
    body = mobileconfig.render(provider, address)
    keys = {"IncomingPassword", "OutgoingPassword", "CalDAVPassword", "CardDAVPassword"}
    assert body is None or keys.isdisjoint(_strings(plistlib.loads(body)))


@settings(deadline=None)
@given(usernames(), addresses())
def test_no_placeholder_is_left_in_a_profile(username: str, address: EmailAddress) -> None:
    body = mobileconfig.render(replace(WITH_DAV, incoming=(replace(IMAP, username=username),)), address)
    if body is not None and "%" not in address.local_part:
        assert not any(f"%{word}%" in body.decode() for word in ("EMAILADDRESS", "EMAILDOMAIN", "REALNAME"))


@settings(deadline=None, max_examples=300)
@given(st.one_of(mutated(_DOCUMENT), st.binary(max_size=200)))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with suppress(FormatError):
        assert mobileconfig.parse(data).provider.servers
