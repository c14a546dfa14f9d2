"""Servers: a host, a port and a security, or a URL; never half of each."""

from __future__ import annotations

import dataclasses
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings

from autoconfig.errors import DomainError, ValueRefused
from autoconfig.model import (
    INCOMING_TYPES,
    OUTGOING_TYPES,
    STANDARD_PORTS,
    Authentication,
    EmailAddress,
    Pop3Options,
    ServerType,
    SmtpOptions,
    SocketType,
    TcpServer,
    UrlServer,
)
from autoconfig.model.placeholders import has_placeholder, values_for
from tests.strategies import tcp_servers, url_servers

IMAP = TcpServer(
    type=ServerType.IMAP,
    hostname="imap.example.com",
    port=993,
    socket_type=SocketType.SSL,
    authentication=(Authentication.PASSWORD_CLEARTEXT,),
    username="%EMAILADDRESS%",
)
JMAP = UrlServer(type=ServerType.JMAP, url="https://jmap.example.com/")
ADA = values_for(EmailAddress("ada", "example.com"))


def test_a_host_name_is_folded() -> None:
    assert replace(IMAP, hostname="IMAP.Bücher.Example.").hostname == "imap.xn--bcher-kva.example"


def test_a_host_may_be_an_address() -> None:
    assert replace(IMAP, hostname="[2001:DB8::1]").hostname == "2001:db8::1"


def test_a_wrong_host_name_is_refused() -> None:
    with pytest.raises(DomainError) as refused:
        replace(IMAP, hostname="imap example")
    assert str(refused.value) == "'imap example' is not a domain name."


@pytest.mark.parametrize("port", [1, 143, 65535])
def test_a_port_within_bounds_is_kept(port: int) -> None:
    assert replace(IMAP, port=port).port == port


@pytest.mark.parametrize("port", [-1, 0, 65536])
def test_a_port_out_of_bounds_is_refused(port: int) -> None:
    with pytest.raises(ValueRefused) as refused:
        replace(IMAP, port=port)
    assert str(refused.value) == f"A port is a number from 1 to 65535, not {port}."


@pytest.mark.parametrize("username", ["", " ", "a\nda", "a\x00da", "\u202eada"])
def test_a_login_name_that_nobody_can_type_is_refused(username: str) -> None:
    with pytest.raises(ValueRefused) as refused:
        replace(IMAP, username=username)
    assert str(refused.value) == f"A login name cannot be {username.strip()!r}."


def test_white_space_around_a_login_name_is_dropped() -> None:
    assert replace(IMAP, username=" ada lovelace\n").username == "ada lovelace"


def test_a_server_may_have_no_login_name() -> None:
    assert replace(IMAP, username=None).username is None


def test_each_authentication_stands_once_in_the_order_given() -> None:
    twice = (Authentication.NTLM, Authentication.OAUTH2, Authentication.NTLM)
    assert replace(IMAP, authentication=twice).authentication == (Authentication.NTLM, Authentication.OAUTH2)


@pytest.mark.parametrize(
    ("name", "value", "belongs_to"),
    [
        ("pop3", Pop3Options(download_on_biff=True), "pop3"),
        ("smtp", SmtpOptions(add_this_server=True), "smtp"),
        ("ews_url", "https://mail.example.com/EWS", "exchange"),
        ("owa_url", "https://mail.example.com/owa", "exchange"),
    ],
)
def test_options_of_one_type_are_refused_at_another(name: str, value: Any, belongs_to: str) -> None:
    with pytest.raises(ValueRefused) as refused:
        replace(IMAP, **{name: value})
    assert str(refused.value) == f"{name} belongs to servers of type {belongs_to}, not imap."


def test_an_exchange_server_has_two_urls() -> None:
    server = replace(IMAP, type=ServerType.EXCHANGE, ews_url="https://x.example", owa_url="https://Y.example")
    assert (server.ews_url, server.owa_url) == ("https://x.example/", "https://y.example/")


def test_an_exchange_url_that_is_none_is_refused() -> None:
    with pytest.raises(ValueRefused) as refused:
        replace(IMAP, type=ServerType.EXCHANGE, ews_url="mail")
    assert str(refused.value) == "'mail' is not a URL that starts with https:// or http://."


def test_a_restriction_is_one_line() -> None:
    assert SmtpOptions(restriction=" client-IP-address\n").restriction == "client-IP-address"


def test_an_empty_restriction_is_refused() -> None:
    with pytest.raises(ValueRefused) as refused:
        SmtpOptions(restriction=" ")
    assert str(refused.value) == "The restriction of an outgoing server is empty."


@pytest.mark.parametrize(
    ("socket_type", "secure"),
    [(SocketType.SSL, True), (SocketType.STARTTLS, True), (SocketType.PLAIN, False)],
)
def test_a_plain_socket_is_not_secure(socket_type: SocketType, secure: bool) -> None:
    assert replace(IMAP, socket_type=socket_type).secure is secure


