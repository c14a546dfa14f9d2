"""Domain and host names: folded to one spelling, or refused with a sentence."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autoconfig.errors import DomainError
from autoconfig.model import normalize_domain, normalize_host, to_unicode
from tests.strategies import domains, typed_domains


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("example.com", "example.com"),
        ("EXAMPLE.com", "example.com"),
        ("example.com.", "example.com"),
        ("  example.com\n", "example.com"),
        ("localhost", "localhost"),
        ("3com.com", "3com.com"),
        ("1.example", "1.example"),
        ("a--b.example", "a--b.example"),
        ("example.0com", "example.0com"),
        ("XN--BCHER-KVA.example", "xn--bcher-kva.example"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("BÜCHER.example", "xn--bcher-kva.example"),
        ("bu\u0308cher.example", "xn--bcher-kva.example"),
        ("ｗｉｄｅ.example", "wide.example"),
        ("日本語。jp", "xn--wgv71a119e.jp"),
        ("日本語．jp", "xn--wgv71a119e.jp"),
        ("日本語｡jp", "xn--wgv71a119e.jp"),
        ("пример.рф", "xn--e1afmkfd.xn--p1ai"),
    ],
)
def test_a_domain_is_folded_to_lower_case_a_labels(typed: str, folded: str) -> None:
    assert normalize_domain(typed) == folded


def test_the_sharp_s_stays_a_letter_of_its_own() -> None:
    assert normalize_domain("straße.example") == "xn--strae-oqa.example"
    assert normalize_domain("strasse.example") == "strasse.example"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        ".",
        "example..com",
        ".example.com",
        "example.com..",
        "-example.com",
        "example-.com",
        "ex_ample.com",
        "ex ample.com",
        "example.com\n.evil",
        "example.com/path",
        "example.com:25",
        "user@example.com",
        "%EMAILDOMAIN%",
        "<b>.example",
        "exa\x00mple.com",
        "\ud800.example",
        "\u200b.example",
        "ü..example",
        "-ü.example",
        "xn--\u00fc.example",
        "[192.0.2.1]",
        "2001:db8::1",
    ],
)
def test_what_is_no_domain_is_refused_and_shown(typed: str) -> None:
    with pytest.raises(DomainError) as refused:
        normalize_domain(typed)
    assert str(refused.value) == f"{typed!r} is not a domain name."


@pytest.mark.parametrize("typed", ["192.0.2.1", "192.0.2.1.", "127.1", "5", "example.123", "１２７.０.０.１"])
def test_a_number_is_no_domain(typed: str) -> None:
    with pytest.raises(DomainError) as refused:
        normalize_domain(typed)
    assert str(refused.value) == f"{typed!r} is a number, not a domain name."


def test_a_label_of_63_octets_is_accepted() -> None:
    assert normalize_domain(f"{'a' * 63}.example") == f"{'a' * 63}.example"


def test_a_label_of_64_octets_is_refused() -> None:
    with pytest.raises(DomainError):
        normalize_domain(f"{'a' * 64}.example")


def test_an_idn_label_is_measured_in_its_ascii_form() -> None:
    assert len(normalize_domain("ü" * 57).removesuffix(".")) <= 63
    with pytest.raises(DomainError):
        normalize_domain("ü" * 63)


LONGEST = ".".join(["a" * 63] * 3 + ["a" * 61])


def test_a_name_of_253_octets_is_accepted() -> None:
    assert len(LONGEST) == 253
    assert normalize_domain(f"{LONGEST}.") == LONGEST


def test_a_name_of_254_octets_is_refused() -> None:
    with pytest.raises(DomainError):
        normalize_domain(f"{LONGEST}a")


def test_a_long_text_is_shown_short() -> None:
    with pytest.raises(DomainError) as refused:
        normalize_domain("a" * 1000)
    assert str(refused.value) == f"'{'a' * 77}...' is not a domain name."


@settings(deadline=None)
@given(typed_domains())
def test_however_it_is_typed_a_domain_has_one_spelling(typed: tuple[str, str]) -> None:
    text, folded = typed
    assert normalize_domain(text) == folded


@settings(deadline=None)
@given(domains())
def test_a_folded_domain_stays_what_it_is(domain: str) -> None:
    assert normalize_domain(domain) == domain


@settings(deadline=None)
@given(domains())
def test_a_folded_domain_survives_being_read_by_people(domain: str) -> None:
    assert normalize_domain(to_unicode(domain)) == domain


@settings(deadline=None)
@given(st.text(max_size=40))
def test_any_text_is_a_domain_or_refused(text: str) -> None:
    try:
        domain = normalize_domain(text)
    except DomainError:
        return
    assert normalize_domain(domain) == domain
    assert set(domain) <= set("abcdefghijklmnopqrstuvwxyz0123456789-.")


@pytest.mark.parametrize(
    ("domain", "read"),
    [
        ("example.com", "example.com"),
        ("xn--bcher-kva.example", "bücher.example"),
        ("xn--e1afmkfd.xn--p1ai", "пример.рф"),
        ("xn--zzzzzzzzz.example", "xn--zzzzzzzzz.example"),
        ("xn--.example", "xn--.example"),
    ],
)
def test_people_read_u_labels(domain: str, read: str) -> None:
    assert to_unicode(domain) == read


@settings(deadline=None)
@given(st.text("abz019-.", max_size=30))
def test_an_a_label_of_any_content_can_be_shown(rest: str) -> None:
    name = f"xn--{rest}"
    shown = to_unicode(name)
    assert shown == name or not shown.isascii()


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("IMAP.example.com.", "imap.example.com"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("192.0.2.1", "192.0.2.1"),
        ("[192.0.2.1]", "192.0.2.1"),
        ("2001:DB8:0::1", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("::1", "::1"),
        ("2001:db8::a", "2001:db8::a"),
    ],
)
def test_a_host_is_a_name_or_an_address(typed: str, folded: str) -> None:
    assert normalize_host(typed) == folded


@pytest.mark.parametrize("typed", ["", "imap example.com", "fe80::1%eth0", "::1%\x00<b>", "a:b", "[::1]:993"])
def test_what_is_no_host_is_refused(typed: str) -> None:
    with pytest.raises(DomainError):
        normalize_host(typed)


@pytest.mark.parametrize("typed", ["192.0.2", "192.0.2.256", "192.000.002.001"])
def test_a_number_that_is_no_address_is_no_host(typed: str) -> None:
    with pytest.raises(DomainError) as refused:
        normalize_host(typed)
    assert str(refused.value) == f"{typed!r} is a number, not a domain name."
