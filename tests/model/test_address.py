"""E-mail addresses: RFC 5321 limits, RFC 6531 local parts, quoted strings, folding."""

from __future__ import annotations

import dataclasses

import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import given, settings
from hypothesis import strategies as st

from autoconfig.errors import AddressError, ValueRefused
from autoconfig.model import EmailAddress
from autoconfig.model.address import _DOT_ATOM
from tests.strategies import addresses

NO_AT = "An e-mail address has an @ between a name and a domain."
NO_DOMAIN = "What stands after the @ is not a domain name."
NO_LOCAL_PART = "The part before the @ is not one that a mailbox can have."
LONG_LOCAL_PART = "The part before the @ is longer than 64 bytes."
LONG_ADDRESS = "The address is longer than 254 bytes."


@pytest.mark.parametrize(
    ("typed", "local_part", "domain"),
    [
        ("ada@example.com", "ada", "example.com"),
        (" ada@example.com\r\n", "ada", "example.com"),
        ("ada@Example.COM", "ada", "example.com"),
        ("ada@example.com.", "ada", "example.com"),
        ("Ada.Lovelace@example.com", "Ada.Lovelace", "example.com"),
        ("ada+news@example.com", "ada+news", "example.com"),
        ("!#$%&'*+-/=?^_`{|}~@example.com", "!#$%&'*+-/=?^_`{|}~", "example.com"),
        ("ada@bücher.example", "ada", "xn--bcher-kva.example"),
        ("%EMAILADDRESS%@example.com", "%EMAILADDRESS%", "example.com"),
        ("EVOLUTIONUSER@example.com", "EVOLUTIONUSER", "example.com"),
        ("ada@localhost", "ada", "localhost"),
    ],
)
def test_an_address_is_a_local_part_as_written_and_a_folded_domain(
    typed: str, local_part: str, domain: str
) -> None:
    assert EmailAddress.parse(typed) == EmailAddress(local_part, domain)


@pytest.mark.parametrize("local_part", ["ádám", "用户", "адрес", "मेल", "josé.maría"])
def test_a_local_part_may_be_utf_8(local_part: str) -> None:
    assert EmailAddress.parse(f"{local_part}@example.com").local_part == local_part


def test_a_decomposed_local_part_is_composed() -> None:
    assert EmailAddress.parse("a\u0301da@example.com").local_part == "\u00e1da"


@pytest.mark.parametrize("local_part", ['"ada lovelace"', '"a@b"', '"a\\"b"', '"a,b"', '"."', '"<b>"'])
def test_a_quoted_local_part_is_kept(local_part: str) -> None:
    assert EmailAddress.parse(f"{local_part}@example.com").local_part == local_part


def test_quotes_that_are_not_needed_are_dropped() -> None:
    assert EmailAddress.parse('"ada"@example.com') == EmailAddress.parse("ada@example.com")


@pytest.mark.parametrize("typed", ["", "ada", "example.com", "ada.example.com"])
def test_a_text_without_an_at_is_refused(typed: str) -> None:
    with pytest.raises(AddressError) as refused:
        EmailAddress.parse(typed)
    assert str(refused.value) == NO_AT


@pytest.mark.parametrize(
    "typed",
    [
        "ada@",
        "ada@.",
        "ada@-x.com",
        "ada@[192.0.2.1]",
        "ada@192.0.2.1",
        "Ada <ada@example.com>",
        "a@\ud800.com",
    ],
)
def test_an_address_without_a_domain_is_refused(typed: str) -> None:
    with pytest.raises(AddressError) as refused:
        EmailAddress.parse(typed)
    assert str(refused.value) == NO_DOMAIN


