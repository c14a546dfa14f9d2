"""What the page for people shows of a provider."""

from __future__ import annotations

import re

import pytest

from autoconfig.errors import ValueRefused
from autoconfig.model import Page, Translation


@pytest.mark.parametrize("name", ["logo.svg", "example.com.png", "Logo-2_x.WEBP", "1.svg"])
def test_a_logo_is_the_name_of_a_picture(name: str) -> None:
    assert Page(logo=name).logo == name


@pytest.mark.parametrize(
    "name",
    [
        "",
        "../logo.svg",
        "/etc/logo.svg",
        "a/b.svg",
        "a\\b.svg",
        ".svg",
        "logo.gif",
        "logo.svg\n",
        "https://example.com/logo.svg",
        "-logo.svg",
        "x" * 101 + ".svg",
    ],
)
def test_a_logo_that_leads_elsewhere_is_refused(name: str) -> None:
    sentence = f"A logo is the name of an SVG, PNG or WebP file beside this one, not {name[:100]!r}."
    with pytest.raises(ValueRefused, match=f"^{re.escape(sentence)}$"):
        Page(logo=name)


@pytest.mark.parametrize(("text", "colour"), [("#0B5C8A", "#0b5c8a"), ("#abc", "#aabbcc")])
def test_a_colour_is_folded_to_six_digits(text: str, colour: str) -> None:
    assert Page(colour=text).colour == colour


@pytest.mark.parametrize("text", ["", "red", "0b5c8a", "#0b5c8", "#0b5c8a80", "#0b5c8g", "#fff}", "#٣٣٣"])
def test_what_is_no_colour_is_refused(text: str) -> None:
    sentence = f"A colour is written #rrggbb, such as #0b5c8a, not {text!r}."
    with pytest.raises(ValueRefused, match=f"^{re.escape(sentence)}$"):
        Page(colour=text)


def test_whom_to_ask_is_an_address_a_number_and_a_url() -> None:
    page = Page(
        support_email="help@Bücher.example", support_phone="+33 (0)1 23-45", support_url="HTTPS://Example.com"
    )
    assert page.support_email == "help@xn--bcher-kva.example"
    assert page.support_phone == "+33 (0)1 23-45"
    assert page.support_url == "https://example.com/"


@pytest.mark.parametrize("number", ["", "1", "call us", "+", "0123 x 5", "+33 1;ext=2", "1" * 41])
def test_what_is_no_telephone_number_is_refused(number: str) -> None:
    with pytest.raises(ValueRefused, match="is not a telephone number"):
        Page(support_phone=number)


def test_what_is_no_address_is_refused() -> None:
    with pytest.raises(ValueRefused, match=r"^'help' is not an e-mail address\.$"):
        Page(support_email="help")


@pytest.mark.parametrize("url", ["javascript:alert(1)", "mailto:help@example.com", "example.com/help"])
def test_a_support_page_is_on_the_web(url: str) -> None:
    with pytest.raises(ValueRefused, match="is not a URL"):
        Page(support_url=url)


def test_each_language_of_the_notes_is_there_once() -> None:
    notes = (Translation("en", "first"), Translation("EN", "second"), Translation("fr", "troisième"))
    assert Page(notes=notes).notes == (notes[0], notes[2])
