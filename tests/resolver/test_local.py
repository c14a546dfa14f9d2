"""The local store: what the operator says comes before everything."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from autoconfig.model import AutodiscoverRedirect
from autoconfig.resolver.outcome import Trust
from tests.publishing import FakeStore
from tests.resolver.asking import assert_nothing, places, provider_of

if TYPE_CHECKING:
    from tests.resolver.asking import Resolve, World

pytestmark = pytest.mark.real


def store_for(domain: str, host: str) -> FakeStore:
    return FakeStore(replace(provider_of(host), domains=(domain,)))


def test_a_listed_domain_is_found(resolve: Resolve, world: World) -> None:
    resolution = resolve(world.address, store=store_for(world.domain, world.host("mail")))
    assert (resolution.method, resolution.source, resolution.trust) == ("local", "fake", Trust.LOCAL)
    assert places(resolution.incoming) == [f"imap mail.{world.domain}:993 SSL"]
    assert resolution.incoming[0].server.username == world.address


def test_it_needs_no_network(resolve: Resolve, world: World) -> None:
    resolution = resolve(
        world.address,
        store=store_for(world.domain, world.host("mail")),
        name_servers=[world.internet.no_name_server()],
    )
    assert (resolution.method, resolution.offline) == ("local", False)


def test_servers_of_others_are_confirmed_all_the_same(resolve: Resolve, world: World) -> None:
    resolution = resolve(world.address, "local", store=store_for(world.domain, "mail.example.net"))
    assert resolution.confirm == ("example.net",)


def test_a_domain_that_is_not_listed_is_nothing(resolve: Resolve, world: World) -> None:
    resolution = resolve(world.address, "local", store=store_for("example.org", "mail.example.net"))
    assert_nothing(resolution)
    assert (resolution.trace, resolution.offline) == ((), False)


def test_where_autodiscover_leads_is_no_answer_in_itself(resolve: Resolve, world: World) -> None:
    redirect = AutodiscoverRedirect(domain="tenant.example")
    moved = replace(
        provider_of("x"), domains=(world.domain,), incoming=(), outgoing=(), autodiscover=redirect
    )
    assert_nothing(resolve(world.address, "local", store=FakeStore(moved)))
    world.isp()
    assert resolve(world.address, store=FakeStore(moved)).method == "isp"


def test_without_a_store_there_is_nothing(resolve: Resolve, world: World) -> None:
    assert_nothing(resolve(world.address, "local"))
