"""How Thunderbird, Delta Chat, FairEmail and Outlook read Autodiscover, on the answers of others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from autoconfig.advice.clients import pox
from autoconfig.advice.clients.pox import Moved
from autoconfig.advice.clients.reading import AUTOMATIC, Reading
from autoconfig.model import EmailAddress
from tests.shared import shared_path

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from autoconfig.advice.clients.pox import PoxReading

ADDRESS = EmailAddress.parse("fred@example.com")
READERS: Mapping[str, Callable[[bytes, EmailAddress], PoxReading]] = {
    "thunderbird": pox.thunderbird.read,
    "delta-chat": pox.delta_chat.read,
    "fairemail": pox.fairemail.read,
    "outlook": pox.outlook.read,
}


def response(name: str) -> bytes:
    return shared_path("corpora", "autodiscover", "response", f"{name}.xml").read_bytes()


def answer(*protocols: str, account: str = "", namespace: str = "") -> bytes:
    """An answer with these Protocols, or with other children of Account."""
    schema = namespace or "http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a"
    words = account or "<AccountType>email</AccountType><Action>settings</Action>"
    return (
        '<?xml version="1.0" encoding="utf-8"?>'
        '<Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006">'
        f'<Response xmlns="{schema}"><Account>{words}{"".join(protocols)}</Account></Response></Autodiscover>'
    ).encode()


def protocol(server_type: str = "IMAP", port: str = "993", more: str = "<SPA>off</SPA>") -> str:
    """A Protocol with what stands in ``more``."""
    return (
        f"<Protocol><Type>{server_type}</Type><Server>mail.example.com</Server><Port>{port}</Port>"
        f"{more}</Protocol>"
    )


SMTP = protocol("SMTP", "465")


def read(client: str, document: bytes) -> Reading:
    found = READERS[client](document, ADDRESS)
    assert isinstance(found, Reading)
    return found


def facts(reading: Reading) -> list[tuple[object, ...]]:
    return [
        (server.type, server.hostname, server.port, server.socket_type)
        for server in (*reading.incoming, *reading.outgoing)
    ]


# Answers that the programs' own tests have


def test_delta_chat_reads_its_own_test_answer_as_its_test_says() -> None:
    assert facts(read("delta-chat", response("imap-smtp-chatmail"))) == [
        ("imap", "example.com", 993, AUTOMATIC),
        ("smtp", "smtp.example.com", 25, "plain"),
    ]


def test_delta_chat_follows_a_redirect_that_is_no_xml_for_strict_readers() -> None:
    document = response("redirect-url-leading-newline")
    moved = Moved(url="https://mail.example.com/autodiscover/autodiscover.xml")
    assert pox.delta_chat.read(document, ADDRESS) == moved
    assert {read(client, document).code for client in ("thunderbird", "outlook")} == {"xml-broken"}


def test_thunderbird_reads_its_own_exchange_answer_as_its_test_says() -> None:
    reading = read("thunderbird", response("exchange-thunderbird-fixture"))
    assert [server.type for server in reading.incoming] == ["exchange"]
    assert reading.outgoing == ()


def test_off_and_none_are_plain_text_to_thunderbird_however_they_are_written() -> None:
    reading = read("thunderbird", response("exchange-imap-smtp-thunderbird"))
    assert facts(reading) == [
        ("imap", "imap.exchange.test", 1993, "plain"),
        ("exchange", None, None, None),
        ("smtp", "localhost", 1587, "plain"),
    ]
    assert reading.incoming[1].url == "http://exchange.test/EWS/Exchange.asmx"


@pytest.mark.parametrize(
    ("client", "expected"),
    [
        ("thunderbird", "pox-redirect-url"),
        ("delta-chat", Moved(url="https://example.org/Autodiscover/Autodiscover.xml")),
        ("fairemail", "pox-words"),
        ("outlook", Moved(url="https://example.org/Autodiscover/Autodiscover.xml")),
    ],
)
def test_a_redirect_to_a_url_is_for_delta_chat_and_outlook(client: str, expected: str | Moved) -> None:
    found = READERS[client](response("redirect-url"), ADDRESS)
    assert (found.code if isinstance(found, Reading) else found) == expected


@pytest.mark.parametrize("client", READERS)
def test_exchange_alone_is_no_imap_but_for_thunderbird_and_outlook(client: str) -> None:
    reading = read(client, response("exchange-online"))
    if client in ("thunderbird", "outlook"):
        assert {server.type for server in reading.incoming} == {"exchange"}
    else:
        assert reading.code == "pox-imap-missing"


@pytest.mark.parametrize("client", ["thunderbird", "fairemail", "outlook"])
@pytest.mark.parametrize("name", ["error-601", "error-600-mailcow"])
def test_an_error_of_the_service_is_told_as_one(name: str, client: str) -> None:
    assert read(client, response(name)).code == "pox-error"


@pytest.mark.parametrize("client", READERS)
def test_all_of_them_read_what_is_written_for_outlook(client: str) -> None:
    secure = AUTOMATIC if client == "delta-chat" else "SSL"
    assert facts(read(client, response("outlook-imap-smtp-annotated"))) == [
        ("imap", "mail.szepe.net", 993, secure),
        ("smtp", "mail.szepe.net", 465, secure),
    ]


def test_encryption_tls_means_starttls_to_outlook_on_whatever_port() -> None:
    assert facts(read("outlook", response("stalwart"))) == [("imap", "mail.example.com", 993, "STARTTLS")]
    assert facts(read("thunderbird", response("stalwart"))) == [("imap", "mail.example.com", 993, "SSL")]


# One change at a time


@pytest.mark.parametrize(
    ("client", "port", "more", "socket_type"),
    [
        ("thunderbird", "993", "<SSL>off</SSL><Encryption>SSL</Encryption>", "plain"),
        ("thunderbird", "993", "<Encryption>none</Encryption>", "plain"),
        ("thunderbird", "143", "<SSL>on</SSL>", "STARTTLS"),
        ("thunderbird", "1143", "", "SSL"),
        ("delta-chat", "993", "<SSL>off</SSL>", "plain"),
        ("delta-chat", "993", "<SSL>Off</SSL>", AUTOMATIC),
        ("fairemail", "143", "<SSL>on</SSL>", "STARTTLS"),
        ("fairemail", "993", "<SSL>off</SSL>", "SSL"),
        ("outlook", "993", "<SSL>off</SSL>", "plain"),
        ("outlook", "993", "<SSL>off</SSL><Encryption>SSL</Encryption>", "SSL"),
        ("outlook", "143", "", "SSL"),
        ("outlook", "143", "<Encryption>TLS</Encryption>", "STARTTLS"),
        ("outlook", "993", "<Encryption>Auto</Encryption>", "SSL"),
    ],
)
def test_each_has_its_own_idea_of_what_protects_the_connection(
    client: str, port: str, more: str, socket_type: str
) -> None:
    reading = read(client, answer(protocol(port=port, more=more), SMTP))
    assert facts(reading)[0] == ("imap", "mail.example.com", int(port), socket_type)


@pytest.mark.parametrize(
    ("client", "more", "expected"),
    [
        ("outlook", "", ("NTLM",)),
        ("outlook", "<SPA>on</SPA>", ("NTLM",)),
        ("outlook", "<SPA>off</SPA>", ("password-cleartext",)),
        ("thunderbird", "", ("password-cleartext",)),
        ("thunderbird", "<SPA>On</SPA>", ("NTLM",)),
        ("delta-chat", "<SPA>on</SPA>", None),
        ("fairemail", "<SPA>on</SPA>", None),
    ],
)
def test_spa_is_on_for_outlook_unless_it_is_off(
    client: str, more: str, expected: tuple[str, ...] | None
) -> None:
    assert read(client, answer(protocol(more=more), SMTP)).incoming[0].authentication == expected


def test_outlook_fills_in_the_usual_port() -> None:
    document = answer(protocol(port="", more="<Encryption>TLS</Encryption>"), SMTP)
    assert facts(read("outlook", document))[0] == ("imap", "mail.example.com", 143, "STARTTLS")
    assert read("thunderbird", document).code == "pox-imap-missing"
    assert read("fairemail", document).code == "pox-imap-missing"


def test_the_login_name_is_the_address_where_none_is_given() -> None:
    for client in ("thunderbird", "outlook"):
        assert read(client, answer(protocol(), SMTP)).incoming[0].username == "fred@example.com"
        named = answer(protocol(more="<LoginName>u7</LoginName>"), SMTP)
        assert read(client, named).incoming[0].username == "u7"
    assert read("delta-chat", answer(protocol(more="<LoginName>u7</LoginName>"))).incoming[0].username is None


@pytest.mark.parametrize(
    ("account", "fairemail", "outlook"),
    [
        ("<AccountType>email</AccountType><Action>settings</Action>", "", ""),
        ("<AccountType>Email</AccountType><Action>settings</Action>", "pox-words", ""),
        ("<AccountType>email</AccountType><Action>Settings</Action>", "pox-words", ""),
        ("<Action>settings</Action>", "pox-words", "pox-words"),
        ("<AccountType>email</AccountType>", "pox-words", "pox-words"),
        (f"<AccountType>email</AccountType>{protocol()}{SMTP}<Action>settings</Action>", "pox-words", ""),
    ],
)
def test_fairemail_wants_both_words_in_small_letters_before_the_servers(
    account: str, fairemail: str, outlook: str
) -> None:
    protocols = () if "Protocol" in account else (protocol(), SMTP)
    document = answer(*protocols, account=account)
    assert read("fairemail", document).code == fairemail
    assert read("outlook", document).code == outlook
    assert read("thunderbird", document).code == ""


def test_fairemail_wants_both_directions() -> None:
    assert read("fairemail", answer(SMTP)).code == "pox-imap-missing"
    assert read("fairemail", answer(protocol())).code == "pox-smtp-missing"


def test_outlook_alone_looks_at_namespaces() -> None:
    document = answer(protocol(), SMTP, namespace="http://example.com/other")
    codes = {client: read(client, document).code for client in READERS}
    assert codes == {"thunderbird": "", "delta-chat": "", "fairemail": "", "outlook": "pox-namespace"}


def test_a_redirect_to_an_address_is_for_thunderbird_and_outlook() -> None:
    document = answer(
        account="<AccountType>email</AccountType><Action>redirectAddr</Action>"
        "<RedirectAddr>fred@example.net</RedirectAddr>"
    )
    for client in ("thunderbird", "outlook"):
        assert READERS[client](document, ADDRESS) == Moved(address="fred@example.net")
    assert read("delta-chat", document).code == "pox-imap-missing"
    assert read("fairemail", document).code == "pox-words"


@pytest.mark.parametrize("client", READERS)
@pytest.mark.parametrize(
    ("document", "code"), [(b"<html><p>Hello</p></html>", "pox-broken"), (b"<html><p>Hello", None)]
)
def test_a_page_is_no_answer(client: str, document: bytes, code: str | None) -> None:
    reading = read(client, document)
    # Delta Chat's reader does not miss an end tag.
    assert reading.code == (code or ("pox-broken" if client == "delta-chat" else "xml-broken"))
