"""The linter: one provider that is right, one change, the remark it gives."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from autoconfig.advice.lint import lint_provider
from autoconfig.model import (
    Authentication,
    Documentation,
    Enable,
    OAuth2,
    Provider,
    ServerType,
    SocketType,
    TcpServer,
    Translation,
    UrlServer,
    WebMail,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

ADDRESS = "%EMAILADDRESS%"
PASSWORD = (Authentication.PASSWORD_CLEARTEXT,)
TEXT = (Translation("en", "How to set up a mail program"),)

IMAP = TcpServer(
    type=ServerType.IMAP,
    hostname="imap.example.com",
    port=993,
    socket_type=SocketType.SSL,
    authentication=PASSWORD,
    username=ADDRESS,
)
POP3 = replace(IMAP, type=ServerType.POP3, port=995)
SMTP = replace(IMAP, type=ServerType.SMTP, hostname="smtp.example.com", port=465)
JMAP = UrlServer(
    type=ServerType.JMAP,
    url="https://jmap.example.com/",
    authentication=(Authentication.HTTP_BASIC,),
    username=ADDRESS,
)
CALDAV = replace(JMAP, type=ServerType.CALDAV, url="https://dav.example.com/")
OAUTH2 = OAuth2(
    issuer="login.example.com",
    auth_url="https://login.example.com/authorize",
    token_url="https://login.example.com/token",
    scope=("mail",),
)

RIGHT = Provider(
    id="example.com",
    display_name="Example Mail",
    short_name="Example",
    domains=("example.com",),
    mx_domains=("mx.example.net",),
    incoming=(IMAP, POP3, JMAP),
    outgoing=(SMTP,),
    other=(CALDAV,),
    documentation=(Documentation(url="https://example.com/help", texts=TEXT),),
    enable=(Enable(url="https://example.com/settings", texts=TEXT),),
    webmail=WebMail(url="https://mail.example.com/"),
)


def remarks(provider: Provider) -> list[tuple[str, str, str | None]]:
    return [(remark.path, remark.message, remark.value) for remark in lint_provider(provider)]


def changed(**fields: Any) -> list[tuple[str, str, str | None]]:
    """The remarks about the right provider with some fields changed."""
    return remarks(replace(RIGHT, **fields))


def with_imap(**fields: Any) -> list[tuple[str, str, str | None]]:
    """The remarks about the right provider with its IMAP server changed."""
    return changed(incoming=(replace(IMAP, **fields), POP3))


def with_smtp(**fields: Any) -> list[tuple[str, str, str | None]]:
    """The remarks about the right provider with its outgoing server changed."""
    return changed(outgoing=(replace(SMTP, **fields),))


def test_a_provider_that_is_right_has_no_remark() -> None:
    assert remarks(RIGHT) == []


def test_a_remark_names_the_source() -> None:
    [remark] = lint_provider(replace(RIGHT, id="example"), "providers/example.toml")
    assert remark.source == "providers/example.toml"


def test_all_remarks_about_a_provider_are_given() -> None:
    assert [path for path, _, _ in changed(id="x", domains=("x",), outgoing=())] == [
        "id",
        "domains",
        "outgoing",
    ]


# --- names


@pytest.mark.parametrize(
    ("field", "path", "most", "message"),
    [
        ("display_name", "name", 60, "The name is longer than 60 characters."),
        ("short_name", "short_name", 20, "The short name is longer than 20 characters."),
    ],
)
def test_a_name_has_a_longest_length(field: str, path: str, most: int, message: str) -> None:
    assert changed(**{field: "ü" * most}) == []
    assert changed(**{field: "ü" * (most + 1)}) == [(path, message, "ü" * (most + 1))]


@pytest.mark.parametrize("name", ["example", "Example_Mail.com", "-a.example", "192.0.2.1"])
def test_an_id_that_is_no_domain_name_is_remarked(name: str) -> None:
    assert changed(id=name) == [("id", "The id is not a domain name; both Thunderbirds want one.", name)]


def test_an_international_domain_is_an_id() -> None:
    assert changed(id="bücher.example") == []


# --- domains


def test_a_provider_without_a_domain_is_remarked() -> None:
    assert changed(domains=(), mx_domains=()) == [
        ("domains", "The provider names no domain, so that nobody finds it.", None)
    ]


def test_an_mx_domain_alone_is_enough() -> None:
    assert changed(domains=()) == []


@pytest.mark.parametrize("field", ["domains", "mx_domains"])
def test_a_single_label_is_remarked(field: str) -> None:
    path = {"domains": "domains", "mx_domains": "mx"}[field]
    assert changed(**{field: ("example.com", "localhost")}) == [
        (path, "This is a single label, not a domain that mail is sent to.", "localhost")
    ]


# --- directions


def test_no_incoming_server_is_remarked() -> None:
    assert changed(incoming=()) == [
        ("incoming", "There is no incoming server: mail programs refuse the document.", None)
    ]


def test_no_outgoing_server_is_remarked() -> None:
    assert changed(outgoing=()) == [
        ("outgoing", "There is no outgoing server: mail programs refuse the document.", None)
    ]


def test_a_provider_that_sends_by_jmap_needs_no_outgoing_server() -> None:
    assert changed(incoming=(JMAP,), outgoing=()) == []


@pytest.mark.parametrize(("direction", "server", "port"), [("incoming", IMAP, 143), ("outgoing", SMTP, 587)])
def test_no_secure_server_at_all_is_remarked(direction: str, server: TcpServer, port: int) -> None:
    plain = replace(server, socket_type=SocketType.PLAIN, port=port)
    assert changed(**{direction: (plain,)}) == [
        (direction, "No server is secure: passwords travel in plain text.", None),
        (f"{direction}[0].socket_type", "The connection is not encrypted; offer TLS.", None),
    ]


# --- servers


def test_a_plain_socket_beside_a_secure_one_is_remarked() -> None:
    plain = replace(IMAP, socket_type=SocketType.PLAIN, port=143)
    assert changed(incoming=(IMAP, plain)) == [
        ("incoming[1].socket_type", "The connection is not encrypted; offer TLS.", None)
    ]


def test_a_url_without_tls_is_remarked() -> None:
    assert changed(other=(CALDAV, replace(CALDAV, url="http://dav.example.com/"))) == [
        ("other[1].url", "The connection is not encrypted; offer TLS.", None)
    ]


@pytest.mark.parametrize(
    ("direction", "servers"),
    [("incoming", (IMAP, POP3, IMAP)), ("outgoing", (SMTP, SMTP)), ("other", (CALDAV,) * 2)],
)
def test_the_same_server_twice_is_remarked(direction: str, servers: tuple[Any, ...]) -> None:
    assert changed(**{direction: servers}) == [
        (f"{direction}[{len(servers) - 1}]", "The same server stands here twice.", None)
    ]


def test_two_ways_to_one_server_are_no_repetition() -> None:
    assert changed(incoming=(IMAP, replace(IMAP, port=143, socket_type=SocketType.STARTTLS))) == []


@pytest.mark.parametrize(("direction", "server"), [("incoming", IMAP), ("outgoing", SMTP), ("other", CALDAV)])
def test_a_missing_login_name_is_remarked(direction: str, server: Any) -> None:
    assert changed(**{direction: (replace(server, username=None),)}) == [
        (f"{direction}[0].username", 'Without a login name Thunderbird logs in as "undefined".', None)
    ]


@pytest.mark.parametrize("port", [993, 995, 465])
def test_starttls_on_a_port_of_implicit_tls_is_remarked(port: int) -> None:
    message = "This is the port of implicit TLS; write socket_type SSL."
    assert with_imap(port=port, socket_type=SocketType.STARTTLS) == [("incoming[0].port", message, str(port))]
    assert with_smtp(port=port, socket_type=SocketType.STARTTLS) == [("outgoing[0].port", message, str(port))]


@pytest.mark.parametrize("port", [143, 110, 587, 25])
def test_implicit_tls_on_a_port_of_starttls_is_remarked(port: int) -> None:
    message = "This is the port of STARTTLS; write socket_type STARTTLS or the port of implicit TLS."
    assert with_imap(port=port) == [("incoming[0].port", message, str(port))]
    assert with_smtp(port=port) == [("outgoing[0].port", message, str(port))]


@pytest.mark.parametrize(
    ("port", "socket_type"),
    [
        (143, SocketType.STARTTLS),
        (1143, SocketType.STARTTLS),
        (993, SocketType.SSL),
        (1993, SocketType.SSL),
    ],
)
def test_any_other_port_is_no_remark(port: int, socket_type: SocketType) -> None:
    assert with_imap(port=port, socket_type=socket_type) == []


@pytest.mark.parametrize(
    "authentication",
    [
        (Authentication.GSSAPI,),
        (Authentication.NTLM, Authentication.TLS_CLIENT_CERT),
        (Authentication.CLIENT_IP_ADDRESS,),
        (Authentication.SMTP_AFTER_POP,),
        (Authentication.NONE,),
    ],
)
def test_a_login_that_few_programs_know_is_remarked(authentication: tuple[Authentication, ...]) -> None:
    assert with_smtp(authentication=authentication) == [
        ("outgoing[0].authentication", "Few mail programs can log in this way.", ", ".join(authentication))
    ]


@pytest.mark.parametrize("known", [Authentication.PASSWORD_CLEARTEXT, Authentication.PASSWORD_ENCRYPTED])
def test_one_login_that_all_programs_know_is_enough(known: Authentication) -> None:
    assert with_imap(authentication=(Authentication.GSSAPI, known)) == []


def test_no_authentication_at_all_is_remarked() -> None:
    assert with_imap(authentication=()) == [
        ("incoming[0].authentication", "No way to log in is named; mail programs drop the server.", None)
    ]


def test_a_mailbox_that_is_open_to_everybody_is_remarked() -> None:
    assert with_imap(authentication=(*PASSWORD, Authentication.NONE)) == [
        ("incoming[0].authentication", "A mailbox without a login is open to everybody.", None)
    ]


def test_sending_without_a_login_beside_one_is_no_remark() -> None:
    assert with_smtp(authentication=(*PASSWORD, Authentication.NONE)) == []


# --- OAuth2

BOTH_WAYS = (Authentication.OAUTH2, *PASSWORD)
WITH_OAUTH2 = replace(RIGHT, incoming=(replace(IMAP, authentication=BOTH_WAYS),), oauth2=OAUTH2)


def test_oauth2_with_its_table_is_no_remark() -> None:
    assert remarks(WITH_OAUTH2) == []


def test_oauth2_without_its_table_is_remarked() -> None:
    assert remarks(replace(WITH_OAUTH2, oauth2=None)) == [
        ("oauth2", "OAuth2 is offered, but not where to get a token: add [oauth2].", None)
    ]


def test_a_table_without_a_server_that_offers_oauth2_is_remarked() -> None:
    assert changed(oauth2=OAUTH2) == [
        ("oauth2", "There is an [oauth2] table, but no server offers OAuth2.", None)
    ]


@pytest.mark.parametrize("keys", [("auth_url",), ("token_url",), ("auth_url", "token_url")])
def test_each_missing_address_of_oauth2_is_remarked(keys: Iterable[str]) -> None:
    provider = replace(WITH_OAUTH2, oauth2=replace(OAUTH2, **dict.fromkeys(keys)))
    assert remarks(provider) == [
        (f"oauth2.{key}", f"Without {key} mail programs get no token.", None) for key in keys
    ]


# --- links


@pytest.mark.parametrize(("field", "kind"), [("documentation", Documentation), ("enable", Enable)])
def test_a_link_that_is_not_https_is_remarked(field: str, kind: Any) -> None:
    pages = (kind(url="https://example.com/", texts=TEXT), kind(url="http://example.com/", texts=TEXT))
    assert changed(**{field: pages}) == [(f"{field}[1].url", "The link is not https.", "http://example.com/")]


@pytest.mark.parametrize(("field", "kind"), [("documentation", Documentation), ("enable", Enable)])
def test_a_link_without_a_text_is_remarked(field: str, kind: Any) -> None:
    pages = (kind(url="https://example.com/", texts=TEXT), kind(url="https://example.com/2"))
    assert changed(**{field: pages}) == [
        (f"{field}[1].text", "The link has no text that says where it leads.", "https://example.com/2")
    ]
