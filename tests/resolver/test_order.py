"""The order between any two methods: the better-placed wins, unless it keeps silent beyond the patience."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING, Any

import pytest

from autoconfig.resolver.methods import METHODS
from autoconfig.resolver.resolver import FINISHING
from tests.internet.answers import FOREVER
from tests.publishing import FakeStore
from tests.resolver.asking import DEADLINE, places, provider_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from autoconfig.resolver import Resolution
    from tests.resolver.asking import Resolve, World

pytestmark = pytest.mark.real

PUBLISH: dict[str, Callable[..., object]] = {
    "isp": lambda world, **how: world.isp("isp", **how),
    "pacc": lambda world, **how: world.pacc("pacc", **how),
    "ispdb": lambda world, **how: world.in_ispdb("ispdb", **how),
    "mx": lambda world, **how: world.mx("mx", **how),
    "srv": lambda world, **how: world.srv("srv"),
    "autodiscover": lambda world, **how: world.autodiscover("pox", **how),
    "mailconf": lambda world, **how: world.mailconf("mailconf", **how),
    "guess": lambda world, **how: world.guess(),
}
HOSTS = {"autodiscover": "pox", "guess": "imap", "local": "store"}
"""The first label of the server that each method finds; its own name where none stands here."""

SHORT_PATIENCE = 0.2
"""Seconds."""
LONG_PATIENCE = 4.0


def publish(world: World, method: str, **how: float) -> FakeStore | None:
    """Let a method find something; the store that it needs, if any."""
    if method != "local":
        PUBLISH[method](world, **how)
        return None
    return FakeStore(replace(provider_of(world.host("store")), domains=(world.domain,)))


def ask(resolve: Resolve, world: World, methods: tuple[str, ...], **options: Any) -> Resolution:
    return resolve(world.address, *methods, ispdb_urls=(world.ispdb_url,), **options)


def assert_won(resolution: Resolution, world: World, method: str) -> None:
    host = f"{HOSTS.get(method, method)}.{world.domain}"
    assert (resolution.method, places(resolution.incoming)) == (method, [f"imap {host}:993 SSL"])


def test_the_order_is_that_of_the_contract() -> None:
    assert METHODS == ("local", "isp", "pacc", "ispdb", "mx", "srv", "autodiscover", "mailconf", "guess")


@pytest.mark.parametrize(("better", "other"), list(combinations(METHODS, 2)))
def test_the_better_placed_wins_though_it_is_slower(
    resolve: Resolve, world: World, better: str, other: str
) -> None:
    publish(world, other)
    store = publish(world, better, delay=0.05)
    resolution = ask(resolve, world, (other, better), store=store, patience=LONG_PATIENCE)
    assert_won(resolution, world, better)


@pytest.mark.parametrize(("better", "other"), list(combinations(METHODS[1:], 2)))
def test_a_black_hole_is_waited_for_as_long_as_the_patience_lasts(
    resolve: Resolve, world: World, better: str, other: str
) -> None:
    publish(world, other)
    publish(world, better, delay=FOREVER)
    # A record that SRV asks for and nobody else.
    server = world.internet.name_server(
        "silent" if better == "srv" else "honest", below=world.host("_sieve._tcp")
    )
    resolution = ask(resolve, world, (better, other), name_servers=[server.address], patience=SHORT_PATIENCE)
    assert_won(resolution, world, other)
    waited = int((SHORT_PATIENCE - FINISHING) * 1000)
    assert waited <= resolution.elapsed_ms < DEADLINE * 1000
    assert "given up" in {line.detail for line in resolution.trace if line.method == better}


@pytest.mark.parametrize("empty", METHODS[1:-1])
def test_a_method_that_finds_nothing_makes_nobody_wait(resolve: Resolve, world: World, empty: str) -> None:
    """The next one wins at once, whatever the patience."""
    methods = METHODS[METHODS.index(empty) :]
    for method in methods[1:]:
        publish(world, method)
    resolution = ask(resolve, world, methods, patience=LONG_PATIENCE)
    assert_won(resolution, world, methods[1])
    assert resolution.elapsed_ms < LONG_PATIENCE * 1000


def test_all_at_once_the_best_of_those_asked_wins(resolve: Resolve, world: World) -> None:
    store = publish(world, "local")
    for method in METHODS[1:]:
        publish(world, method)
    for place, method in enumerate(METHODS):
        resolution = ask(resolve, world, METHODS[place:], store=store, patience=LONG_PATIENCE)
        assert_won(resolution, world, method)
