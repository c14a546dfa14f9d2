"""By which names a domain's documents are asked for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autoconfig.export.layout import hosts_of, other_spelling
from autoconfig.web.asking import HOST_PREFIXES, host_domain


def test_a_domain_has_three_hosts() -> None:
    assert hosts_of("example.com") == ("example.com", "autoconfig.example.com", "ua-auto-config.example.com")


@pytest.mark.parametrize("prefix", HOST_PREFIXES)
def test_a_domain_called_like_a_host_is_no_host_itself(prefix: str) -> None:
    domain = f"{prefix}example.com"
    assert hosts_of(domain) == (f"autoconfig.{domain}", f"ua-auto-config.{domain}")


def test_a_host_name_that_would_be_too_long_is_left_out() -> None:
    domain = ".".join(["a" * 62] * 3 + ["b" * 53])  # 242 characters: "autoconfig." fits, the other does not
    assert len(domain) == 242
    assert hosts_of(domain) == (domain, f"autoconfig.{domain}")
    assert hosts_of(f"{domain}b") == (f"{domain}b",)


_LABELS = st.sampled_from(["autoconfig", "autodiscover", "ua-auto-config", "example", "com"])


@given(st.lists(_LABELS, min_size=1, max_size=4).map(".".join))
def test_the_live_service_takes_every_host_for_the_same_domain(domain: str) -> None:
    for host in hosts_of(domain):
        asked = host_domain(host)
        assert asked is not None
        assert asked.domain == domain


@given(
    st.lists(_LABELS, min_size=1, max_size=4).map(".".join),
    st.lists(_LABELS, min_size=1, max_size=4).map(".".join),
)
def test_two_domains_share_no_host(first: str, second: str) -> None:
    assert first == second or not set(hosts_of(first)) & set(hosts_of(second))


def test_a_domain_in_another_script_has_two_spellings() -> None:
    assert other_spelling("xn--bcher-kva.example") == "bücher.example"
    assert other_spelling("example.com") is None


def test_a_spelling_that_no_file_name_can_have_is_left_out() -> None:
    # 220 bytes in A-labels, over 255 in UTF-8.
    label = "\N{CJK UNIFIED IDEOGRAPH-4E00}" * 50
    domain = ".".join([label.encode("idna").decode()] * 3)
    assert other_spelling(domain) is None
