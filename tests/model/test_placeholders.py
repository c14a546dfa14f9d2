"""The four placeholders, and everything that only looks like one."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autoconfig.model import EmailAddress
from autoconfig.model.placeholders import (
    EMAIL_ADDRESS,
    PLACEHOLDERS,
    close_placeholders,
    fill,
    has_placeholder,
    values_for,
)
from tests.strategies import addresses

ADA = values_for(EmailAddress("ada", "example.com"))


def test_there_are_four_placeholders() -> None:
    assert PLACEHOLDERS == ("%EMAILADDRESS%", "%EMAILLOCALPART%", "%EMAILDOMAIN%", "%REALNAME%")


@pytest.mark.parametrize("mark", PLACEHOLDERS)
def test_a_placeholder_is_found_within_a_text(mark: str) -> None:
    assert has_placeholder(f"cust-{mark}.example.com") is True


@pytest.mark.parametrize(
    "text",
    ["", "ada", "100%", "%E9%AB%98", "%emailaddress%", "%EMAILADDRESS", "EMAILADDRESS%", "%REAL NAME%"],
)
def test_what_only_looks_like_a_placeholder_is_none(text: str) -> None:
    assert has_placeholder(text) is False


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("%EMAILADDRESS%", "ada@example.com"),
        ("%EMAILLOCALPART%", "ada"),
        ("imap.%EMAILDOMAIN%", "imap.example.com"),
        ("%EMAILLOCALPART%#%EMAILDOMAIN%", "ada#example.com"),
        ("%EMAILDOMAIN%%EMAILDOMAIN%", "example.comexample.com"),
        ("%%EMAILDOMAIN%%", "%example.com%"),
        ("%REALNAME%", "%REALNAME%"),
        ("%E9%AB%98", "%E9%AB%98"),
        ("%EMAILDOMAIN", "%EMAILDOMAIN"),
        ("nothing", "nothing"),
    ],
)
def test_an_address_fills_three_placeholders(text: str, filled: str) -> None:
    assert fill(text, ADA) == filled


def test_only_named_placeholders_are_filled() -> None:
    assert fill("%EMAILADDRESS% %EMAILDOMAIN%", {"%EMAILDOMAIN%": "x.example"}) == "%EMAILADDRESS% x.example"


def test_a_value_that_looks_like_a_placeholder_is_not_filled_again() -> None:
    values = values_for(EmailAddress("%EMAILDOMAIN%", "example.com"))
    assert fill(EMAIL_ADDRESS, values) == "%EMAILDOMAIN%@example.com"


def test_a_value_with_a_backslash_is_taken_as_it_is() -> None:
    assert fill("%REALNAME%", {"%REALNAME%": r"\1\g<0>"}) == r"\1\g<0>"


@pytest.mark.parametrize(
    ("written", "mended"),
    [
        ("%EMAILADDRESS", "%EMAILADDRESS%"),
        ("%EMAILLOCALPART", "%EMAILLOCALPART%"),
        ("%EMAILLOCALPART@example.com", "%EMAILLOCALPART%@example.com"),
        ("%EMAILLOCALPART.%EMAILDOMAIN", "%EMAILLOCALPART%.%EMAILDOMAIN%"),
        ("%EMAILADDRESS%", "%EMAILADDRESS%"),
        ("%EMAILADDRESSES", "%EMAILADDRESSES"),
        ("EMAILADDRESS%", "EMAILADDRESS%"),
        ("%E9%AB%98", "%E9%AB%98"),
        ("ada", "ada"),
    ],
)
def test_a_placeholder_without_its_end_is_mended(written: str, mended: str) -> None:
    assert close_placeholders(written) == mended


@settings(deadline=None)
@given(st.text("%EMAILDRSOCPTN x", max_size=40))
def test_mending_twice_changes_nothing_more(text: str) -> None:
    assert close_placeholders(close_placeholders(text)) == close_placeholders(text)


@settings(deadline=None)
@given(st.text(max_size=40).filter(lambda text: not has_placeholder(text)), addresses())
def test_every_other_text_stays_what_it_is(text: str, address: EmailAddress) -> None:
    assert fill(text, values_for(address)) == text