@pytest.mark.parametrize(
    "local_part",
    [
        "",
        ".ada",
        "ada.",
        "a..da",
        "ada lovelace",
        "a@b",
        "a,b",
        "<ada",
        '"ada',
        'a"d"a',
        "ada\x00",
        "ada\u202e",
        "\ud800",
        '"a\x01b"',
        '"a\nb"',
        "a\nb",
    ],
)
def test_what_no_mailbox_can_have_is_refused(local_part: str) -> None:
    with pytest.raises(AddressError) as refused:
        EmailAddress.parse(f"{local_part}@example.com")
    assert str(refused.value) == NO_LOCAL_PART


def test_a_local_part_of_64_octets_is_accepted() -> None:
    assert EmailAddress.parse(f"{'a' * 64}@example.com").local_part == "a" * 64


def test_a_local_part_of_65_octets_is_refused() -> None:
    with pytest.raises(AddressError) as refused:
        EmailAddress.parse(f"{'a' * 65}@example.com")
    assert str(refused.value) == LONG_LOCAL_PART


def test_a_local_part_is_measured_in_octets_not_in_letters() -> None:
    assert EmailAddress.parse(f"{'ü' * 32}@example.com").local_part == "ü" * 32
    with pytest.raises(AddressError) as refused:
        EmailAddress.parse(f"{'ü' * 33}@example.com")
    assert str(refused.value) == LONG_LOCAL_PART


DOMAIN_OF_251 = ".".join(["a" * 63] * 3 + ["a" * 59])


def test_an_address_of_254_octets_is_accepted() -> None:
    assert len(str(EmailAddress.parse(f"ab@{DOMAIN_OF_251}"))) == 254


def test_an_address_of_255_octets_is_refused() -> None:
    with pytest.raises(AddressError) as refused:
        EmailAddress.parse(f"abc@{DOMAIN_OF_251}")
    assert str(refused.value) == LONG_ADDRESS


def test_a_refusal_never_repeats_the_address() -> None:
    with pytest.raises(AddressError) as refused:
        EmailAddress.parse("secret..name@example.com")
    assert "secret" not in str(refused.value)
    assert refused.value.__suppress_context__ or refused.value.__context__ is None


def test_a_refusal_is_a_value_refused_and_a_value_error() -> None:
    assert issubclass(AddressError, ValueRefused)
    assert issubclass(AddressError, ValueError)


def test_the_text_of_an_address_is_what_one_logs_in_with() -> None:
    assert str(EmailAddress.parse("Ada@Bücher.example")) == "Ada@xn--bcher-kva.example"


def test_people_read_an_address_with_u_labels() -> None:
    assert EmailAddress.parse("Ada@xn--bcher-kva.example").unicode == "Ada@bücher.example"


def test_an_address_cannot_be_changed() -> None:
    address = EmailAddress.parse("ada@example.com")
    with pytest.raises(dataclasses.FrozenInstanceError):
        address.domain = "example.org"  # type: ignore[misc]


def test_an_address_takes_no_other_attribute() -> None:
    assert not hasattr(EmailAddress.parse("ada@example.com"), "__dict__")


@settings(deadline=None)
@given(addresses())
def test_an_address_reads_back_from_its_text(address: EmailAddress) -> None:
    assert EmailAddress.parse(str(address)) == address


@settings(deadline=None)
@given(addresses())
def test_an_address_reads_back_from_what_people_read(address: EmailAddress) -> None:
    assert EmailAddress.parse(address.unicode) == address


@settings(deadline=None)
@given(st.text(max_size=30), st.text(max_size=30))
def test_any_text_is_an_address_or_refused(before: str, after: str) -> None:
    try:
        address = EmailAddress.parse(f"{before}@{after}")
    except AddressError:
        return
    assert EmailAddress.parse(str(address)) == address


@settings(deadline=None)
@given(st.text('aZ0.!%+-_@" (),:;<>[]\\\x7f', min_size=1, max_size=70))
def test_the_short_way_for_plain_local_parts_agrees_with_the_library(local_part: str) -> None:
    short = _DOT_ATOM.fullmatch(local_part) is not None and len(local_part) <= 64
    try:
        validate_email(f"{local_part}@example.com", check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        accepted = False
    else:
        accepted = True
    assert short == accepted
