"""How long answers are kept. On a virtual clock and no network."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from autoconfig.errors import LookupFailed
from tests.net.servers import NXDOMAIN, SERVFAIL, SOA, Says, Servers, says
from tests.resolver.clock import run

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from autoconfig.net.records import Answer

NAME = "example.com"


def address(ttl: int, *, delay: float = 0.0) -> Says:
    return says(f"{NAME}. {ttl} IN A 192.0.2.7", delay=delay)


def nothing(*, ttl: int, minimum: int, rcode: str = "NXDOMAIN") -> Says:
    return Says(rcode=rcode, authority=[SOA.format(zone="com", ttl=ttl, minimum=minimum)])


async def answer_or_failure(looking: Awaitable[Answer]) -> Answer | LookupFailed:
    try:
        return await looking
    except LookupFailed as error:
        return error


def questions(answer: Says | LookupFailed, *moments: float) -> int:
    """How many questions go out when the name is looked up at these seconds."""
    servers = Servers({NAME: answer})

    async def look_up_at_each() -> None:
        dns, loop = servers.dns(), asyncio.get_running_loop()
        for moment in moments:
            await asyncio.sleep(moment - loop.time())
            await answer_or_failure(dns.look_up(NAME, "A"))

    run(look_up_at_each())
    return len(servers.asked)


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        (address(300), 300),
        (address(86_400), 3_600),
        (nothing(ttl=900, minimum=120), 120),
        (nothing(ttl=30, minimum=120), 30),
        (nothing(ttl=900, minimum=120, rcode="NOERROR"), 120),
        (nothing(ttl=86_400, minimum=86_400), 3_600),
        (Says(rcode="NXDOMAIN"), 60),
        (SERVFAIL, 2),
        (LookupFailed("no network", unreachable=True), 2),
        (says(f"{NAME}. 300 IN CNAME b.net.", "b.net. 20 IN A 192.0.2.7"), 20),
        (says(f"{NAME}. 20 IN CNAME b.net.", "b.net. 300 IN A 192.0.2.7"), 20),
        (Says([f"{NAME}. 20 IN CNAME b.net."], "NXDOMAIN", NXDOMAIN.authority), 20),
    ],
    ids=[
        *("TTL", "longest TTL", "SOA minimum", "SOA TTL", "no such record", "longest negative TTL", "no SOA"),
        *("SERVFAIL", "unreachable", "alias to a short TTL", "short alias", "short alias to nothing"),
    ],
)
def test_an_answer_is_kept_so_many_seconds(answer: Says | LookupFailed, seconds: float) -> None:
    once = 2 if isinstance(answer, LookupFailed) else 1  # two rounds before silence is believed
    assert questions(answer, 0.0, seconds - 0.1) == once
    assert questions(answer, 0.0, seconds + 0.1) == 2 * once


def test_an_answer_with_a_ttl_of_zero_is_not_kept() -> None:
    assert questions(address(0), 0.0, 0.0) == 2


def test_an_alias_out_of_the_zone_is_kept_as_long_as_its_shortest_ttl() -> None:
    servers = Servers({NAME: says(f"{NAME}. 30 IN CNAME b.net."), "b.net": says("b.net. 300 IN A 192.0.2.7")})
    answer = run(servers.dns().look_up(NAME, "A"))
    assert answer.ttl == 30.0


def test_types_are_kept_apart() -> None:
    servers = Servers({NAME: address(300)})

    async def both() -> None:
        dns = servers.dns()
        await dns.look_up(NAME, "A")
        await dns.look_up(NAME, "MX")

    run(both())
    assert servers.asked == [(NAME, "A"), (NAME, "MX")]


def test_a_remembered_failure_says_the_same() -> None:
    servers = Servers({NAME: SERVFAIL})

    async def twice() -> list[str]:
        dns = servers.dns()
        return [str(await answer_or_failure(dns.look_up(NAME, "A"))) for _ in range(2)]

    assert run(twice()) == ["The name server 192.0.2.1 says SERVFAIL."] * 2


def test_what_lies_ready_is_given_without_asking() -> None:
    servers = Servers({NAME: address(300)})

    async def look() -> tuple[Answer | None, Answer, Answer | None]:
        dns = servers.dns()
        return dns.kept(NAME, "A"), await dns.look_up(NAME, "A"), dns.kept(NAME, "A")

    before, answer, after = run(look())
    assert (before, after) == (None, answer)
    assert len(servers.asked) == 1
