"""Which addresses may be connected to."""

from __future__ import annotations

import ipaddress
from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autoconfig.net.guard import Guard

GUARD = Guard()

SPECIAL = {
    "0.0.0.0/8": "this network",
    "10.0.0.0/8": "private",
    "100.64.0.0/10": "carrier-grade NAT",
    "127.0.0.0/8": "loopback",
    "168.63.129.16/32": "cloud metadata",
    "169.254.0.0/16": "link-local",
    "172.16.0.0/12": "private",
    "192.0.0.0/24": "special-purpose",
    "192.0.2.0/24": "documentation",
    "192.88.99.0/24": "special-purpose",
    "192.168.0.0/16": "private",
    "198.18.0.0/15": "benchmarking",
    "198.51.100.0/24": "documentation",
    "203.0.113.0/24": "documentation",
    "224.0.0.0/4": "multicast",
    "240.0.0.0/4": "reserved",
    "::/128": "unspecified",
    "::1/128": "loopback",
    "100::/64": "discard-only",
    "2001:db8::/32": "documentation",
    "3fff::/20": "documentation",
    "5f00::/16": "special-purpose",
    "fc00::/7": "private",
    "fe80::/10": "link-local",
    "fec0::/10": "site-local",
    "ff00::/8": "multicast",
}
"""The registries of special-purpose addresses (RFC 6890), and what clouds answer metadata on."""

PUBLIC = ("8.8.8.8", "1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "172.32.0.0")
METADATA = ("169.254.169.254", "169.254.170.2", "100.100.100.200", "192.0.0.192", "168.63.129.16")

ipv4 = st.ip_addresses(v=4)
ipv6 = st.ip_addresses(v=6)


def _disguises(address: IPv4Address) -> dict[str, IPv6Address]:
    """Every form of IPv6 that carries an IPv4 address."""
    number = int(address)

    def high(prefix: str, shift: int = 0) -> IPv6Address:
        return IPv6Address(int(IPv6Address(prefix)) | number << shift)

    return {
        "mapped": high("::ffff:0:0"),
        "compatible": high("::"),
        "translated": high("::ffff:0:0:0"),
        "6to4": high("2002::", 80),
        "Teredo client": IPv6Address(int(IPv6Address("2001:0:808:808::")) | number ^ 0xFFFFFFFF),
        "Teredo server": high("2001::", 64),
        "NAT64": high("64:ff9b::"),
        "NAT64 of a site": high("64:ff9b:1::"),
    }


@pytest.mark.parametrize(("network", "kind"), SPECIAL.items())
def test_both_ends_of_every_special_range_are_refused_by_name(network: str, kind: str) -> None:
    first, last = (ipaddress.ip_network(network)[place] for place in (0, -1))
    assert (GUARD.refusal(str(first)), GUARD.refusal(str(last))) == (kind, kind)


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_may_be_asked(address: str) -> None:
    assert GUARD.refusal(address) == ""


@pytest.mark.parametrize("address", ["2606:4700:4700::1111", "2a00::1", "2001:200::1", "3ffe:ffff::1"])
def test_a_public_ipv6_address_may_be_asked(address: str) -> None:
    assert GUARD.refusal(address) == ""


@pytest.mark.parametrize("address", [*METADATA, "fd00:ec2::254", "fe80::a9fe:a9fe"])
def test_the_metadata_service_of_every_cloud_is_refused(address: str) -> None:
    assert GUARD.refusal(address) != ""


@pytest.mark.parametrize("inner", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "0.0.0.0", "8.8.8.8"])
@pytest.mark.parametrize("form", [form for form in _disguises(IPv4Address("8.8.8.8")) if form != "NAT64"])
def test_an_ipv4_address_in_disguise_is_refused_wherever_it_leads(form: str, inner: str) -> None:
    assert GUARD.refusal(str(_disguises(IPv4Address(inner))[form])) != ""


@pytest.mark.parametrize("inner", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "100.64.0.1"])
def test_nat64_of_a_refused_address_is_refused_for_the_same_reason(inner: str) -> None:
    assert GUARD.refusal(str(_disguises(IPv4Address(inner))["NAT64"])) == GUARD.refusal(inner) != ""


def test_nat64_of_a_public_address_may_be_asked_for_networks_without_ipv4_need_it() -> None:
    assert GUARD.refusal("64:ff9b::808:808") == ""


@pytest.mark.parametrize(
    "text", ["", "localhost", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "127.0.0.1\n", " 8.8.8.8"]
)
def test_what_is_no_address_is_refused(text: str) -> None:
    assert GUARD.refusal(text) == "not an address"


@pytest.mark.parametrize("text", ["fe80::1%eth0", "::1%lo", "::ffff:10.0.0.1%eth0"])
def test_a_zone_does_not_hide_an_address(text: str) -> None:
    assert GUARD.refusal(text) == GUARD.refusal(text.partition("%")[0]) != ""


def test_an_operator_may_allow_a_network() -> None:
    guard = Guard(allowed=(ipaddress.ip_network("10.1.0.0/16"),))
    assert (guard.refusal("10.1.2.3"), guard.refusal("10.2.0.0")) == ("", "private")


def test_a_disguise_is_refused_also_where_its_address_is_allowed() -> None:
    guard = Guard(allowed=(ipaddress.ip_network("10.1.0.0/16"),))
    assert guard.refusal("::ffff:10.1.2.3") == "an IPv4 address in disguise"


def test_an_operator_may_allow_everything() -> None:
    guard = Guard(allow_private=True)
    assert [guard.refusal(address) for address in ("10.0.0.1", "::1", "::ffff:10.0.0.1")] == ["", "", ""]


@settings(deadline=None)
@given(ipv4)
def test_an_ipv4_address_python_calls_not_global_is_refused(address: IPv4Address) -> None:
    assert address.is_global or GUARD.refusal(str(address)) != ""


@settings(deadline=None)
@given(ipv4)
def test_an_ipv4_address_outside_every_special_range_may_be_asked(address: IPv4Address) -> None:
    special = any(address in ipaddress.ip_network(network) for network in SPECIAL)
    assert (GUARD.refusal(str(address)) != "") is special


@settings(deadline=None)
@given(ipv6)
def test_an_ipv6_address_outside_the_global_unicast_space_is_refused(address: IPv6Address) -> None:
    outside = address not in ipaddress.ip_network("2000::/3")
    nat64 = address in ipaddress.ip_network("64:ff9b::/96")
    assert nat64 or not outside or GUARD.refusal(str(address)) != ""


@settings(deadline=None)
@given(ipv4)
def test_no_disguise_is_ever_more_than_its_address(address: IPv4Address) -> None:
    refused = GUARD.refusal(str(address)) != ""
    for form, disguise in _disguises(address).items():
        assert (GUARD.refusal(str(disguise)) != "") is (refused or form != "NAT64"), form
