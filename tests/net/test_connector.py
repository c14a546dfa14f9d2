"""Which addresses of a host are connected to. On no network."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

import pytest

from autoconfig.errors import FetchFailed, LookupFailed
from autoconfig.net.connections import Connector, NoSuchHost
from autoconfig.net.guard import Guard
from tests.net.servers import SERVFAIL, Says, Servers, says
from tests.resolver.clock import run

if TYPE_CHECKING:
    from autoconfig.net.transport import NameServer
    from autoconfig.net.wire import Query

HOST = "www.example.com"
V4 = [f"{HOST}. 300 IN A 8.8.8.{number}" for number in range(1, 7)]
V6 = [f"{HOST}. 300 IN AAAA 2606:4700::{number}" for number in range(1, 7)]


class ByKind(Servers):
    """Different answers for A and AAAA."""

    def __init__(self, a: Says, aaaa: Says) -> None:
        super().__init__({})
        self._says = {"A": a, "AAAA": aaaa}

    async def __call__(self, query: Query, server: NameServer) -> bytes:
        self.answers[query.name] = self._says[query.kind]
        return await super().__call__(query, server)


def addresses(
    servers: Servers, host: str = HOST, *, ipv6: bool = False, guard: Guard | None = None
) -> tuple[str, ...]:
    return run(Connector(servers.dns(), guard or Guard(), ipv6=ipv6).addresses(host))


def refusal(servers: Servers, host: str = HOST) -> str:
    with pytest.raises(FetchFailed) as caught:
        addresses(servers, host)
    return str(caught.value)


def with_addresses(*found: str) -> Servers:
    return Servers({HOST: says(*(f"{HOST}. 300 IN A {address}" for address in found))})


def test_the_public_address_of_a_host_is_given() -> None:
    assert addresses(with_addresses("8.8.8.8")) == ("8.8.8.8",)


def test_without_a_route_for_ipv6_nobody_asks_for_such_addresses() -> None:
    servers = with_addresses("8.8.8.8")
    addresses(servers)
    assert servers.asked == [(HOST, "A")]


def _kinds(found: tuple[str, ...]) -> list[int]:
    return [ipaddress.ip_address(address).version for address in found]


def test_ipv6_comes_first_and_the_kinds_take_turns() -> None:
    found = addresses(ByKind(says(*V4[:2]), says(*V6[:2])), ipv6=True)
    assert _kinds(found) == [6, 4, 6, 4]
    assert len(set(found)) == 4


def test_many_addresses_of_one_kind_leave_room_for_the_other() -> None:
    assert _kinds(addresses(ByKind(says(*V4[:1]), says(*V6)), ipv6=True)) == [6, 4, 6, 6]
    assert _kinds(addresses(ByKind(says(*V4), says(*V6[:1])), ipv6=True)) == [6, 4, 4, 4]


def test_no_more_than_four_addresses_are_tried() -> None:
    assert len(addresses(ByKind(says(*V4), says(*V6)))) == 4


@pytest.mark.parametrize("aaaa", [SERVFAIL, Says(rcode="NXDOMAIN"), Says()])
def test_one_kind_of_address_is_enough(aaaa: Says) -> None:
    assert addresses(ByKind(says(V4[0]), aaaa), ipv6=True) == ("8.8.8.1",)


def test_a_host_that_does_not_exist_is_told_from_one_that_cannot_be_looked_up() -> None:
    with pytest.raises(NoSuchHost, match=rf"^{HOST} does not exist in the DNS \(NXDOMAIN\)\.$"):
        addresses(Servers({}))
    with pytest.raises(LookupFailed, match="SERVFAIL"):
        addresses(Servers({HOST: SERVFAIL}))


def test_a_host_without_addresses_does_not_exist() -> None:
    with pytest.raises(NoSuchHost, match=rf"^{HOST} does not exist in the DNS \(no A record\)\.$"):
        addresses(Servers({HOST: Says()}))


def test_it_is_not_known_whether_a_host_exists_where_half_of_the_answer_is_missing() -> None:
    with pytest.raises(LookupFailed, match="SERVFAIL"):
        addresses(ByKind(Says(), SERVFAIL), ipv6=True)


# What is refused


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("127.0.0.1", "loopback"),
        ("10.0.0.1", "private"),
        ("192.168.1.1", "private"),
        ("169.254.169.254", "link-local"),
        ("100.64.0.1", "carrier-grade NAT"),
        ("224.0.0.1", "multicast"),
        ("0.0.0.0", "this network"),
    ],
)
def test_a_host_at_a_special_address_is_refused_with_the_reason(address: str, kind: str) -> None:
    reason = refusal(with_addresses(address))
    assert reason == f"{HOST} has the address {address} ({kind}), which is not asked."


@pytest.mark.parametrize("address", ["::ffff:10.0.0.1", "::1", "fd00:ec2::254", "2002:a00:1::1"])
def test_a_host_at_a_special_ipv6_address_is_refused(address: str) -> None:
    servers = ByKind(Says(), says(f"{HOST}. 300 IN AAAA {address}"))
    with pytest.raises(FetchFailed, match="which is not asked"):
        addresses(servers, ipv6=True)


def test_of_public_and_private_addresses_only_the_public_are_asked() -> None:
    assert addresses(with_addresses("10.0.0.1", "8.8.8.8", "127.0.0.1")) == ("8.8.8.8",)


def test_an_alias_to_a_private_address_is_refused() -> None:
    alias = says(f"{HOST}. 300 IN CNAME localhost.", "localhost. 300 IN A 127.0.0.1")
    assert "127.0.0.1 (loopback)" in refusal(Servers({HOST: alias}))


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "::ffff:7f00:1"])
def test_an_address_instead_of_a_name_is_checked_as_well_and_nobody_is_asked(address: str) -> None:
    servers = Servers({})
    assert refusal(servers, address).endswith(", which is not asked.")
    assert servers.asked == []


@pytest.mark.parametrize("name", ["2130706433", "0x7f000001", "0177.0.0.1", "127.1"])
def test_an_odd_spelling_of_an_address_is_a_name_like_any_other(name: str) -> None:
    with pytest.raises(NoSuchHost):
        addresses(Servers({}), name)


def test_what_the_operator_allows_is_asked() -> None:
    network = Guard(allowed=(ipaddress.ip_network("10.0.0.0/8"),))
    assert addresses(with_addresses("10.0.0.1"), guard=network) == ("10.0.0.1",)
    assert addresses(with_addresses("127.0.0.1"), guard=Guard(allow_private=True)) == ("127.0.0.1",)
