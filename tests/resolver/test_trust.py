"""How far settings are trusted: by the weakest link between the address and them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autoconfig.resolver.clientconfig import by_dns, weakest
from autoconfig.resolver.outcome import Failed, Nothing, Outcome, Trust, worst
from tests.internet import redirect
from tests.publishing import FakeStore
from tests.resolver.asking import CLIENT_CONFIG, provider_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.resolver.asking import Resolve, World

TRUSTS = st.sampled_from(Trust)


def test_the_kinds_of_trust_stand_strongest_first() -> None:
    words = ["local", "pacc", "https", "https-other", "dnssec", "dns", "http", "guess"]
    assert [str(trust) for trust in Trust] == words


@given(st.lists(TRUSTS, min_size=1, max_size=5))
def test_the_weakest_is_the_last_in_that_order(trusts: list[Trust]) -> None:
    assert weakest(*trusts, None) is max(trusts, key=list(Trust).index)


@pytest.mark.parametrize(("authenticated", "trust"), [(True, Trust.DNSSEC), (False, Trust.DNS)])
def test_the_dns_is_trusted_by_its_proof(authenticated: bool, trust: Trust) -> None:
    assert by_dns(authenticated=authenticated) is trust


_NOTHING, _BROKEN = Nothing(reason="not there"), Failed(reason="broken")
_OFFLINE = Failed(reason="silent", unreachable=True)


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        ([_NOTHING, _OFFLINE, _BROKEN], _BROKEN),
        ([_NOTHING, _OFFLINE], _OFFLINE),
        ([_NOTHING, Nothing(reason="nor there")], _NOTHING),
        ([], Nothing(reason="There was nothing to ask.")),
    ],
)
def test_of_ways_without_settings_a_failure_is_told_before_nothing(
    outcomes: list[Outcome], expected: Outcome
) -> None:
    assert worst(outcomes) == expected


def _elsewhere(world: World) -> None:
    other = f"config.{world.internet.domain('net')}"
    world.internet.site(other, {"/x": world.client_config("mail")})
    world.site("autoconfig", {CLIENT_CONFIG: redirect(f"https://{other}/x")})


def _over_http(world: World) -> None:
    world.site("autoconfig", {CLIENT_CONFIG: world.client_config("mail")}, tls=None)


KINDS: dict[str, tuple[str, Callable[[World], object], str]] = {
    "https": ("isp", lambda world: world.isp(), "honest"),
    "https-other": ("isp", _elsewhere, "honest"),
    "http": ("isp", _over_http, "honest"),
    "pacc": ("pacc", lambda world: world.pacc(), "honest"),
    "dns": ("srv", lambda world: world.srv(), "honest"),
    "dnssec": ("srv", lambda world: world.srv(), "authenticated"),
    "guess": ("guess", lambda world: world.guess(), "honest"),
}


@pytest.mark.real
@pytest.mark.parametrize("trust", KINDS)
def test_each_kind_of_trust_has_its_way(resolve: Resolve, world: World, trust: str) -> None:
    method, publish, twist = KINDS[trust]
    publish(world)
    server = world.internet.name_server(twist)
    resolution = resolve(world.address, method, name_servers=[server.address], allow_http=True)
    assert (resolution.method, str(resolution.trust)) == (method, trust)
    servers = (*resolution.incoming, *resolution.outgoing)
    assert {(entry.method, str(entry.trust)) for entry in servers} == {(method, trust)}


@pytest.mark.real
def test_the_operators_own_word_is_trusted_most(resolve: Resolve, world: World) -> None:
    store = FakeStore(replace(provider_of(world.host("mail")), domains=(world.domain,)))
    assert resolve(world.address, store=store).trust is Trust.LOCAL


@pytest.mark.real
@pytest.mark.parametrize("method", ["mx", "mailconf", "srv"])
@pytest.mark.parametrize(("twist", "trust"), [("honest", Trust.DNS), ("authenticated", Trust.DNSSEC)])
def test_what_the_dns_names_is_trusted_as_far_as_the_dns(
    resolve: Resolve, world: World, method: str, twist: str, trust: Trust
) -> None:
    {"mx": world.mx, "mailconf": world.mailconf, "srv": world.srv}[method]()
    server = world.internet.name_server(twist)
    assert resolve(world.address, method, name_servers=[server.address]).trust is trust


@pytest.mark.real
def test_a_domain_below_another_of_the_same_owner_is_the_same_owner(resolve: Resolve, world: World) -> None:
    """``ada@sub.example.com`` may be told by ``www.example.com``."""
    sub = f"sub.{world.domain}"
    world.site("www", {"/x": world.client_config("mail")})
    world.internet.site(f"autoconfig.{sub}", {CLIENT_CONFIG: redirect(f"https://www.{world.domain}/x")})
    assert resolve(f"ada@{sub}", "isp").trust is Trust.HTTPS


@pytest.mark.real
def test_neighbours_under_a_public_suffix_are_strangers(resolve: Resolve, world: World) -> None:
    domain, neighbour = (world.internet.domain("github.io") for _ in range(2))
    world.internet.site(neighbour, {"/x": world.client_config("mail")})
    world.internet.site(f"autoconfig.{domain}", {CLIENT_CONFIG: redirect(f"https://{neighbour}/x")})
    assert resolve(f"ada@{domain}", "isp").trust is Trust.HTTPS_OTHER
