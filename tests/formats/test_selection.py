"""One choice of servers that every reader accepts."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings

from autoconfig.formats.selection import READ_BY_ALL, at_domain, mail_servers
from autoconfig.model import (
    INCOMING_TYPES,
    OUTGOING_TYPES,
    AnyServer,
    Authentication,
    Provider,
    ServerType,
    SocketType,
    TcpServer,
    UrlServer,
    WebMail,
    WebMailLogin,
)
from tests.formats.minimal import IMAP, PROVIDER, SMTP
from tests.strategies import domains, plain_providers, servers

POP3 = replace(IMAP, type=ServerType.POP3, hostname="pop.example.com", port=995)
STARTTLS = replace(IMAP, port=143, socket_type=SocketType.STARTTLS)
PLAIN = replace(IMAP, port=143, socket_type=SocketType.PLAIN)
GSSAPI = replace(IMAP, hostname="gssapi.example.com", authentication=(Authentication.GSSAPI,))
JMAP = UrlServer(type=ServerType.JMAP, url="https://jmap.example.com/")
EXCHANGE = replace(IMAP, type=ServerType.EXCHANGE, port=443)
IMAP_BY_URL = UrlServer(type=ServerType.IMAP, url="https://imap.example.com/")


@pytest.mark.parametrize(
    ("given_servers", "chosen"),
    [
        ((), ()),
        ((IMAP,), (IMAP,)),
        ((POP3, IMAP), (IMAP, POP3)),
        ((POP3, STARTTLS, IMAP), (STARTTLS, IMAP, POP3)),
        ((JMAP, IMAP, EXCHANGE, IMAP_BY_URL), (IMAP,)),
        ((JMAP, EXCHANGE), ()),
        ((PLAIN, IMAP), (IMAP,)),
        ((PLAIN, STARTTLS), (STARTTLS,)),
        ((PLAIN, POP3), (POP3,)),
        ((PLAIN,), (PLAIN,)),
        ((GSSAPI, IMAP), (IMAP,)),
        ((GSSAPI,), (GSSAPI,)),
        ((GSSAPI, POP3), (GSSAPI, POP3)),
        ((replace(IMAP, authentication=()), POP3), (POP3,)),
        ((replace(IMAP, authentication=()),), ()),
    ],
)
def test_the_choice_for_every_reader(
    given_servers: tuple[AnyServer, ...], chosen: tuple[AnyServer, ...]
) -> None:
    assert mail_servers(given_servers) == chosen


def test_the_outgoing_servers_keep_their_order() -> None:
    second = replace(SMTP, port=587, socket_type=SocketType.STARTTLS)
    assert mail_servers((second, SMTP)) == (second, SMTP)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        (
            (Authentication.GSSAPI, Authentication.OAUTH2, Authentication.PASSWORD_CLEARTEXT),
            (Authentication.OAUTH2, Authentication.PASSWORD_CLEARTEXT),
        ),
        ((Authentication.NTLM, Authentication.PASSWORD_ENCRYPTED), (Authentication.PASSWORD_ENCRYPTED,)),
        ((Authentication.OAUTH2,), (Authentication.OAUTH2,)),
        ((Authentication.NTLM, Authentication.GSSAPI), (Authentication.NTLM, Authentication.GSSAPI)),
    ],
)
def test_authentications_that_some_reader_does_not_know_go_when_others_remain(
    written: tuple[Authentication, ...], kept: tuple[Authentication, ...]
) -> None:
    assert mail_servers((replace(IMAP, authentication=written),)) == (replace(IMAP, authentication=kept),)


def test_a_server_without_a_login_name_gets_the_address() -> None:
    assert mail_servers((replace(IMAP, username=None),)) == (replace(IMAP, username="%EMAILADDRESS%"),)


def test_other_authentications_may_be_asked_for() -> None:
    both = replace(IMAP, authentication=(Authentication.OAUTH2, Authentication.NTLM))
    chosen = mail_servers((both, IMAP), known=(Authentication.NTLM,))
    assert chosen == (replace(IMAP, authentication=(Authentication.NTLM,)),)


@settings(deadline=None)
@given(servers(INCOMING_TYPES | OUTGOING_TYPES))
def test_the_choice_satisfies_every_reader(given_servers: tuple[AnyServer, ...]) -> None:
    chosen = mail_servers(given_servers)
    usable = [
        server
        for server in given_servers
        if isinstance(server, TcpServer) and server.type in ("imap", "pop3", "smtp") and server.authentication
    ]
    assert bool(chosen) == bool(usable)
    assert all(server.username and server.authentication for server in chosen)
    order = [("imap", "pop3", "smtp").index(server.type) for server in chosen]
    assert order == sorted(order)
    if any(server.secure for server in usable):
        assert all(server.secure for server in chosen)
    for server_type in {server.type for server in chosen}:
        known = [bool(set(s.authentication) & set(READ_BY_ALL)) for s in chosen if s.type is server_type]
        assert len(set(known)) == 1


# What a provider is at one domain


def test_only_the_domain_that_was_asked_for_is_named() -> None:
    provider = replace(PROVIDER, domains=("example.com", "customer.example"), mx_domains=("mx.example.com",))
    assert at_domain(provider, "example.com") == PROVIDER


def test_the_domain_fills_host_names_and_urls_and_leaves_login_names_open() -> None:
    imap = replace(IMAP, hostname="imap.%EMAILDOMAIN%", username="%EMAILLOCALPART%.%EMAILDOMAIN%")
    dav = UrlServer(
        type=ServerType.CALDAV, url="https://%EMAILDOMAIN%/%EMAILADDRESS%/", username="%EMAILDOMAIN%"
    )
    here = at_domain(replace(PROVIDER, incoming=(imap,), other=(dav,)), "x.example")
    assert here is not None
    assert here.incoming == (replace(imap, hostname="imap.x.example"),)
    assert here.other == (replace(dav, url="https://x.example/%EMAILADDRESS%/"),)


def test_the_domain_fills_the_address_of_web_mail() -> None:
    login = WebMailLogin(url="https://login.example.com/", username="%EMAILADDRESS%")
    webmail = WebMail(url="https://mail.%EMAILDOMAIN%/", login=login)
    here = at_domain(replace(PROVIDER, webmail=webmail), "x.example")
    assert here is not None
    assert here.webmail == WebMail(url="https://mail.x.example/", login=login)


@pytest.mark.parametrize(
    "webmail",
    [WebMail(url="https://mail.example.com/"), WebMail(login=WebMailLogin(url="https://x.example/"))],
)
def test_web_mail_without_a_placeholder_stays(webmail: WebMail) -> None:
    here = at_domain(replace(PROVIDER, webmail=webmail), "x.example")
    assert here is not None
    assert here.webmail == webmail


LONGEST = ".".join(["a" * 63] * 3 + ["a" * 61])


def test_a_server_whose_name_would_grow_too_long_is_left_out() -> None:
    provider = replace(PROVIDER, incoming=(replace(IMAP, hostname="imap.%EMAILDOMAIN%"), POP3))
    here = at_domain(provider, LONGEST)
    assert here is not None
    assert (here.incoming, here.outgoing) == ((POP3,), (SMTP,))


def test_web_mail_whose_name_would_grow_too_long_is_left_out() -> None:
    here = at_domain(replace(PROVIDER, webmail=WebMail(url="https://mail.%EMAILDOMAIN%/")), LONGEST)
    assert here == replace(PROVIDER, domains=(LONGEST,))


def test_a_provider_whose_every_name_would_grow_too_long_is_none() -> None:
    imap = replace(IMAP, hostname="imap.%EMAILDOMAIN%")
    assert at_domain(replace(PROVIDER, incoming=(imap,), outgoing=()), LONGEST) is None


@settings(deadline=None)
@given(plain_providers(), domains())
def test_a_provider_at_a_domain_names_no_other_and_no_open_host(provider: Provider, domain: str) -> None:
    here = at_domain(provider, domain)
    if here is None:
        return
    assert (here.domains, here.mx_domains) == ((domain,), ())
    assert not any(
        "%EMAILDOMAIN%" in server.hostname for server in here.servers if isinstance(server, TcpServer)
    )
    assert not any("%EMAILDOMAIN%" in server.url for server in here.servers if isinstance(server, UrlServer))
