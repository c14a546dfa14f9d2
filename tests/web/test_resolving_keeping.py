"""For how long strangers' settings are kept, and what is told while the network is down."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from autoconfig.errors import Unavailable
from autoconfig.settings import Settings
from autoconfig.web.network import Network
from autoconfig.web.strangers.cache import MemoryCache
from autoconfig.web.strangers.entry import FOUND_SECONDS, NOTHING_SECONDS, STALE_SECONDS
from tests.web.fakes import FakeStore
from tests.web.resolving import (
    ADA,
    BOB,
    FAILED,
    FakeResolver,
    World,
    found,
    nothing,
    offline,
    username,
    world_with,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from autoconfig.model import EmailAddress
    from autoconfig.resolver.resolution import Resolution


@pytest.fixture
def world() -> World:
    return world_with()


# --- how long


def test_found_settings_are_kept_for_an_hour(world: World) -> None:
    world.strangers.settings_of(ADA)
    world.clock.now += FOUND_SECONDS - 1
    told = world.strangers.settings_of(ADA)
    assert (told.age, told.seconds_left, len(world.resolver.questions)) == (3599, 1, 1)
    world.clock.now += 1
    told = world.strangers.settings_of(ADA)
    assert (told.age, told.seconds_left, len(world.resolver.questions)) == (0, 3600, 2)


def test_nothing_is_kept_for_five_minutes(world: World) -> None:
    world.resolver.answer = nothing
    assert not world.strangers.settings_of(ADA).found
    world.clock.now += NOTHING_SECONDS - 1
    assert not world.strangers.settings_of(BOB).found
    assert len(world.resolver.questions) == 1
    world.clock.now += 1
    world.resolver.answer = found
    assert world.strangers.settings_of(BOB).found


def test_nothing_after_a_failure_is_not_kept(world: World) -> None:
    world.resolver.answer = lambda address: nothing(address, trace=(FAILED,))
    assert not world.strangers.settings_of(ADA).found
    world.resolver.answer = found
    assert world.strangers.settings_of(ADA).found


def test_being_offline_is_not_kept(world: World) -> None:
    world.resolver.answer = offline
    with pytest.raises(Unavailable):
        world.strangers.settings_of(ADA)
    world.resolver.answer = found
    assert world.strangers.settings_of(ADA).found


def test_a_bug_of_the_resolver_is_not_kept(world: World) -> None:
    def broken(address: EmailAddress) -> Resolution:
        raise LookupError("a bug")

    world.resolver.answer = broken
    with pytest.raises(LookupError):
        world.strangers.settings_of(ADA)
    world.resolver.answer = found
    assert world.strangers.settings_of(ADA).found


def test_settings_by_the_mx_of_a_store_are_asked_for_anew(world: World) -> None:
    world.resolver.answer = lambda address: found(address, source="/etc/providers/hoster.toml")
    for _ in range(2):
        assert world.strangers.settings_of(ADA).content["source"] == "local store"
    assert len(world.resolver.questions) == 2


@pytest.mark.parametrize(
    ("changed", "questions"),
    [
        ({}, 1),
        ({"base_url": "https://autoconfig.example.com"}, 1),
        ({"allow_http": True}, 2),
        ({"allow_private_networks": True}, 2),
        ({"ispdb_urls": ("https://ispdb.example.com/",)}, 2),
        ({"nameservers": ("127.0.0.1:9",)}, 2),
        ({"doh_url": "https://dns.example.com/"}, 2),
    ],
)
def test_settings_that_lead_to_other_answers_part_what_is_kept(
    changed: dict[str, Any], questions: int
) -> None:
    memory, resolver = MemoryCache(), FakeResolver()
    for settings in (Settings(providers=()), Settings(providers=(), **changed)):
        limited = Network(settings, FakeStore(), memory).limited(resolver)
        assert limited is not None
        limited.strangers.settings_of(ADA)
    assert len(resolver.questions) == questions


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"\xff",
        b"[]",
        b"null",
        b"{}",
        b'{"version":0,"made":1,"found":true,"content":{}}',
        b'{"version":1,"made":"x","found":true,"content":{}}',
        b'{"version":1,"made":1,"found":true,"content":[]}',
        b"[" * 100_000,
    ],
)
def test_nonsense_in_the_cache_is_not_believed(world: World, value: bytes) -> None:
    world.strangers.settings_of(ADA)
    (key,) = world.cache.seen
    world.cache.put(key, value, 3600)
    assert username(world, BOB) == "bob@example.com"
    assert len(world.resolver.questions) == 2


# --- while the network is down


def timeout(_address: EmailAddress) -> Resolution:
    raise TimeoutError


def unsure(address: EmailAddress) -> Resolution:
    return nothing(address, trace=(FAILED,))


@pytest.mark.parametrize("trouble", [offline, timeout, unsure])
def test_old_settings_are_told_for_a_day_while_nobody_answers(
    world: World, trouble: Callable[[EmailAddress], Resolution]
) -> None:
    world.strangers.settings_of(ADA)
    world.resolver.answer = trouble
    world.clock.now += STALE_SECONDS - 1
    assert username(world, BOB) == "bob@example.com"
    told = world.strangers.settings_of(BOB)
    assert (told.age, told.seconds_left) == (STALE_SECONDS - 1, 0)
    assert len(world.resolver.questions) == 2


@pytest.mark.parametrize("trouble", [offline, timeout])
def test_settings_older_than_a_day_are_not_told(
    world: World, trouble: Callable[[EmailAddress], Resolution]
) -> None:
    world.strangers.settings_of(ADA)
    world.resolver.answer = trouble
    world.clock.now += STALE_SECONDS
    with pytest.raises(Unavailable):
        world.strangers.settings_of(ADA)


def test_a_domain_that_has_no_settings_any_more_is_believed(world: World) -> None:
    world.strangers.settings_of(ADA)
    world.resolver.answer = nothing
    world.clock.now += FOUND_SECONDS
    assert not world.strangers.settings_of(ADA).found
    world.resolver.answer = offline
    world.clock.now += NOTHING_SECONDS
    with pytest.raises(Unavailable):
        world.strangers.settings_of(ADA)


def test_nothing_does_not_stand_in_while_the_network_is_down(world: World) -> None:
    world.resolver.answer = nothing
    world.strangers.settings_of(ADA)
    world.resolver.answer = offline
    world.clock.now += NOTHING_SECONDS
    with pytest.raises(Unavailable):
        world.strangers.settings_of(ADA)


def test_the_network_comes_back(world: World) -> None:
    world.strangers.settings_of(ADA)
    world.clock.now += FOUND_SECONDS
    world.resolver.answer = offline
    assert world.strangers.settings_of(ADA).age == FOUND_SECONDS
    world.resolver.answer = found
    world.clock.now += 29
    assert world.strangers.settings_of(ADA).age == FOUND_SECONDS + 29
    world.clock.now += 1
    assert world.strangers.settings_of(ADA).age == 0
