"""Eight languages: which one a reader gets, and whether every text is there in each."""

from __future__ import annotations

import gettext
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

from autoconfig.web.pages.languages import CATALOGUES, LANGUAGES
from autoconfig.web.pages.programs import PROGRAMS
from tests.web.pages.reading import ADA

if TYPE_CHECKING:
    from tests.web.pages.reading import Shop

ROOT = Path(__file__).resolve().parents[3]
TRANSLATED = sorted(set(LANGUAGES) - {"en"})

_PLACEHOLDER = re.compile(r"%\(\w+\)s")

Key = tuple[str | None, str | tuple[str, ...]]

SAME_IN = {
    "Autodiscover", "Chat (Matrix)", "Chat (XMPP)", "Port", "Server", "Video (OpenTalk)", "Outlook (mobile)",
    "OAuth2", "File", "Files (WebDAV)", "Password", "Apps", "Accounts", "Security", "Profiles", "No",
    "Hostname", "Protocol", "Email", "Contacts (CardDAV)", "Authentication", "General", "Connect",
    "Personal (IMAP)", "Personal (POP3)", "%(protocol)s host name", "SMTP server", "Host name", "Host Name",
    "Incoming server", "Outgoing server", "Username", "Security type", "Mail Accounts",
}  # fmt: skip
"""Words that some languages spell as English does."""


@cache
def said() -> dict[Key, Message]:
    """Every text of the sources, by context and text."""
    with (ROOT / "autoconfig" / "web" / "pages" / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)
    found = Catalog()
    keywords = {
        "_": None,
        "gettext": None,
        "ngettext": (1, 2),
        "pgettext": ((1, "c"), 2),
        "npgettext": ((1, "c"), 2, 3),
    }
    for _file, _line, message, _comments, context in extract_from_dir(
        ROOT, methods, options, keywords=keywords, directory_filter=lambda name: not name.endswith("/.venv")
    ):
        found.add(message, context=context)
    return {(message.context, message.id): message for message in found if message.id}


