"""Reading what other Autodiscover services answer: settings, a redirect, or an error."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autoconfig.errors import FormatError, XMLRefused
from autoconfig.formats import autodiscover
from autoconfig.formats.autodiscover import OUTLOOK_RESPONSE, Redirect, Refused
from autoconfig.formats.parsed import Parsed
from autoconfig.model import (
    AnyServer,
    Authentication,
    Provider,
    Remark,
    ServerType,
    SocketType,
    TcpServer,
    UrlServer,
)
from tests.formats.minimal import IMAP, PROVIDER, SMTP, changed
from tests.strategies import domains, mutated, plain_providers

ANSWER = f"""\
<?xml version="1.0" encoding="utf-8"?>
<Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006">
  <Response xmlns="{OUTLOOK_RESPONSE}">
    <Account>
      <AccountType>email</AccountType>
      <Action>settings</Action>
      <Protocol>
        <Type>IMAP</Type>
        <Server>imap.example.com</Server>
        <Port>993</Port>
        <SPA>off</SPA>
        <SSL>on</SSL>
      </Protocol>
      <Protocol>
        <Type>SMTP</Type>
        <Server>smtp.example.com</Server>
        <Port>465</Port>
        <SPA>off</SPA>
        <SSL>on</SSL>
      </Protocol>
    </Account>
  </Response>
