"""Readers that take one piece after the other, and KMail's: one change in a document at a time."""

from __future__ import annotations

import pytest

from autoconfig.advice.clients import delta_chat, evolution, kmail
from autoconfig.advice.clients.reading import ReadServer, Unread
from autoconfig.advice.clients.stream import MAX_BYTES, pieces
from autoconfig.model import EmailAddress

ADDRESS = EmailAddress.parse("fred@example.com")


def section(server_type: str = "imap", host: str = "imap.example.com", port: str = "993", **more: str) -> str:
    """A server section; more elements, and others in place of the usual ones, by name."""
    name = "outgoingServer" if server_type == "smtp" else "incomingServer"
    values = {"hostname": host, "port": port, "socketType": "SSL", "username": "%EMAILADDRESS%"} | more
    inner = "".join(f"<{key}>{value}</{key}>" for key, value in values.items())
    return f'<{name} type="{server_type}">{inner}</{name}>'


SMTP = section("smtp", "smtp.example.com", "465", authentication="password-cleartext")


def document(*sections: str) -> bytes:
    return (
        f'<clientConfig version="1.1"><emailProvider id="example.com"><domain>example.com</domain>'
        f"{''.join(sections)}</emailProvider></clientConfig>"
    ).encode()


def server(reading: object, direction: str = "incoming") -> ReadServer:
    found: ReadServer = getattr(reading, direction)[0]
    return found


# Evolution


def test_evolution_takes_the_last_server_of_a_kind() -> None:
    reading = evolution.read(
        document(section(host="a.example.com"), section(host="b.example.com"), SMTP), ADDRESS
    )
    assert [one.hostname for one in (*reading.incoming, *reading.outgoing)] == [
        "b.example.com",
        "smtp.example.com",
    ]


def test_evolution_keeps_from_an_earlier_section_what_the_last_does_not_say() -> None:
    last = section(host="b.example.com", port="none").replace("<socketType>SSL</socketType>", "")
    found = server(evolution.read(document(section(), last), ADDRESS))
    assert (found.hostname, found.port, found.socket_type) == ("b.example.com", 993, "SSL")


def test_a_server_without_a_socket_type_is_plain_text_to_evolution() -> None:
    bare = section().replace("<socketType>SSL</socketType>", "")
    assert server(evolution.read(document(bare), ADDRESS)).socket_type == "plain"


def test_evolution_prefers_imap_to_pop3_whatever_comes_first() -> None:
    reading = evolution.read(document(section("pop3", port="995"), section(), SMTP), ADDRESS)
    assert [one.type for one in reading.incoming] == ["imap", "pop3"]


def test_evolution_knows_no_oauth2() -> None:
    found = server(evolution.read(document(section(authentication="OAuth2")), ADDRESS))
    assert found.authentication is None


def test_evolution_takes_a_server_without_an_email_provider() -> None:
    assert evolution.read(f"<a>{section()}</a>".encode(), ADDRESS).accepted


def test_evolution_gives_up_on_what_names_no_server() -> None:
    assert (
        evolution.read(b"<clientConfig><emailProvider/></clientConfig>", ADDRESS).code == "not-clientconfig"
    )


# KMail


def test_a_server_without_a_socket_type_is_tls_to_kmail() -> None:
    bare = section().replace("<socketType>SSL</socketType>", "")
    assert server(kmail.read(document(bare), ADDRESS)).socket_type == "SSL"


def test_kmail_drops_a_server_without_a_port() -> None:
    bare = section().replace("<port>993</port>", "")
    assert kmail.read(document(bare), ADDRESS).code == "incoming-missing"


def test_kmail_takes_oauth2_though_a_password_stands_before_it() -> None:
    both = section(authentication="password-cleartext").replace(
        "</incomingServer>", "<authentication>OAuth2</authentication></incomingServer>"
    )
    assert server(kmail.read(document(both), ADDRESS)).authentication == ("OAuth2",)


def test_kmail_wants_an_email_provider() -> None:
    assert (
        kmail.read(f"<clientConfig>{section()}</clientConfig>".encode(), ADDRESS).code == "not-clientconfig"
    )


@pytest.mark.parametrize("read", [evolution.read, kmail.read])
def test_placeholders_are_filled_in(read: object) -> None:
    assert callable(read)
    reading = read(document(section(host="imap.%EMAILDOMAIN%", username="%EMAILLOCALPART%"), SMTP), ADDRESS)
    assert (server(reading).hostname, server(reading).username) == ("imap.example.com", "fred")
    assert server(reading, "outgoing").username == "fred@example.com"


# Pieces


def test_a_reader_that_forgives_minds_neither_a_missing_end_nor_text_outside() -> None:
    cut = document(section(), SMTP).removesuffix(b"</emailProvider></clientConfig>") + b" And so on"
    assert delta_chat.read(cut, ADDRESS).accepted
    assert evolution.read(cut, ADDRESS).code == "xml-broken"


@pytest.mark.parametrize(
    "text",
    [
        "<a></b>",
        "</a>",
        "<a>",
        "",
        "text<a/>",
        "<a b=c/>",
        "<a <b>",
    ],
)
def test_a_strict_reader_stops_at(text: str) -> None:
    with pytest.raises(Unread) as caught:
        list(pieces(text.encode(), strict=True))
    assert caught.value.code == "xml-broken"


@pytest.mark.parametrize("text", ["<a>", "", "text<a/>", "<a b=c/>", "<!doctype html><p>"])
def test_a_reader_that_forgives_goes_on_at(text: str) -> None:
    list(pieces(text.encode()))


def test_entities_of_a_document_are_not_expanded() -> None:
    text = '<!DOCTYPE a [<!ENTITY b "c">]>' + "<a>&b;&lt;&amp;lt;</a>"
    found = [piece.text for piece in pieces(text.encode(), strict=True) if piece.kind == "text"]
    assert found == ["&b;<&lt;"]


def test_text_in_cdata_is_as_it_stands() -> None:
    assert [piece.text for piece in pieces(b"<a><![CDATA[<&amp;>]]></a>") if piece.kind == "text"] == [
        "<&amp;>"
    ]


def test_no_more_than_a_bounded_part_is_read() -> None:
    assert sum(1 for _ in pieces(b"<a/>" * MAX_BYTES, strict=True)) == MAX_BYTES // 4 * 2


def test_long_nonsense_is_read_in_no_time() -> None:
    for nonsense in (b"<a " + b"b='" * 80_000, b"<" * 250_000, b"<a " * 80_000, b"<!--" * 60_000):
        with pytest.raises(Unread):
            list(pieces(nonsense))
