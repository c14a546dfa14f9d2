"""Each method with a name server that is wrong in one way about what the method needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests.internet import slow
from tests.resolver.asking import assert_nothing

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.resolver.asking import Resolve, World

pytestmark = pytest.mark.real


class Need(NamedTuple):
    """A method, how to publish for it, and the question that it cannot do without."""

    method: str
    publish: Callable[[World], object]
    question: Callable[[World], tuple[str, str]]


NEEDS = {
    "isp": Need("isp", lambda world: world.isp(), lambda world: ("A", world.host("autoconfig"))),
    "pacc-host": Need("pacc", lambda world: world.pacc(), lambda world: ("A", world.host("ua-auto-config"))),
    "pacc-digest": Need(
        "pacc", lambda world: world.pacc(), lambda world: ("TXT", world.host("_ua-auto-config"))
    ),
    "ispdb": Need("ispdb", lambda world: world.in_ispdb(), lambda world: ("A", world.ispdb)),
    "mx": Need("mx", lambda world: world.mx(), lambda world: ("MX", world.domain)),
    "srv": Need("srv", lambda world: world.srv(), lambda world: ("SRV", world.host("_imaps._tcp"))),
    "autodiscover": Need(
        "autodiscover", lambda world: world.autodiscover(), lambda world: ("A", world.host("autodiscover"))
    ),
    "mailconf": Need("mailconf", lambda world: world.mailconf(), lambda world: ("TXT", world.domain)),
    "guess": Need("guess", lambda world: world.guess(), lambda world: ("A", world.host("imap"))),
}

FAILING = {
    "servfail": "says SERVFAIL",
    "refused": "says REFUSED",
    "lame": "says nothing about it (lame)",
    "truncated-only": "The name server broke off over TCP",
}
SILENT = ("silent", "tcp-only", "wrong-id", "wrong-question", "garbage")


@pytest.fixture(params=NEEDS)
def need(request: pytest.FixtureRequest, world: World) -> Need:
    """One method after the other, its settings published."""
    chosen = NEEDS[request.param]
    chosen.publish(world)
    return chosen


@pytest.mark.parametrize("twist", FAILING)
def test_no_answer_is_a_failure(resolve: Resolve, world: World, need: Need, twist: str) -> None:
    kind, name = need.question(world)
    server = world.internet.name_server(twist, below=name, types=[kind])
    resolution = resolve(
        world.address, need.method, name_servers=[server.address], ispdb_urls=(world.ispdb_url,)
    )
    assert_nothing(resolution)
    lines = [line for line in resolution.trace if line.target == f"{kind} {name}"]
    assert {line.outcome for line in lines} == {"failed"}
    assert all(FAILING[twist] in line.detail for line in lines), lines


def test_a_name_that_does_not_exist_is_nothing(resolve: Resolve, world: World, need: Need) -> None:
    kind, name = need.question(world)
    world.internet.unzone(name)
    resolution = resolve(world.address, need.method, ispdb_urls=(world.ispdb_url,))
    assert_nothing(resolution)
    lines = [line for line in resolution.trace if line.target == f"{kind} {name}"]
    assert {line.outcome for line in lines} == {"nothing"}


def test_an_answer_that_is_cut_is_asked_for_over_tcp(resolve: Resolve, world: World, need: Need) -> None:
    server = world.internet.name_server("truncated")
    resolution = resolve(
        world.address, need.method, name_servers=[server.address], ispdb_urls=(world.ispdb_url,)
    )
    assert resolution.method == need.method
    kind, name = need.question(world)
    assert {asked.transport for asked in server.asked(name) if asked.type == kind} == {"udp", "tcp"}


def test_the_second_name_server_is_asked_where_the_first_fails(
    resolve: Resolve, world: World, need: Need
) -> None:
    broken = world.internet.name_server("servfail")
    resolution = resolve(
        world.address,
        need.method,
        name_servers=[broken.address, world.internet.dns],
        ispdb_urls=(world.ispdb_url,),
    )
    assert resolution.method == need.method


def test_a_slow_name_server_is_waited_for(resolve: Resolve, world: World, need: Need) -> None:
    server = world.internet.name_server(slow(0.05))
    resolution = resolve(
        world.address, need.method, name_servers=[server.address], ispdb_urls=(world.ispdb_url,)
    )
    assert resolution.method == need.method


@pytest.mark.parametrize("twist", SILENT)
def test_silence_lasts_until_the_deadline(resolve: Resolve, world: World, twist: str) -> None:
    """All methods at once: each waits for the answer it needs."""
    for publish in {need.method: need.publish for need in NEEDS.values()}.values():
        publish(world)
    server = world.internet.name_server(twist)
    resolution = resolve(
        world.address, name_servers=[server.address], ispdb_urls=(world.ispdb_url,), guess=True, deadline=0.4
    )
    assert_nothing(resolution)
    assert resolution.offline
    assert {(line.outcome, line.detail) for line in resolution.trace} == {("failed", "given up")}
    assert {line.method for line in resolution.trace} == {need.method for need in NEEDS.values()}
