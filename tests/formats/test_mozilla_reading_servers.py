"""Reading a server section: one small document and one change for each test."""

from __future__ import annotations

from dataclasses import replace

import pytest

from autoconfig.formats import mozilla
from autoconfig.model import (
    Authentication,
    Remark,
    SocketType,
)
from tests.formats.minimal import (
    AUTHENTICATION,
    HOSTNAME,
    IMAP,
    INCOMING_LINE,
    MOZILLA,
    PORT,
    PROVIDER,
    SOCKET_TYPE,
    USERNAME,
    changed,
    incoming,
    outgoing,
)


def test_the_small_document_is_read_without_a_remark() -> None:
    parsed = mozilla.parse(MOZILLA.encode())
    assert parsed.provider == PROVIDER
    assert parsed.remarks == ()


@pytest.mark.parametrize(
    ("written", "hostname"),
    [
        ("<hostname> imap.example.com\n</hostname>", "imap.example.com"),
        ("<hostname>IMAP.Example.COM</hostname>", "imap.example.com"),
        ("<hostname>imap.bücher.example</hostname>", "imap.xn--bcher-kva.example"),
        ("<hostname>imap.%EMAILDOMAIN%</hostname>", "imap.%EMAILDOMAIN%"),
        ("<hostname>192.0.2.1</hostname>", "192.0.2.1"),
        ("<hostname>imap<!-- here -->.example.com</hostname>", "imap.example.com"),
        ("<hostname><![CDATA[imap.example.com]]></hostname>", "imap.example.com"),
        ("<HostName>imap.example.com</HostName>", "imap.example.com"),
        ("<hostname>a.example</hostname><hostname>b.example</hostname>", "a.example"),
        ("<hostname>a b</hostname><hostname>b.example</hostname>", "b.example"),
        ("<hostname/><hostname>b.example</hostname>", "b.example"),
        ("<hostname><b>x</b></hostname><hostname>b.example</hostname>", "b.example"),
    ],
)
def test_the_first_usable_host_name_counts(written: str, hostname: str) -> None:
    assert incoming(HOSTNAME, written) == (replace(IMAP, hostname=hostname), ())


@pytest.mark.parametrize(
    ("written", "port"),
    [
        ("<port> 143 </port>", 143),
        ("<port>0993</port>", 993),
        ("<port>x</port><port>143</port>", 143),
        ("<port>143</port><port>993</port>", 143),
        ("<Port>1</Port>", 1),
        ("<port>65535</port>", 65535),
    ],
)
def test_the_first_usable_port_counts(written: str, port: int) -> None:
    assert incoming(PORT, written) == (replace(IMAP, port=port), ())


@pytest.mark.parametrize(
    ("written", "socket_type"),
    [
        ("<socketType>SSL</socketType>", "SSL"),
        ("<socketType>ssl</socketType>", "SSL"),
        ("<socketType>\tSTARTTLS\n</socketType>", "STARTTLS"),
        ("<socketType>StartTLS</socketType>", "STARTTLS"),
        ("<socketType>plain</socketType>", "plain"),
        ("<socketType>PLAIN</socketType>", "plain"),
        ("<socketType>QUIC</socketType><socketType>STARTTLS</socketType>", "STARTTLS"),
        ("<socketType>STARTTLS</socketType><socketType>SSL</socketType>", "STARTTLS"),
        ("<SOCKETTYPE>SSL</SOCKETTYPE>", "SSL"),
    ],
)
def test_the_first_known_socket_type_counts(written: str, socket_type: str) -> None:
    assert incoming(SOCKET_TYPE, written) == (replace(IMAP, socket_type=SocketType(socket_type)), ())


@pytest.mark.parametrize(("port", "socket_type"), [("993", "SSL"), ("143", "STARTTLS")])
def test_the_word_tls_means_what_the_standard_port_means(port: str, socket_type: str) -> None:
    document = changed(MOZILLA, (PORT, f"<port>{port}</port>"), (SOCKET_TYPE, "<socketType>TLS</socketType>"))
    parsed = mozilla.parse(document)
    assert parsed.provider.incoming == (replace(IMAP, port=int(port), socket_type=SocketType(socket_type)),)
    message = f"socketType TLS on port {port} is read as {socket_type}."
    path = "emailProvider/incomingServer"
    assert parsed.remarks == (Remark(message=message, path=path, value="TLS", line=INCOMING_LINE),)


@pytest.mark.parametrize("authentication", [word for word in Authentication if not word.startswith("http")])
def test_every_authentication_is_read_by_its_word_in_any_case(authentication: Authentication) -> None:
    for word in (authentication, authentication.upper(), f" {authentication.lower()}\n"):
        server, remarks = outgoing(AUTHENTICATION, f"<authentication>{word}</authentication>")
        assert (server.authentication, remarks) == ((authentication,), ())


