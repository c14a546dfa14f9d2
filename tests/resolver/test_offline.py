"""Offline is not "nothing found": nobody at all could be asked."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from autoconfig.model import EmailAddress
from autoconfig.net.connections import Connector
from autoconfig.net.dns import Dns
from autoconfig.net.guard import Guard
from autoconfig.net.http import Http
from autoconfig.net.mail import MailGreeter
from autoconfig.resolver import Options, Resolver, resolver
from tests.internet.twists import Query, honest
from tests.resolver.asking import assert_nothing

if TYPE_CHECKING:
    from autoconfig.resolver import Resolution
    from tests.resolver.asking import Resolve, World

pytestmark = pytest.mark.real


def test_a_name_server_that_does_not_run_is_offline(resolve: Resolve, world: World) -> None:
    resolution = resolve(world.address, "mx", name_servers=[world.internet.no_name_server()])
    assert_nothing(resolution)
    assert resolution.offline
    assert resolution.reason == (
        f"Nobody could be asked about {world.domain}: The name server cannot be reached: connection refused."
    )
    assert {line.outcome for line in resolution.trace} == {"failed"}


def test_no_name_server_at_all_is_offline(world: World) -> None:
    async def run() -> Resolution:
        dns = Dns(())
        connector = Connector(dns, Guard())
        http, mail = Http(connector), MailGreeter(connector)
        async with Resolver(dns=dns, connector=connector, http=http, mail=mail) as nobody:
            return await nobody.resolve(EmailAddress.parse(world.address), Options(guess=True))

    resolution = asyncio.run(run())
    assert_nothing(resolution)
    assert resolution.offline
    assert resolution.reason == (
        f"Nobody could be asked about {world.domain}: There is no name server to ask."
    )


def test_silence_beyond_the_deadline_is_offline(resolve: Resolve, world: World) -> None:
    silent = world.internet.name_server("silent")
    resolution = resolve(world.address, name_servers=[silent.address], deadline=0.2)
    assert resolution.offline
    assert resolution.reason == f"Nobody could be asked about {world.domain}: Nobody answered in time."


@pytest.mark.parametrize("twist", ["servfail", "refused", "lame"])
def test_a_name_server_that_fails_at_everything_is_offline(
    resolve: Resolve, world: World, twist: str
) -> None:
    """So the resolver of a laptop answers that has lost its network."""
    server = world.internet.name_server(twist)
    resolution = resolve(world.address, name_servers=[server.address], ispdb_urls=(world.ispdb_url,))
    assert_nothing(resolution)
    assert resolution.offline


def test_a_broken_zone_is_not_offline(resolve: Resolve, world: World) -> None:
    server = world.internet.name_server("servfail", below=world.domain)
    world.internet.site(world.ispdb, {})
    resolution = resolve(world.address, name_servers=[server.address], ispdb_urls=(world.ispdb_url,))
    assert_nothing(resolution)
    assert not resolution.offline
    assert resolution.reason == f"No settings were found for {world.domain}."


def test_a_domain_without_settings_is_not_offline(resolve: Resolve, world: World) -> None:
    assert not resolve(world.address, guess=True).offline


@pytest.mark.parametrize("fault", ["refusing", "dropping"])
def test_a_web_server_that_is_down_is_not_offline(resolve: Resolve, world: World, fault: str) -> None:
    """Its name was found: somebody answered."""
    for host in (world.host("autoconfig"), world.domain):
        getattr(world.internet, fault)(host)
    resolution = resolve(world.address, "isp", deadline=0.4)
    assert_nothing(resolution)
    assert not resolution.offline


class Switch:
    """A name server that can be unplugged."""

    def __init__(self) -> None:
        self.on = True

    async def __call__(self, query: Query) -> bytes | None:
        return await honest(query) if self.on else None


PAUSE = 0.5
"""Seconds after which an answer is no longer a recent one, in these tests."""


def twice(world: World, *, off_for_the_second: bool) -> list[Resolution]:
    """Two resolutions by one resolver, with what it kept from the first."""
    switch = Switch()
    server = world.internet.name_server(switch)
    options = Options(methods=("isp", "mx"), deadline=0.4)

    async def run() -> list[Resolution]:
        guard = Guard(allowed=(world.internet.public,))
        async with Resolver.open(name_servers=[server.address], guard=guard) as both:
            first = await both.resolve(EmailAddress.parse(world.address), options)
            switch.on = not off_for_the_second
            await asyncio.sleep(PAUSE if off_for_the_second else 0)
            return [first, await both.resolve(EmailAddress.parse(f"bob@{world.domain}"), options)]

    return asyncio.run(run())


def test_the_same_again_from_kept_answers_is_not_offline(resolve: Resolve, world: World) -> None:
    world.internet.refusing(world.host("autoconfig"))
    assert [resolution.offline for resolution in twice(world, off_for_the_second=False)] == [False, False]


def test_kept_answers_prove_no_network(
    resolve: Resolve, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resolver, "RECENTLY", PAUSE)
    world.internet.zone(world.domain, "autoconfig 300 A 127.66.255.255\n@ 0 MX 10 mx.example.net.")
    assert [resolution.offline for resolution in twice(world, off_for_the_second=True)] == [False, True]
