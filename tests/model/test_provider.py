"""A provider: every value checked once, nothing half."""

from __future__ import annotations

import dataclasses
import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings

from autoconfig.errors import DomainError, ValueRefused
from autoconfig.model import (
    Documentation,
    EmailAddress,
    Enable,
    Provider,
    ServerType,
    SocketType,
    TcpServer,
    Translation,
    UrlServer,
    best_text,
)
from autoconfig.model.placeholders import EMAIL_DOMAIN
from tests.strategies import addresses, plain_providers

IMAP = TcpServer(
    type=ServerType.IMAP,
    hostname="imap.%EMAILDOMAIN%",
    port=993,
    socket_type=SocketType.SSL,
    username="%EMAILADDRESS%",
)
SMTP = replace(IMAP, type=ServerType.SMTP, hostname="smtp.%EMAILDOMAIN%", port=465)
CALDAV = UrlServer(type=ServerType.CALDAV, url="https://dav.%EMAILDOMAIN%/")
PROVIDER = Provider(
    id="example.com",
    display_name="Example Mail",
    short_name="Example",
    domains=("example.com",),
    incoming=(IMAP,),
    outgoing=(SMTP,),
    other=(CALDAV,),
)


@pytest.mark.parametrize("provider_id", ["example.com", "freenet", "AT&T", "börse", "a:b"])
def test_an_id_is_any_printable_word(provider_id: str) -> None:
    assert replace(PROVIDER, id=provider_id).id == provider_id


@pytest.mark.parametrize("provider_id", ["", " ", "a b", "a/b", "../x", "a\n", "a\x00", "a\xa0b", "\u202ea"])
def test_an_id_with_space_slash_or_control_character_is_refused(provider_id: str) -> None:
    with pytest.raises(ValueRefused) as refused:
        replace(PROVIDER, id=provider_id)
    assert str(refused.value) == f"A provider's id cannot be {provider_id!r}."


@pytest.mark.parametrize("name", ["display_name", "short_name"])
def test_white_space_in_a_name_is_folded(name: str) -> None:
    provider = replace(PROVIDER, **{name: " Example\n\t Mail\u2028"})
    assert getattr(provider, name) == "Example Mail"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"display_name": " "}, "The display name of a provider is empty."),
        ({"short_name": ""}, "The short name of a provider is empty."),
        ({"display_name": "a\x00"}, "The display name of a provider holds a control character: 'a\\x00'."),
        ({"short_name": "\x1b[31m"}, "The short name of a provider holds a control character: '\\x1b[31m'."),
        ({"display_name": "\ufffe"}, "The display name of a provider holds a control character: '\\ufffe'."),
        ({"display_name": "\ud800"}, "The display name of a provider holds a control character: '\\ud800'."),
    ],
)
def test_a_name_that_no_document_can_hold_is_refused(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueRefused) as refused:
        replace(PROVIDER, **changes)
    assert str(refused.value) == sentence


@pytest.mark.parametrize("name", ["domains", "mx_domains"])
def test_domains_are_folded_in_order_each_once(name: str) -> None:
    provider = replace(PROVIDER, **{name: ("B.example", "a.example", "b.EXAMPLE.", "bücher.example")})
    assert getattr(provider, name) == ("b.example", "a.example", "xn--bcher-kva.example")


def test_a_wrong_domain_is_refused() -> None:
    with pytest.raises(DomainError) as refused:
        replace(PROVIDER, domains=("example com",))
    assert str(refused.value) == "'example com' is not a domain name."


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"incoming": (SMTP,)}, "A server of type smtp is not an incoming server."),
        ({"incoming": (CALDAV,)}, "A server of type caldav is not an incoming server."),
        ({"outgoing": (IMAP,)}, "A server of type imap is not an outgoing server."),
        ({"other": (IMAP,)}, "A mail server stands among the servers that are not for mail."),
        ({"other": (SMTP,)}, "A mail server stands among the servers that are not for mail."),
        ({"incoming": (), "outgoing": (), "other": ()}, "A provider has no usable server."),
        ({"update_url": "x"}, "'x' is not a URL that starts with https:// or http://."),
    ],
)
def test_servers_in_the_wrong_place_are_refused(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueRefused) as refused:
        replace(PROVIDER, **changes)
    assert str(refused.value) == sentence


@pytest.mark.parametrize("kept", ["incoming", "outgoing", "other"])
def test_one_server_of_any_kind_makes_a_provider(kept: str) -> None:
    nothing: dict[str, Any] = {"incoming": (), "outgoing": (), "other": ()}
    provider = replace(PROVIDER, **nothing | {kept: getattr(PROVIDER, kept)})
    assert provider.servers == getattr(PROVIDER, kept)


