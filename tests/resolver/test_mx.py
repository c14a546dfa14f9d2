"""The MX record: who takes the mail of a domain may know its settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from autoconfig.net.suffixes import mx_domains
from autoconfig.resolver.outcome import Trust
from tests.internet import xml
from tests.publishing import FakeStore
from tests.resolver.asking import (
    CLIENT_CONFIG,
    assert_nothing,
    client_config_of,
    line_of,
    places,
    provider_of,
)

if TYPE_CHECKING:
    from autoconfig.resolver import Resolution
    from tests.resolver.asking import Resolve, World

real = pytest.mark.real


@pytest.fixture
def provider(world: World) -> str:
    """The domain of a provider whose host takes the mail."""
    name = world.internet.domain("net")
    world.internet.zone(world.domain, f"@ MX 10 mx1.eu.{name}.")
    return name


def publishes(world: World, host: str, name: str) -> None:
    """The provider's own site knows settings whose server has that name."""
    world.internet.site(host, {CLIENT_CONFIG: xml(client_config_of(name))})


def hosts(resolution: Resolution) -> list[str]:
    return [place.split()[1].partition(":")[0] for place in places(resolution.incoming)]


def store_for(mx_domain: str) -> FakeStore:
    store = FakeStore()
    store.serve(provider_of("local.example.net"))
    store.by_mx[mx_domain] = next(iter(store.by_domain.values()))
    return store


@real
def test_the_site_of_the_base_domain_gives_the_settings(
    resolve: Resolve, world: World, provider: str
) -> None:
    publishes(world, f"autoconfig.{provider}", f"imap.{provider}")
    resolution = resolve(world.address, "mx")
    assert (resolution.method, resolution.trust) == ("mx", Trust.DNS)
    assert resolution.source == f"https://autoconfig.{provider}{CLIENT_CONFIG}"
    assert resolution.confirm == (provider,)
    (request,) = world.internet.requests(f"autoconfig.{provider}")
    assert request.query == {"emailaddress": [world.address]}


@real
def test_the_name_less_its_first_label_comes_before_the_base_domain(
    resolve: Resolve, world: World, provider: str
) -> None:
    publishes(world, f"autoconfig.{provider}", f"base.{provider}")
    publishes(world, f"autoconfig.eu.{provider}", f"full.{provider}")
    assert hosts(resolve(world.address, "mx", patience=2.0)) == [f"full.{provider}"]


@real
def test_the_providers_site_comes_before_the_ispdb(resolve: Resolve, world: World, provider: str) -> None:
    publishes(world, f"autoconfig.{provider}", f"site.{provider}")
    world.internet.site(world.ispdb, {f"/v1.1/{provider}": xml(client_config_of(f"ispdb.{provider}"))})
    resolution = resolve(world.address, "mx", ispdb_urls=(world.ispdb_url,), patience=2.0)
    assert hosts(resolution) == [f"site.{provider}"]


@real
def test_the_ispdb_knows_the_domain_of_the_host(resolve: Resolve, world: World, provider: str) -> None:
    world.internet.site(world.ispdb, {f"/v1.1/{provider}": xml(client_config_of(f"ispdb.{provider}"))})
    resolution = resolve(world.address, "mx", ispdb_urls=(world.ispdb_url,))
    assert (resolution.method, resolution.source) == ("mx", f"{world.ispdb_url}{provider}")
    assert hosts(resolution) == [f"ispdb.{provider}"]


@real
@pytest.mark.parametrize("label", ["mx1.eu.", "eu.", ""], ids=["host", "full", "base"])
def test_the_local_store_by_mx_domain_comes_before_everything(
    resolve: Resolve, world: World, provider: str, label: str
) -> None:
    publishes(world, f"autoconfig.{provider}", f"site.{provider}")
    resolution = resolve(world.address, "mx", store=store_for(f"{label}{provider}"))
    assert (resolution.method, resolution.source, resolution.trust) == ("mx", "fake", Trust.DNS)
    assert resolution.detail == f"MX mx1.eu.{provider}"
    assert (hosts(resolution), resolution.confirm) == (["local.example.net"], ("example.net",))
    assert resolution.incoming[0].server.username == world.address
    assert world.internet.requests(f"autoconfig.{provider}") == []


@real
def test_the_local_store_by_mx_is_trusted_more_under_dnssec(
    resolve: Resolve, world: World, provider: str
) -> None:
    validating = world.internet.name_server("authenticated")
    resolution = resolve(world.address, "mx", store=store_for(provider), name_servers=[validating.address])
    assert resolution.trust is Trust.DNSSEC


@real
def test_only_the_most_preferred_host_counts(resolve: Resolve, world: World, provider: str) -> None:
    other = world.internet.domain("net")
    world.internet.zone(world.domain, f"@ MX 20 mx1.{other}.")
    publishes(world, f"autoconfig.{other}", f"imap.{other}")
    assert_nothing(resolve(world.address, "mx"))
    assert world.internet.requests(f"autoconfig.{other}") == []


