"""Reading PACC: one small document, one change each."""

from __future__ import annotations

import json
from typing import Any

import pytest

from autoconfig.errors import FormatError
from autoconfig.formats import pacc
from autoconfig.formats.parsed import Parsed
from autoconfig.model import Authentication, OAuth2, ServerType, SocketType, TcpServer, UrlServer

DOMAIN = "example.com"
LOGIN = "%EMAILADDRESS%"

SMALL: dict[str, Any] = {
    "protocols": {"imap": {"host": "imap.example.com"}, "submit": {"host": "smtp.example.com"}},
    "authentication": {"password": True},
    "info": {"provider": {"name": "Example Mail", "shortName": "Example"}},
}

IMAP = TcpServer(
    type=ServerType.IMAP,
    hostname="imap.example.com",
    port=993,
    socket_type=SocketType.SSL,
    authentication=(Authentication.PASSWORD_CLEARTEXT,),
    username=LOGIN,
)


def read(content: object) -> Parsed:
    """What is read from a document of that content."""
    return pacc.parse(json.dumps(content).encode(), DOMAIN)


def changed(**members: Any) -> Parsed:
    """What is read from the small document with some members changed, those that are None taken out."""
    return read({name: value for name, value in {**SMALL, **members}.items() if value is not None})


def remarks(parsed: Parsed) -> list[tuple[str, str, str | None]]:
    """Where, what and which value."""
    return [(remark.path, remark.message, remark.value) for remark in parsed.remarks]


def test_a_small_document_is_read_whole() -> None:
    parsed = read(SMALL)
    provider = parsed.provider
    assert (provider.id, provider.domains) == (DOMAIN, (DOMAIN,))
    assert (provider.display_name, provider.short_name) == ("Example Mail", "Example")
    assert provider.incoming == (IMAP,)
    assert [(server.type, server.hostname, server.port) for server in provider.outgoing] == [  # type: ignore[union-attr]
        (ServerType.SMTP, "smtp.example.com", 465)
    ]
    assert (provider.other, provider.oauth2, provider.documentation) == ((), None, ())
    assert parsed.remarks == ()


# --- servers


@pytest.mark.parametrize(
    ("word", "server_type", "port"),
    [("imap", "imap", 993), ("pop3", "pop3", 995), ("submit", "smtp", 465), ("smtp", "smtp", 465)],
)
def test_a_host_means_implicit_tls_on_its_port(word: str, server_type: str, port: int) -> None:
    (server,) = changed(protocols={word: {"host": "Mail.Example.com."}}).provider.servers
    assert isinstance(server, TcpServer)
    assert (server.type, server.hostname, server.port) == (server_type, "mail.example.com", port)
    assert (server.socket_type, server.username) == (SocketType.SSL, LOGIN)
    assert server.authentication == (Authentication.PASSWORD_CLEARTEXT,)


@pytest.mark.parametrize("word", ["jmap", "caldav", "carddav", "webdav"])
def test_a_url_means_http_with_a_password(word: str) -> None:
    (server,) = changed(protocols={word: {"url": "https://example.com/x/"}}).provider.servers
    assert server == UrlServer(
        type=ServerType(word),
        url="https://example.com/x/",
        authentication=(Authentication.HTTP_BASIC,),
        username=LOGIN,
    )


def test_submit_goes_before_its_old_name() -> None:
    both = {"smtp": {"host": "old.example.com"}, "submit": {"host": "new.example.com"}}
    (server,) = changed(protocols=both).provider.outgoing
    assert isinstance(server, TcpServer)
    assert server.hostname == "new.example.com"


def test_the_old_name_serves_where_submit_cannot_be_used() -> None:
    parsed = changed(protocols={"smtp": {"host": "old.example.com"}, "submit": {}})
    assert [server.hostname for server in parsed.provider.outgoing] == ["old.example.com"]  # type: ignore[union-attr]
    assert remarks(parsed) == [("protocols.submit", "Left out: no host.", None)]


@pytest.mark.parametrize(
    ("word", "part", "path", "message", "value"),
    [
        ("pop3", {}, "protocols.pop3", "Left out: no host.", None),
        ("pop3", {"host": " "}, "protocols.pop3", "Left out: no host.", None),
        ("pop3", {"host": "a b"}, "protocols.pop3", "Left out: 'a b' is not a domain name.", None),
        (
            "pop3",
            {"host": "pop.example.com:995"},
            "protocols.pop3",
            "Left out: 'pop.example.com:995' is not a domain name.",
            None,
        ),
        (
            "pop3",
            {"host": "%EMAILDOMAIN%"},
            "protocols.pop3",
            "Left out: '%EMAILDOMAIN%' is not a domain name.",
            None,
        ),
        ("jmap", {"host": "jmap.example.com"}, "protocols.jmap", "Left out: no url.", None),
        (
            "jmap",
            {"url": "http://example.com/"},
            "protocols.jmap",
            "Left out: 'http://example.com/' is not a URL that starts with https://.",
            None,
        ),
        (
            "jmap",
            {"url": "https://example.com/%EMAILADDRESS%"},
            "protocols.jmap",
            "Left out: PACC has no placeholders.",
            None,
        ),
        (
            "jmap",
            {"url": "https://ada:secret@example.com/"},
            "protocols.jmap",
            "Left out: A URL with a user name or password in it is not accepted.",
            None,
        ),
        (
            "managesieve",
            {"host": "sieve.example.com"},
            "protocols",
            "Server left out: PACC has no such protocol.",
            "managesieve",
        ),
        (
            "\ud800\n",
            {"host": "x.example.com"},
            "protocols",
            "Server left out: PACC has no such protocol.",
            "\\ud800\n",
        ),
    ],
    ids=[
        "no host",
        "blank host",
        "no host name",
        "host with port",
        "host with placeholder",
        "no url",
        "http",
        "placeholder",
        "password",
        "managesieve",
        "broken word",
    ],
)
def test_a_server_that_cannot_be_used_is_left_out_alone(
    word: str, part: dict[str, str], path: str, message: str, value: str | None
) -> None:
    parsed = changed(protocols={**SMALL["protocols"], word: part})
    assert parsed.provider == read(SMALL).provider
    assert remarks(parsed) == [(path, message, value)]