@pytest.mark.parametrize(
    ("word", "meaning"),
    [("plain", Authentication.PASSWORD_CLEARTEXT), ("secure", Authentication.PASSWORD_ENCRYPTED)],
)
def test_deprecated_words_are_read(word: str, meaning: Authentication) -> None:
    server, remarks = incoming(AUTHENTICATION, f"<authentication>{word}</authentication>")
    assert (server.authentication, remarks) == ((meaning,), ())


@pytest.mark.parametrize(
    ("written", "meaning"),
    [
        ('<authentication system="http">Basic</authentication>', Authentication.HTTP_BASIC),
        ('<authentication system="http">digest</authentication>', Authentication.HTTP_DIGEST),
        ('<authentication system="HTTP">Bearer</authentication>', Authentication.OAUTH2),
        ('<authentication system="http">OAuth2</authentication>', Authentication.OAUTH2),
        ('<authentication system="http">NTLM</authentication>', Authentication.NTLM),
        ("<authentication>http-basic</authentication>", Authentication.HTTP_BASIC),
        ('<authentication system="sasl">GSSAPI</authentication>', Authentication.GSSAPI),
    ],
)
def test_the_words_of_http_are_read(written: str, meaning: Authentication) -> None:
    server, remarks = incoming(AUTHENTICATION, written)
    assert (server.authentication, remarks) == ((meaning,), ())


def test_authentications_keep_their_order_each_once() -> None:
    words = ("OAuth2", "password-cleartext", "plain", "OAuth2")
    written = "".join(f"<authentication>{word}</authentication>" for word in words)
    server, remarks = incoming(AUTHENTICATION, written)
    assert server.authentication == (Authentication.OAUTH2, Authentication.PASSWORD_CLEARTEXT)
    assert remarks == ()


def test_an_unknown_authentication_is_left_out() -> None:
    server, remarks = incoming(AUTHENTICATION, f"<authentication>passkey</authentication>{AUTHENTICATION}")
    assert server == IMAP
    message = "This authentication is not known and left out."
    path = "emailProvider/incomingServer/authentication[1]"
    assert remarks == (Remark(message=message, path=path, value="passkey", line=11),)


@pytest.mark.parametrize("word", ["client-IP-address", "smtp-after-pop"])
def test_ways_that_only_sending_knows_are_left_out_of_an_incoming_server(word: str) -> None:
    server, remarks = incoming(AUTHENTICATION, f"{AUTHENTICATION}<authentication>{word}</authentication>")
    assert server == IMAP
    message = "This authentication means nothing for receiving and is left out."
    path = "emailProvider/incomingServer/authentication[2]"
    assert remarks == (Remark(message=message, path=path, value=word, line=11),)


def test_an_empty_authentication_is_passed_over() -> None:
    assert incoming(AUTHENTICATION, f"<authentication/>{AUTHENTICATION}") == (IMAP, ())


@pytest.mark.parametrize(
    ("written", "username"),
    [
        ("<username>%EMAILLOCALPART%</username>", "%EMAILLOCALPART%"),
        ("<username>\n  %EMAILADDRESS%\n</username>", "%EMAILADDRESS%"),
        ("<username>a</username><username>b</username>", "a"),
        ("<username/>", None),
        ("", None),
        ("<userName>x</userName>", "x"),
    ],
)
def test_the_first_login_name_counts(written: str, username: str | None) -> None:
    assert incoming(USERNAME, written) == (replace(IMAP, username=username), ())


def test_a_placeholder_without_its_end_is_mended_with_a_remark() -> None:
    server, remarks = incoming(USERNAME, "<username>%EMAILLOCALPART</username>")
    assert server.username == "%EMAILLOCALPART%"
    message = "The login name lacks a closing %; it is read as %EMAILLOCALPART%."
    path = "emailProvider/incomingServer"
    assert remarks == (Remark(message=message, path=path, value="%EMAILLOCALPART", line=INCOMING_LINE),)


def test_an_unknown_element_is_ignored() -> None:
    assert incoming(PORT, f"{PORT}<madeUp a='b'><port>1</port></madeUp>") == (IMAP, ())


def test_an_unknown_attribute_is_ignored() -> None:
    assert incoming('<incomingServer type="imap">', '<incomingServer type="imap" madeUp="1">') == (IMAP, ())


@pytest.mark.parametrize("word", ["IMAP", "Imap", " imap "])
def test_a_type_is_read_in_any_case(word: str) -> None:
    assert incoming('type="imap"', f'type="{word}"') == (IMAP, ())
