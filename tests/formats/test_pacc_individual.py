"""The individual draft of 2025: servers as URLs, each with its own logins."""

from __future__ import annotations

from typing import Any

import pytest

from autoconfig.errors import FormatError
from autoconfig.formats.parsed import Parsed
from autoconfig.model import Authentication, OAuth2, TcpServer, UrlServer
from tests.formats.test_pacc_reading import read, remarks

PLAIN = ["sasl-PLAIN"]


def servers(**members: Any) -> Parsed:
    """What is read from a document with these servers."""
    return read({"servers": members, "oAuth2": {"issuer": "auth.example.com"}, "version": "1.0"})


def imap(url: str = "imaps://imap.example.com", authentication: object = None) -> dict[str, object]:
    """An IMAP server as the draft writes it."""
    return {"url": url, "authentication": PLAIN if authentication is None else authentication}


@pytest.mark.parametrize(
    ("word", "url", "port"),
    [
        ("imap", "imaps://mail.example.com", 993),
        ("imap", "imaps://mail.example.com:1993", 1993),
        ("pop3", "pop3s://mail.example.com", 995),
        ("smtp", "submissions://mail.example.com/", 465),
    ],
)
def test_a_url_names_host_and_port(word: str, url: str, port: int) -> None:
    parsed = servers(**{word: imap(url)})
    (server,) = parsed.provider.servers
    assert isinstance(server, TcpServer)
    assert (server.type, server.hostname, server.port) == (word, "mail.example.com", port)
    assert (server.socket_type, server.username) == ("SSL", "%EMAILADDRESS%")
    assert parsed.remarks == ()


@pytest.mark.parametrize("word", ["jmap", "ews", "activeSync", "graph", "caldav", "carddav", "webdav"])
def test_https_stays_a_url(word: str) -> None:
    (server,) = servers(**{word: imap("https://example.com/x", ["http-basic"])}).provider.servers
    assert isinstance(server, UrlServer)
    assert (server.type, server.url) == (word, "https://example.com/x")
    assert server.authentication == (Authentication.HTTP_BASIC,)


def test_the_slip_of_the_drafts_own_example_is_forgiven() -> None:
    parsed = servers(pop3=imap("imaps://pop.example.com"))
    (server,) = parsed.provider.incoming
    assert isinstance(server, TcpServer)
    assert (server.type, server.port) == ("pop3", 995)
    assert remarks(parsed) == [
        ("servers.pop3.url", "The URL of this server starts with pop3s://.", "imaps://pop.example.com/")
    ]


@pytest.mark.parametrize(
    ("word", "known"),
    [
        ("OAuth2", "OAuth2"),
        ("sasl-OAUTHBEARER", "OAuth2"),
        ("sasl-PLAIN", "password-cleartext"),
        ("native", "password-cleartext"),
        ("sasl-SCRAM-SHA-256-PLUS", "password-encrypted"),
        ("sasl-CRAM-MD5", "password-encrypted"),
        ("sasl-GSSAPI", "GSSAPI"),
        ("sasl-EXTERNAL", "TLS-client-cert"),
        ("http-NTLM", "NTLM"),
    ],
)
def test_a_login_is_known_in_any_letter_case(word: str, known: str) -> None:
    for spelling in (word, word.upper(), f" {word.lower()} "):
        (server,) = servers(imap=imap(authentication=[spelling])).provider.incoming
        assert server.authentication == (known,)


def test_an_unknown_login_is_left_out_alone() -> None:
    parsed = servers(imap=imap(authentication=["sasl-NEW", "sasl-PLAIN"]))
    assert parsed.provider.incoming[0].authentication == (Authentication.PASSWORD_CLEARTEXT,)
    assert remarks(parsed) == [
        ("servers.imap.authentication", "This authentication is not known and left out.", "sasl-NEW")
    ]


@pytest.mark.parametrize(
    ("server", "message"),
    [
        (imap(authentication=[]), "Left out: no authentication that is known."),
        (imap(authentication={"x": 1}), "What is not a text is left out."),
        (
            imap("imap://imap.example.com"),
            "Left out: 'imap://imap.example.com' is not a URL that starts with",
        ),
        (imap("imaps://%EMAILDOMAIN%"), "Left out: PACC has no placeholders."),
        (imap("imaps://ada@imap.example.com"), "Left out: A URL with a user name or password in it"),
        (imap("imaps://imap.example.com:0"), "Left out: A port is a number from 1 to 65535, not 0."),
        ({"authentication": PLAIN}, "Left out: no url."),
    ],
    ids=["no login", "logins no list", "not TLS", "placeholder", "user in URL", "port", "no url"],
)
def test_a_server_that_cannot_be_used_is_left_out_alone(server: dict[str, object], message: str) -> None:
    parsed = servers(imap=server, smtp=imap("submissions://smtp.example.com"))
    assert [entry.type for entry in parsed.provider.servers] == ["smtp"]
    assert parsed.remarks[0].message.startswith(message)


def test_a_protocol_nobody_knows_is_left_out() -> None:
    parsed = servers(imap=imap(), managesieve=imap("sieves://sieve.example.com"))
    assert [server.type for server in parsed.provider.servers] == ["imap"]
    assert remarks(parsed) == [("servers", "Server left out: PACC has no such protocol.", "managesieve")]


def test_the_issuer_is_read() -> None:
    assert servers(imap=imap()).provider.oauth2 == OAuth2(issuer="https://auth.example.com")


def test_names_and_help_stand_at_the_root() -> None:
    content = {
        "servers": {"imap": imap()},
        "provider": {"name": "ACME WorkPlaceMail", "shortName": "ACME"},
        "help": {"documentation": "https://help.example.com/"},
    }
    provider = read(content).provider
    assert (provider.display_name, provider.short_name) == ("ACME WorkPlaceMail", "ACME")
    assert [page.url for page in provider.documentation] == ["https://help.example.com/"]


def test_the_standard_goes_before_the_individual_draft() -> None:
    content = {"servers": {"imap": imap()}, "protocols": {"imap": {"host": "new.example.com"}}}
    (server,) = read(content).provider.incoming
    assert isinstance(server, TcpServer)
    assert server.hostname == "new.example.com"


def test_a_document_without_a_usable_server_is_refused() -> None:
    with pytest.raises(FormatError, match=r"^The document has no usable server\. First: Left out: no url\.$"):
        servers(imap={})