@cache
def catalogue(language: str) -> Catalog:
    with (CATALOGUES / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


def translations(language: str) -> dict[Key, Message]:
    return {(message.context, message.id): message for message in catalogue(language) if message.id}


def texts(message: Message) -> tuple[str, ...]:
    """A translation in all its numbers."""
    return message.string if isinstance(message.string, tuple) else (message.string,)


# --- the catalogues


def test_there_is_a_catalogue_for_every_language_and_no_other() -> None:
    assert sorted(path.name for path in CATALOGUES.iterdir()) == TRANSLATED


def test_the_sources_have_texts() -> None:
    assert len(said()) > 300


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_text_of_the_sources_is_in_the_catalogue_and_no_other(language: str) -> None:
    assert set(translations(language)) == set(said())


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_text_is_translated_and_none_is_doubtful(language: str) -> None:
    missing = [message.id for message in translations(language).values() if not all(texts(message))]
    doubtful = [message.id for message in translations(language).values() if message.fuzzy]
    assert (missing, doubtful) == ([], [])


@pytest.mark.parametrize("language", TRANSLATED)
def test_the_same_placeholders_stand_in_every_translation(language: str) -> None:
    different = []
    for (_context, identity), message in translations(language).items():
        originals = identity if isinstance(identity, tuple) else (identity,)
        wanted = sorted(_PLACEHOLDER.findall(originals[-1]))
        different += [text for text in texts(message) if sorted(_PLACEHOLDER.findall(text)) != wanted]
    assert different == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_nothing_was_left_in_english(language: str) -> None:
    left = [
        message.id
        for message in translations(language).values()
        if message.id in texts(message) and message.id not in SAME_IN
    ]
    assert left == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_translation_brings_markup_or_a_stray_percent(language: str) -> None:
    strange = [
        text
        for message in translations(language).values()
        for text in texts(message)
        if re.search(r"[<>&]", text.replace(" & ", "")) or "%" in _PLACEHOLDER.sub("", text)
    ]
    assert strange == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_what_is_shipped_is_what_the_catalogue_says(language: str) -> None:
    with (CATALOGUES / language / "LC_MESSAGES" / "messages.mo").open("rb") as file:
        shipped = gettext.GNUTranslations(file)
    for (context, identity), message in translations(language).items():
        if isinstance(identity, tuple):
            forms = {shipped.ngettext(*identity, number) for number in (1, 2, 5, 1_000_000)}
            assert forms == set(texts(message))
        elif context is not None:
            assert shipped.pgettext(context, identity) == message.string
        else:
            assert shipped.gettext(identity) == message.string


@pytest.mark.parametrize("language", ["fr"])
def test_french_keeps_its_high_marks_on_the_line(language: str) -> None:
    loose = [
        text
        for message in translations(language).values()
        for text in texts(message)
        if re.search(" [:;?!»]|« ", text)
    ]
    assert loose == []


# --- the reader


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_of_every_program_is_there_in_every_language(example: Shop, language: str) -> None:
    for program in PROGRAMS:
        page = example.get(f"{ADA}&program={program}&lang={language}")
        assert (page.status, page.root.get("lang")) == (200, language)
        assert page.headers["Content-Language"] == language
        assert "%(" not in page.source


@pytest.mark.parametrize(
    ("wanted", "language"),
    [
        ("fr", "fr"),
        ("fr-CA,en;q=0.5", "fr"),
        ("pt-BR", "pt"),
        ("ja, pl;q=0.8, de;q=0.5", "pl"),
        ("de;q=0.3, es;q=0.9", "es"),
        ("ja", "en"),
        ("*", "en"),
        ("", "en"),
        ("en-GB, fr;q=0.9", "en"),
    ],
)
def test_the_language_is_the_first_of_the_browsers_that_is_ours(
    example: Shop, wanted: str, language: str
) -> None:
    assert example.get("/", accept_language=wanted).root.get("lang") == language


@pytest.mark.parametrize(
    ("asked", "language"),
    [("de", "de"), ("DE", "de"), ("de-AT", "de"), ("de_CH", "de"), ("xx", "fr"), ("", "fr")],
)
def test_a_language_that_is_asked_for_comes_before_the_browsers(
    example: Shop, asked: str, language: str
) -> None:
    assert example.get(f"/?lang={asked}", accept_language="fr").root.get("lang") == language


def test_every_language_is_offered_in_its_own_words_and_keeps_the_place(example: Shop) -> None:
    page = example.get(f"{ADA}&program=kmail&lang=nl")
    links = page.root.xpath("//nav[@class='languages']//a")
    assert {link.get("lang"): link.text_content() for link in links} == dict(LANGUAGES)
    assert [link.get("aria-current") for link in links if link.get("lang") == "nl"] == ["true"]
    (french,) = [link.get("href") for link in links if link.get("lang") == "fr"]
    assert french == "setup?emailaddress=ada%40example.com&program=kmail&lang=fr"


def test_a_language_once_chosen_is_kept_by_the_form_and_the_tabs(example: Shop) -> None:
    page = example.get(f"{ADA}&lang=it")
    assert all("lang=it" in url for url in page.links("//nav[@class='tabs']//a"))
    hidden = example.get("/?lang=it").root.xpath("//form/input[@type='hidden']")
    assert [(field.get("name"), field.get("value")) for field in hidden] == [("lang", "it")]


@pytest.mark.parametrize(
    ("language", "text", "tag"),
    [
        ("fr", "Configurer un logiciel", None),
        ("en", "Set up a program", None),
        ("nl", "Set up a program", "en"),
    ],
)
def test_help_of_the_provider_is_in_the_readers_language_or_says_its_own(
    example: Shop, language: str, text: str, tag: str | None
) -> None:
    page = example.get(f"{ADA}&lang={language}")
    (span,) = page.root.xpath("//section[@class='help']//li[1]//span")
    assert (span.text_content(), span.get("lang")) == (text, tag)


def test_a_second_language_of_the_browser_serves_for_texts_of_the_provider(example: Shop) -> None:
    page = example.get(ADA, accept_language="nl, de;q=0.8, en;q=0.1")
    assert page.text("//section[@class='first']//li[1]//span") == "Erst IMAP erlauben."


def test_a_mistake_is_told_in_the_readers_language(example: Shop) -> None:
    page = example.get("/setup?emailaddress=ada&lang=de")
    mistake = "Eine E-Mail-Adresse hat ein @ zwischen einem Namen und einer Domain."
    assert page.text("//*[@id='mistake']") == mistake


def test_every_sentence_about_an_address_has_a_translation() -> None:
    sources = [ROOT / "autoconfig/model/address.py", ROOT / "autoconfig/web/asking.py"]
    known = (ROOT / "autoconfig/web/pages/words.py").read_text("utf-8")
    sentences = [
        sentence
        for source in sources
        for sentence in re.findall(r'raise AddressError\("([^"]+)"\)', source.read_text("utf-8"))
    ]
    assert len(sentences) >= 6
    assert [sentence for sentence in sentences if f'"{sentence}": _(' not in known] == []