@pytest.mark.parametrize("part", ["imap.example.com", 993, True, ["imap.example.com"]])
def test_a_server_that_is_no_object_is_left_out_alone(part: object) -> None:
    parsed = changed(protocols={**SMALL["protocols"], "pop3": part})
    assert parsed.provider == read(SMALL).provider
    assert [remark.path for remark in parsed.remarks] == ["protocols.pop3", "protocols.pop3"]


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("https://dav.example.com/", "PACC wants a path here, not the host alone."),
        ("https://dav.example.com:8443/dav/", "PACC knows https on port 443 only."),
    ],
)
def test_a_url_that_breaks_a_rule_and_works_is_kept(url: str, message: str) -> None:
    parsed = changed(protocols={"caldav": {"url": url}})
    assert [server.url for server in parsed.provider.other] == [url]  # type: ignore[union-attr]
    assert remarks(parsed) == [("protocols.caldav.url", message, url)]


def test_what_is_null_is_not_there() -> None:
    parsed = changed(protocols={**SMALL["protocols"], "pop3": None}, info={"provider": None, "help": None})
    assert (len(parsed.provider.servers), parsed.remarks) == (2, ())


# --- logins


def test_an_issuer_means_oauth2_before_the_password() -> None:
    oauth = {"issuer": "https://login.example.com/"}
    provider = changed(authentication={"password": True, "oauth-public": oauth}).provider
    assert provider.oauth2 == OAuth2(issuer="https://login.example.com")
    assert {server.authentication for server in provider.servers} == {
        (Authentication.OAUTH2, Authentication.PASSWORD_CLEARTEXT)
    }


@pytest.mark.parametrize("more", [{}, {"password": False}])
def test_oauth2_alone_is_oauth2_alone(more: dict[str, bool]) -> None:
    oauth = {"issuer": "https://login.example.com/"}
    provider = changed(authentication={"oauth-public": oauth, **more}).provider
    assert {server.authentication for server in provider.servers} == {(Authentication.OAUTH2,)}


def test_without_any_word_on_logins_a_password_is_assumed() -> None:
    parsed = changed(authentication=None)
    assert parsed.provider == read(SMALL).provider
    assert remarks(parsed) == [("authentication", "No way to log in is named; a password is assumed.", None)]


@pytest.mark.parametrize(
    "oauth", [{}, {"issuer": "http://login.example.com"}, {"issuer": 1}, "https://login.example.com", True]
)
def test_an_issuer_that_cannot_be_used_leaves_the_password(oauth: object) -> None:
    parsed = changed(authentication={"oauth-public": oauth, "password": True})
    assert parsed.provider == read(SMALL).provider
    assert parsed.remarks[0].path.startswith("authentication.oauth-public")


@pytest.mark.parametrize(
    "authentication",
    [{}, {"password": False}, {"password": "true"}, {"passkey": True}, "password", {"oauth-public": {}}],
)
def test_a_document_without_a_known_login_is_refused(authentication: object) -> None:
    data = json.dumps({**SMALL, "authentication": authentication}).encode()
    with pytest.raises(FormatError) as refused:
        pacc.parse(data, DOMAIN)
    assert str(refused.value) == "The document offers no way to log in that is known."


# --- names and help


def test_the_domain_stands_in_for_a_missing_name() -> None:
    provider = changed(info=None).provider
    assert (provider.display_name, provider.short_name) == (DOMAIN, DOMAIN)


def test_the_name_stands_in_for_a_missing_short_name() -> None:
    provider = changed(info={"provider": {"name": "Example Mail"}}).provider
    assert (provider.display_name, provider.short_name) == ("Example Mail", "Example Mail")


@pytest.mark.parametrize("name", ["", 7, "a\x00b", ["Example"]])
def test_a_name_that_cannot_be_used_is_left_out(name: object) -> None:
    parsed = changed(info={"provider": {"name": name}})
    assert parsed.provider.display_name == DOMAIN
    assert parsed.remarks


def test_the_help_page_is_kept() -> None:
    parsed = changed(info={"help": {"documentation": "https://example.com/help", "contact": ["mailto:a@b"]}})
    assert [page.url for page in parsed.provider.documentation] == ["https://example.com/help"]
    assert parsed.remarks == ()


def test_a_help_page_that_cannot_be_used_is_left_out() -> None:
    parsed = changed(info={"help": {"documentation": "ask us"}})
    assert parsed.provider.documentation == ()
    assert [remark.path for remark in parsed.remarks] == ["info.help"]