def test_servers_are_incoming_then_outgoing_then_other() -> None:
    assert PROVIDER.servers == (IMAP, SMTP, CALDAV)


def test_an_address_fills_every_server() -> None:
    filled = PROVIDER.for_address(EmailAddress("ada", "example.org"))
    assert [server.username for server in filled.servers] == ["ada@example.org", "ada@example.org", None]
    assert filled.incoming[0].hostname == "imap.example.org"  # type: ignore[union-attr]
    assert filled.other[0].url == "https://dav.example.org/"  # type: ignore[union-attr]


@settings(deadline=None)
@given(plain_providers(), addresses())
def test_an_address_fills_every_placeholder_but_the_real_name(
    provider: Provider, address: EmailAddress
) -> None:
    marked = EmailAddress(address.local_part.replace("%", ""), address.domain)
    try:
        filled = provider.for_address(marked)
    except ValueRefused:
        assert EMAIL_DOMAIN in repr(provider)  # a host name would grow too long
        return
    assert not re.search("%(EMAILADDRESS|EMAILLOCALPART|EMAILDOMAIN)%", repr(filled.servers))


def test_a_provider_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        PROVIDER.id = "other"  # type: ignore[misc]


def test_a_provider_takes_no_other_attribute() -> None:
    assert not hasattr(PROVIDER, "__dict__")


def test_a_provider_is_its_values() -> None:
    assert replace(PROVIDER, domains=("EXAMPLE.com",)) == PROVIDER
    assert hash(replace(PROVIDER, domains=("EXAMPLE.com",))) == hash(PROVIDER)


def text(language: str | None, words: str) -> Translation:
    """A text in a language."""
    return Translation(language, words)


@pytest.mark.parametrize("make", [Documentation, Enable])
def test_the_first_text_of_a_language_counts(make: type[Documentation | Enable]) -> None:
    texts = (text("en", "First"), text("de", "Erster"), text("EN", "Second"))
    assert make(url="https://example.com/", texts=texts).texts == (text("en", "First"), text("de", "Erster"))


@pytest.mark.parametrize("make", [Documentation, Enable])
def test_a_page_needs_a_url(make: type[Documentation | Enable]) -> None:
    with pytest.raises(ValueRefused) as refused:
        make(url="help")
    assert str(refused.value) == "'help' is not a URL that starts with https:// or http://."


@pytest.mark.parametrize("language", ["en", "pt-BR", "zh-Hant-TW", "x-klingon", "sr-Latn", None])
def test_a_language_is_a_tag_or_nothing(language: str | None) -> None:
    assert text(language, "x").language == language


@pytest.mark.parametrize("language", ["und", "UND"])
def test_the_tag_of_an_unknown_language_is_nothing(language: str) -> None:
    assert text(language, "x").language is None


@pytest.mark.parametrize("language", ["", "en_US", "e n", "en-", "abcdefghi", "deutsch!"])
def test_what_is_no_language_tag_is_refused(language: str) -> None:
    with pytest.raises(ValueRefused) as refused:
        text(language, "x")
    assert str(refused.value) == f"{language!r} is not a language tag such as en or pt-BR."


def test_an_empty_text_is_refused() -> None:
    with pytest.raises(ValueRefused) as refused:
        text("en", "\n ")
    assert str(refused.value) == "A text is empty."


TEXTS = (text("de", "Hilfe"), text("en", "Help"), text("pt-BR", "Ajuda"), text("fr", "Aide"))


@pytest.mark.parametrize(
    ("languages", "best"),
    [
        (("fr",), "Aide"),
        (("FR",), "Aide"),
        (("fr-CA",), "Aide"),
        (("pt-br",), "Ajuda"),
        (("pt",), "Help"),
        (("ja", "de"), "Hilfe"),
        (("ja",), "Help"),
        ((), "Help"),
    ],
)
def test_the_best_text_is_in_the_first_language_there_is(languages: tuple[str, ...], best: str) -> None:
    assert best_text(TEXTS, languages) == best


def test_a_text_without_a_language_counts_as_english() -> None:
    assert best_text((text("de", "Hilfe"), text(None, "Help")), ["ja"]) == "Help"


def test_without_english_the_first_text_serves() -> None:
    assert best_text((text("de", "Hilfe"), text("fr", "Aide")), ["ja"]) == "Hilfe"


def test_without_texts_there_is_no_best_one() -> None:
    assert best_text(()) is None