</Autodiscover>
"""
PORT, SSL, SPA = "<Port>993</Port>", "<SSL>on</SSL>", "<SPA>off</SPA>"
READ = replace(PROVIDER, display_name="example.com", short_name="example.com")


def settings_of(document: bytes) -> Parsed:
    """The settings of an answer."""
    found = autodiscover.parse(document, "example.com")
    assert isinstance(found, Parsed)
    return found


def incoming(*changes: tuple[str, str]) -> AnyServer:
    """The incoming server of the answer with changes, which give no remark."""
    parsed = settings_of(changed(ANSWER, *changes))
    assert parsed.remarks == ()
    (server,) = parsed.provider.incoming
    return server


def test_the_small_answer_is_read() -> None:
    assert autodiscover.parse(ANSWER.encode(), "example.com") == Parsed(provider=READ)


@pytest.mark.parametrize(
    ("port", "ssl", "encryption", "read_port", "socket_type"),
    [
        ("993", "on", None, 993, "SSL"),
        ("143", "on", None, 143, "STARTTLS"),
        ("10993", "on", None, 10993, "SSL"),
        ("143", "off", None, 143, "plain"),
        ("143", None, None, 143, "STARTTLS"),
        (None, "on", None, 993, "SSL"),
        (None, "off", None, 143, "plain"),
        ("993", "off", "SSL", 993, "SSL"),
        ("993", "on", "ssl", 993, "SSL"),
        ("143", "off", "TLS", 143, "STARTTLS"),
        ("10143", "on", "TLS", 10143, "STARTTLS"),
        ("993", "on", "TLS", 993, "SSL"),
        (None, "on", "TLS", 143, "STARTTLS"),
        ("143", "on", "None", 143, "plain"),
        ("993", "on", "Auto", 993, "SSL"),
        ("143", "on", "Auto", 143, "STARTTLS"),
        ("143", "off", "Auto", 143, "plain"),
        ("993", "ON", " SSL ", 993, "SSL"),
    ],
)
def test_the_socket_type_follows_from_ssl_encryption_and_port(
    port: str | None, ssl: str | None, encryption: str | None, read_port: int, socket_type: str
) -> None:
    server = incoming(
        (PORT, "" if port is None else f"<Port>{port}</Port>"),
        (SSL, "" if ssl is None else f"<SSL>{ssl}</SSL>"),
        (SPA, SPA if encryption is None else f"{SPA}<Encryption>{encryption}</Encryption>"),
    )
    assert server == replace(IMAP, port=read_port, socket_type=SocketType(socket_type))


@pytest.mark.parametrize(
    ("written", "authentication"),
    [
        (SPA, Authentication.PASSWORD_CLEARTEXT),
        ("", Authentication.PASSWORD_CLEARTEXT),
        ("<SPA>on</SPA>", Authentication.NTLM),
        ("<SPA>ON</SPA>", Authentication.NTLM),
        ("<AuthRequired>on</AuthRequired>", Authentication.PASSWORD_CLEARTEXT),
        ("<AuthRequired>off</AuthRequired>", Authentication.NONE),
        ("<SPA>on</SPA><AuthRequired>off</AuthRequired>", Authentication.NONE),
    ],
)
def test_the_authentication_follows_from_two_words(written: str, authentication: Authentication) -> None:
    assert incoming((SPA, written)) == replace(IMAP, authentication=(authentication,))


@pytest.mark.parametrize(
    ("written", "username"),
    [
        ("<LoginName>ada</LoginName>", "ada"),
        ("<LoginName/>", "%EMAILADDRESS%"),
        ("", "%EMAILADDRESS%"),
    ],
)
def test_the_login_name_is_the_address_unless_written(written: str, username: str) -> None:
    assert incoming((SPA, f"{SPA}{written}")) == replace(IMAP, username=username)


@pytest.mark.parametrize("word", ["POP3", "pop3", "POP"])
def test_pop_is_pop3(word: str) -> None:
    assert incoming(("IMAP", word), (PORT, "")) == replace(IMAP, type=ServerType.POP3, port=995)


@pytest.mark.parametrize("word", ["WEB", "EXCH", "EXPR", "ham", ""])
def test_a_protocol_of_another_kind_is_left_out_with_a_remark(word: str) -> None:
    parsed = settings_of(changed(ANSWER, ("<Type>IMAP", f"<Type>{word}")))
    assert (parsed.provider.incoming, parsed.provider.outgoing) == ((), (SMTP,))
    message = "Left out: nothing of this protocol can be used."
    assert [str(remark) for remark in parsed.remarks] == [
        f":7: Account/Protocol[1]: {message} (value {word or 'none'!r})"
    ]


@pytest.mark.parametrize("word", ["EXCH", "EXPR", "exhttp"])
def test_exchange_is_its_web_services(word: str) -> None:
    url = "<EwsUrl>https://x.example/EWS</EwsUrl>"
    server = incoming(("<Type>IMAP", f"<Type>{word}"), (SPA, f"{SPA}{url}"))
    assert server == UrlServer(type=ServerType.EWS, url="https://x.example/EWS", username="%EMAILADDRESS%")


def test_the_same_web_services_are_named_once() -> None:
    protocol = "<Protocol><Type>{}</Type><EwsUrl>https://x.example/EWS</EwsUrl></Protocol>"
    more = protocol.format("EXCH") + protocol.format("EXPR")
    parsed = settings_of(changed(ANSWER, ("    </Account>", f"{more}</Account>")))
    assert [server.type for server in parsed.provider.incoming] == ["imap", "ews"]


@pytest.mark.parametrize("word", ["CalDAV", "CARDDAV"])
def test_calendars_and_address_books_are_read(word: str) -> None:
    more = f"<Protocol><Type>{word}</Type><Server>https://dav.example.com/</Server></Protocol>"
    parsed = settings_of(changed(ANSWER, ("    </Account>", f"{more}</Account>")))
    assert parsed.provider.other == (
        UrlServer(
            type=ServerType(word.lower()),
            url="https://dav.example.com/",
            authentication=(Authentication.HTTP_BASIC,),
            username="%EMAILADDRESS%",
        ),
    )


def test_a_protocol_inside_another_is_not_taken_for_one() -> None:
    nested = "<Protocol><Type>WEB</Type><Internal><Protocol><Type>IMAP</Type><Server>x</Server></Protocol></Internal></Protocol>"  # noqa: E501
    parsed = settings_of(changed(ANSWER, ("<Action>settings</Action>", f"<Action>settings</Action>{nested}")))
    assert parsed.provider == READ


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("<Server>imap.example.com</Server>", "", "imap without a Server."),
        ("imap.example.com", "a b", "'a b' is not a domain name."),
        (PORT, "<Port>imaps</Port>", "'imaps' is not a port."),
        (PORT, "<Port>999999</Port>", "'999999' is not a port."),
        (PORT, "<Port>65536</Port>", "A port is a number from 1 to 65535, not 65536."),
        (SPA, "<LoginName>a\nb</LoginName>", "A login name cannot be 'a\\nb'."),
    ],
)
def test_a_protocol_that_cannot_be_used_is_left_out_alone(old: str, new: str, reason: str) -> None:
    parsed = settings_of(changed(ANSWER, (old, new)))
    assert parsed.provider == replace(READ, incoming=())
    path = "Account/Protocol[1]"
    assert parsed.remarks == (Remark(message=f"Left out: {reason}", path=path, line=7),)


@pytest.mark.parametrize("old", ["IMAP", "SMTP"])
def test_half_an_answer_is_an_answer(old: str) -> None:
    parsed = settings_of(changed(ANSWER, (f"<Type>{old}", "<Type>other")))
    assert len(parsed.provider.servers) == 1


def test_an_answer_may_be_bounded_in_size() -> None:
    with pytest.raises(XMLRefused):
        autodiscover.parse(ANSWER.encode(), "example.com", max_bytes=100)


# Our own answers


@settings(deadline=None)
@given(plain_providers(), domains())
def test_our_own_answer_reads_back_to_the_servers_it_tells(provider: Provider, domain: str) -> None:
    document = autodiscover.render(provider, domain)
    if document is None:
        return
    parsed = settings_of(document)
    assert parsed.remarks == ()
    there = [server for server in provider.servers if isinstance(server, TcpServer)]
    for found in parsed.provider.servers:
        assert isinstance(found, TcpServer)
        # STARTTLS on the port of implicit TLS is what some services write for implicit TLS.
        assert any(
            (found.type, found.port) == (server.type, server.port)
            and found.hostname == server.hostname.replace("%EMAILDOMAIN%", domain)
            and (found.socket_type is server.socket_type or (found.secure and server.secure))
            for server in there
        )


@settings(deadline=None)
@given(mutated(ANSWER.encode()) | st.binary(max_size=100))
def test_any_bytes_are_an_answer_or_refused(data: bytes) -> None:
    try:
        found = autodiscover.parse(data, "example.com")
    except FormatError:
        return
    assert isinstance(found, Parsed | Redirect | Refused)
