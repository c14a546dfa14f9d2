"""Writing a provider file: short, in the order people write it, and the same value when read."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from typing import Any

import pytest

from autoconfig.formats import toml
from autoconfig.model import (
    Authentication,
    Documentation,
    OAuth2,
    Pop3Options,
    ServerType,
    SocketType,
    TcpServer,
    Translation,
    UrlServer,
    WebMail,
)
from tests.formats.minimal import IMAP, PROVIDER, SMTP, TOML


def written(**changes: Any) -> dict[str, Any]:
    """The content of the file for the small provider with changes."""
    return tomllib.loads(toml.render(replace(PROVIDER, **changes)).decode())


def incoming(server: TcpServer | UrlServer) -> dict[str, Any]:
    """The table of one incoming server."""
    (table,) = written(incoming=(server,))["incoming"]
    return dict(table)


def test_the_small_provider_is_written_as_the_small_file() -> None:
    assert written() == tomllib.loads(TOML)


def test_the_same_provider_gives_the_same_bytes() -> None:
    assert toml.render(replace(PROVIDER)) == toml.render(PROVIDER)


def test_a_short_name_like_the_name_is_not_written() -> None:
    assert "short_name" not in written(short_name="Example Mail")


@pytest.mark.parametrize("socket_type", ["SSL", "STARTTLS"])
def test_a_standard_port_is_not_written(socket_type: str) -> None:
    port = 993 if socket_type == "SSL" else 143
    table = incoming(replace(IMAP, socket_type=SocketType(socket_type), port=port))
    expected = {"type": "imap", "hostname": "imap.example.com"}
    assert table == expected | ({} if socket_type == "SSL" else {"socket_type": "STARTTLS"})


def test_another_port_is_written() -> None:
    assert incoming(replace(IMAP, port=10993))["port"] == 10993


def test_no_login_name_is_written_as_an_empty_one() -> None:
    assert incoming(replace(IMAP, username=None))["username"] == ""


def test_no_authentication_is_written_as_an_empty_list() -> None:
    assert incoming(replace(IMAP, authentication=()))["authentication"] == []


def test_a_url_server_needs_two_lines() -> None:
    server = UrlServer(
        type=ServerType.JMAP,
        url="https://x.example/",
        authentication=(Authentication.HTTP_BASIC,),
        username="%EMAILADDRESS%",
    )
    assert incoming(server) == {"type": "jmap", "url": "https://x.example/"}


def test_options_that_are_not_set_are_not_written() -> None:
    server = replace(
        IMAP, type=ServerType.POP3, port=995, pop3=Pop3Options(days_to_leave_messages_on_server=0)
    )
    assert incoming(server) == {
        "type": "pop3",
        "hostname": "imap.example.com",
        "days_to_leave_messages_on_server": 0,
    }


def test_an_issuer_is_written_as_the_url_it_is() -> None:
    assert written(oauth2=OAuth2(issuer="auth.example.com"))["oauth2"] == {
        "issuer": "https://auth.example.com"
    }


def test_a_text_of_no_language_is_written_as_undetermined() -> None:
    page = Documentation(url="https://x.example/", texts=(Translation("en", "Help"), Translation(None, "?")))
    assert written(documentation=(page,))["documentation"] == [
        {"url": "https://x.example/", "text": {"en": "Help", "und": "?"}}
    ]


def test_a_page_without_texts_has_no_table_of_them() -> None:
    page = Documentation(url="https://x.example/")
    assert written(documentation=(page,))["documentation"] == [{"url": "https://x.example/"}]


def test_what_a_provider_does_not_have_is_not_written() -> None:
    assert set(written(webmail=WebMail(url="https://x.example/"))) == {
        "id",
        "name",
        "short_name",
        "domains",
        "incoming",
        "outgoing",
        "webmail",
    }


def test_a_list_that_fits_stands_on_one_line() -> None:
    document = toml.render(replace(PROVIDER, domains=("a.example", "b.example"))).decode()
    assert 'domains = ["a.example", "b.example"]\n' in document


def test_a_long_list_has_a_line_for_each() -> None:
    domains = tuple(f"domain-{n}.example" for n in range(10))
    document = toml.render(replace(PROVIDER, domains=domains)).decode()
    assert 'domains = [\n    "domain-0.example",\n    "domain-1.example",\n' in document


@pytest.mark.parametrize(
    "name", ['"quoted"', "back\\slash", "'single'", "tab\u00a0", "\x7f", "\u0085x", "[[a]]", "# no"]
)
def test_any_name_reads_back(name: str) -> None:
    provider = replace(PROVIDER, display_name=name)
    assert toml.parse(toml.render(provider)).provider == provider


def test_servers_keep_their_order() -> None:
    second = replace(SMTP, port=587, socket_type=SocketType.STARTTLS)
    assert toml.parse(toml.render(replace(PROVIDER, outgoing=(second, SMTP)))).provider.outgoing == (
        second,
        SMTP,
    )