@pytest.mark.parametrize(
    ("url", "secure"),
    [
        ("https://example.com/", True),
        ("wss://example.com/", True),
        ("http://example.com/", False),
        ("ws://example.com/", False),
        ("HTTPS://example.com/", True),
    ],
)
def test_a_url_is_secure_by_its_scheme(url: str, secure: bool) -> None:
    assert UrlServer(type=ServerType.XMPP, url=url).secure is secure


def test_a_url_of_another_scheme_is_refused() -> None:
    with pytest.raises(ValueRefused) as refused:
        replace(JMAP, url="imap://example.com/")
    expected = "is not a URL that starts with https:// or http:// or wss:// or ws://."
    assert str(refused.value) == f"'imap://example.com/' {expected}"


@pytest.mark.parametrize(
    ("server", "name"), [(IMAP, "port"), (JMAP, "url"), (Pop3Options(), "download_on_biff")]
)
def test_a_server_cannot_be_changed(server: object, name: str) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(server, name, None)


@pytest.mark.parametrize("server", [IMAP, JMAP, Pop3Options(), SmtpOptions()])
def test_a_server_takes_no_other_attribute(server: object) -> None:
    assert not hasattr(server, "__dict__")


def test_a_server_is_equal_to_one_of_the_same_values() -> None:
    assert replace(IMAP, hostname="IMAP.EXAMPLE.COM") == IMAP
    assert hash(replace(IMAP, hostname="IMAP.EXAMPLE.COM")) == hash(IMAP)


def test_placeholders_of_host_and_login_name_are_filled() -> None:
    filled = replace(IMAP, hostname="imap.%EMAILDOMAIN%").filled(ADA)
    assert (filled.hostname, filled.username) == ("imap.example.com", "ada@example.com")


def test_placeholders_of_exchange_urls_are_filled() -> None:
    url = "https://mail.%EMAILDOMAIN%/"
    filled = replace(IMAP, type=ServerType.EXCHANGE, ews_url=url, owa_url=url).filled(ADA)
    assert (filled.ews_url, filled.owa_url) == ("https://mail.example.com/", "https://mail.example.com/")


def test_placeholders_of_url_and_login_name_are_filled() -> None:
    server = UrlServer(
        type=ServerType.CALDAV, url="https://dav.%EMAILDOMAIN%/%EMAILADDRESS%/", username="%EMAILLOCALPART%"
    )
    filled = server.filled(ADA)
    assert (filled.url, filled.username) == ("https://dav.example.com/ada@example.com/", "ada")


@pytest.mark.parametrize(
    ("local_part", "in_url"),
    [
        ("a/../b", "a%2F..%2Fb"),
        ("a?b", "a%3Fb"),
        ("a#b", "a%23b"),
        ("a&b=c+d", "a%26b%3Dc%2Bd"),
        ("100%", "100%25"),
        ('"a b"', "%22a%20b%22"),
        ("ü", "%C3%BC"),
        ("%EMAILDOMAIN%", "%25EMAILDOMAIN%25"),
    ],
)
def test_a_local_part_cannot_change_what_a_url_means(local_part: str, in_url: str) -> None:
    server = UrlServer(type=ServerType.CALDAV, url="https://dav.example.com/%EMAILLOCALPART%/x")
    filled = server.filled(values_for(EmailAddress(local_part, "example.com")))
    assert filled.url == f"https://dav.example.com/{in_url}/x"


def test_a_domain_too_long_for_a_host_name_is_refused() -> None:
    longest = ".".join(["a" * 63] * 3 + ["a" * 61])
    with pytest.raises(DomainError):
        replace(IMAP, hostname="imap.%EMAILDOMAIN%").filled({"%EMAILDOMAIN%": longest})


@settings(deadline=None)
@given(tcp_servers() | url_servers())
def test_filling_nothing_changes_nothing(server: TcpServer | UrlServer) -> None:
    assert server.filled({}) == server


@settings(deadline=None)
@given(url_servers())
def test_an_address_fills_every_placeholder_of_a_url_but_the_real_name(server: UrlServer) -> None:
    assert not has_placeholder(server.filled(ADA).url)


def test_every_type_is_incoming_outgoing_or_other() -> None:
    other = {"caldav", "carddav", "webdav", "xmpp", "xmpptcp", "matrix", "opentalk", "managesieve"}
    assert frozenset() == INCOMING_TYPES & OUTGOING_TYPES
    assert {"imap", "pop3", "jmap", "ews", "owa", "exchange", "activeSync", "graph"} == INCOMING_TYPES
    assert {"smtp"} == OUTGOING_TYPES
    assert set(ServerType) - INCOMING_TYPES - OUTGOING_TYPES == other


@pytest.mark.parametrize(
    ("server_type", "socket_type", "port"),
    [
        ("imap", "SSL", 993),
        ("imap", "STARTTLS", 143),
        ("pop3", "SSL", 995),
        ("pop3", "STARTTLS", 110),
        ("smtp", "SSL", 465),
        ("smtp", "STARTTLS", 587),
        ("managesieve", "STARTTLS", 4190),
    ],
)
def test_standard_ports_are_those_of_the_rfcs(server_type: str, socket_type: str, port: int) -> None:
    assert STANDARD_PORTS[ServerType(server_type), SocketType(socket_type)] == port