@real
def test_of_equal_hosts_strangers_are_asked_about_one_always_the_same(resolve: Resolve, world: World) -> None:
    one, other = sorted([world.internet.domain("net"), world.internet.domain("net")])
    world.internet.zone(world.domain, f"@ MX 10 mx.{other}.\n@ MX 10 mx.{one}.")
    for name in (one, other):
        publishes(world, f"autoconfig.{name}", f"imap.{name}")
    for _ in range(3):
        assert hosts(resolve(world.address, "mx")) == [f"imap.{one}"]
    assert world.internet.requests(f"autoconfig.{other}") == []


@real
def test_of_equal_hosts_the_own_one_leads_nowhere(resolve: Resolve, world: World) -> None:
    provider = world.internet.domain("zone")
    world.internet.zone(world.domain, f"@ MX 10 a\n@ MX 10 zz.{provider}.")
    publishes(world, f"autoconfig.{provider}", f"imap.{provider}")
    assert hosts(resolve(world.address, "mx")) == [f"imap.{provider}"]


@real
@pytest.mark.parametrize("ours", [0, 1])
def test_of_equal_hosts_the_local_store_may_know_any(resolve: Resolve, world: World, ours: int) -> None:
    names = sorted([world.internet.domain("net"), world.internet.domain("net")])
    world.internet.zone(world.domain, "\n".join(f"@ MX 10 mx.{name}." for name in names))
    resolution = resolve(world.address, "mx", store=store_for(names[ours]))
    assert (resolution.source, resolution.detail) == ("fake", f"MX mx.{names[ours]}")


@real
@pytest.mark.parametrize(
    ("record", "says"),
    [("0 .", "takes no mail (null MX)"), ("10 a\\@b.example.", "has an MX record that names no host")],
)
def test_a_record_that_names_no_host_says_so(resolve: Resolve, world: World, record: str, says: str) -> None:
    world.internet.zone(world.domain, f"@ MX {record}")
    resolution = resolve(world.address, "mx")
    assert_nothing(resolution)
    (line,) = resolution.trace
    assert (line.outcome, line.detail) == ("nothing", f"{world.domain} {says}.")


@real
def test_no_mx_record_is_nothing(resolve: Resolve, world: World) -> None:
    world.internet.zone(world.domain, "@ A 127.66.0.1")
    resolution = resolve(world.address, "mx")
    assert_nothing(resolution)
    assert line_of(resolution, "MX").outcome == "nothing"


@real
@pytest.mark.parametrize("exchange", ["mx", "@"], ids=["below", "itself"])
def test_a_host_of_the_domain_itself_is_asked_by_other_methods(
    resolve: Resolve, world: World, exchange: str
) -> None:
    world.internet.zone(world.domain, f"@ MX 10 {exchange}")
    resolution = resolve(world.address, "mx", ispdb_urls=(world.ispdb_url,))
    assert_nothing(resolution)
    assert [line.target for line in resolution.trace] == [f"MX {world.domain}"]


@real
@pytest.mark.parametrize("exchange", ["co.uk.", "uk.", "com."])
def test_nothing_is_asked_at_a_public_suffix(resolve: Resolve, world: World, exchange: str) -> None:
    world.internet.zone(world.domain, f"@ MX 10 {exchange}")
    resolution = resolve(world.address, "mx", ispdb_urls=(world.ispdb_url,))
    assert_nothing(resolution)
    assert [line.target for line in resolution.trace] == [f"MX {world.domain}"]


@real
def test_a_registrable_name_as_host_is_asked_itself_and_not_above(resolve: Resolve, world: World) -> None:
    provider = world.internet.domain("co.uk")
    world.internet.zone(world.domain, f"@ MX 10 {provider}.")
    resolve(world.address, "mx")
    asked = {question.name for question in world.internet.questions("co.uk")}
    assert f"autoconfig.{provider}" in asked
    assert "autoconfig.co.uk" not in asked


@pytest.mark.parametrize(
    ("exchange", "domain", "expected"),
    [
        ("mx.provider.example", "company.example", ("provider.example",)),
        ("mx.a.provider.example", "company.example", ("a.provider.example", "provider.example")),
        ("a.b.c.provider.co.uk", "company.example", ("b.c.provider.co.uk", "provider.co.uk")),
        ("provider.co.uk", "company.example", ("provider.co.uk",)),
        ("mx.company.example", "company.example", ()),
        ("mx.company.example", "sub.company.example", ("company.example",)),
        ("company.example", "company.example", ()),
        ("co.uk", "company.example", ()),
        ("localhost", "company.example", ()),
        ("mx.customer.github.io", "company.example", ("customer.github.io",)),
        ("customer.github.io", "company.example", ("customer.github.io",)),
    ],
)
def test_the_domains_a_host_stands_for(exchange: str, domain: str, expected: tuple[str, ...]) -> None:
    assert mx_domains(exchange, domain) == expected
