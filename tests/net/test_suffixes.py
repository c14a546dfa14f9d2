"""Where one owner's names end and everybody's begin."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autoconfig.net.suffixes import is_public_suffix, registrable_domain

SUFFIXES = ("com", "co.uk", "uk", "ck", "www.kawasaki.jp", "xn--p1ai", "pvt.k12.ma.us")


@pytest.mark.parametrize(
    ("name", "owner"),
    [
        ("example.com", "example.com"),
        ("autoconfig.example.com", "example.com"),
        ("a.b.c.example.co.uk", "example.co.uk"),
        ("example.uk", "example.uk"),
        ("x.www.ck", "www.ck"),
        ("city.kawasaki.jp", "city.kawasaki.jp"),
        ("a.b.c.kawasaki.jp", "b.c.kawasaki.jp"),
        ("mail.xn--e1afmkfd.xn--p1ai", "xn--e1afmkfd.xn--p1ai"),
        ("mail.EXAMPLE.com", "example.com"),
        ("somebody.github.io", "somebody.github.io"),
        ("mail.example.corp", "example.corp"),
    ],
)
def test_the_registrable_domain_of_a_name(name: str, owner: str) -> None:
    assert registrable_domain(name) == owner


@pytest.mark.parametrize("name", [*SUFFIXES, "github.io", "localhost", ""])
def test_a_public_suffix_belongs_to_nobody(name: str) -> None:
    assert registrable_domain(name) is None


@pytest.mark.parametrize("address", ["127.0.0.1", "192.0.2.5", "2001:db8::1"])
def test_an_address_has_no_registrable_domain(address: str) -> None:
    assert registrable_domain(address) is None


@pytest.mark.parametrize("name", SUFFIXES)
def test_what_registries_hand_out_names_under_is_a_public_suffix(name: str) -> None:
    assert is_public_suffix(name) is True


@pytest.mark.parametrize("name", ["example.com", "www.ck", "example.co.uk", "city.kawasaki.jp"])
def test_a_registered_name_is_no_public_suffix(name: str) -> None:
    assert is_public_suffix(name) is False


def test_a_suffix_of_a_company_is_one_too_as_strangers_live_below_it() -> None:
    assert is_public_suffix("github.io") is True


@pytest.mark.parametrize("name", ["com", "corp", "localhost"])
def test_a_single_label_is_a_public_suffix_known_or_not(name: str) -> None:
    assert is_public_suffix(name) is True


labels = st.from_regex(r"[a-z][a-z0-9]{0,8}", fullmatch=True)


@settings(deadline=None)
@given(st.lists(labels, min_size=1, max_size=5).map(".".join), st.sampled_from(SUFFIXES))
def test_the_registrable_domain_ends_the_name_and_is_no_suffix(name: str, suffix: str) -> None:
    whole = f"{name}.{suffix}"
    owner = registrable_domain(whole)
    if owner is not None:
        assert f".{whole}".endswith(f".{owner}")
        assert not is_public_suffix(owner)
        assert registrable_domain(owner) == owner
