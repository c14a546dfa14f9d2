"""Who shares a question with whom, and questions sent ahead. On a virtual clock and no network."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from autoconfig.errors import LookupFailed
from tests.net.servers import SERVFAIL, Says, Servers, says
from tests.resolver.clock import run

if TYPE_CHECKING:
    from autoconfig.net.dns import Dns
    from autoconfig.net.records import Answer

NAME = "example.com"


def address(ttl: int) -> Says:
    """An address after half a second."""
    return says(f"{NAME}. {ttl} IN A 192.0.2.7", delay=0.5)


async def failure(dns: Dns) -> str:
    with pytest.raises(LookupFailed) as caught:
        await dns.look_up(NAME, "A")
    return str(caught.value)


def test_equal_questions_are_asked_once() -> None:
    servers = Servers({NAME: address(300)})

    async def a_hundred() -> set[Answer]:
        dns = servers.dns()
        return set(await asyncio.gather(*(dns.look_up(NAME, "A") for _ in range(100))))

    assert len(run(a_hundred())) == 1
    assert len(servers.asked) == 1


def test_equal_questions_fail_together() -> None:
    servers = Servers({NAME: Says(rcode="SERVFAIL", delay=0.5)})

    async def ten() -> set[str]:
        dns = servers.dns()
        return set(await asyncio.gather(*(failure(dns) for _ in range(10))))

    assert run(ten()) == {"The name server 192.0.2.1 says SERVFAIL."}
    assert len(servers.asked) == 1


def test_an_answer_that_may_not_be_kept_still_goes_to_all_who_wait() -> None:
    servers = Servers({NAME: address(0)})

    async def ten() -> None:
        dns = servers.dns()
        await asyncio.gather(*(dns.look_up(NAME, "A") for _ in range(10)))

    run(ten())
    assert len(servers.asked) == 1


async def _cancelled_after(seconds: float, dns: Dns, which: int, count: int) -> list[object]:
    """Several ask at once; one of them is cancelled."""
    asking = [asyncio.ensure_future(dns.look_up(NAME, "A")) for _ in range(count)]
    await asyncio.sleep(seconds)
    asking[which].cancel()
    return await asyncio.gather(*asking, return_exceptions=True)


@pytest.mark.parametrize("which", [0, 1, 2])
def test_whoever_gives_up_takes_nobody_along(which: int) -> None:
    servers = Servers({NAME: address(300)})
    outcomes = run(_cancelled_after(0.2, servers.dns(), which, 3))
    assert isinstance(outcomes.pop(which), asyncio.CancelledError)
    assert [outcome.records for outcome in outcomes] == [("192.0.2.7",)] * 2  # type: ignore[attr-defined]


def test_a_question_everybody_gave_up_can_be_asked_again() -> None:
    servers = Servers({NAME: address(300)})

    async def give_up_then_ask() -> Answer:
        dns = servers.dns()
        await _cancelled_after(0.2, dns, 0, 1)
        return await dns.look_up(NAME, "A")

    assert run(give_up_then_ask()).records == ("192.0.2.7",)


# Questions sent ahead


def test_a_question_sent_ahead_has_its_answer_ready() -> None:
    servers = Servers({NAME: address(300)})

    async def think_then_look() -> tuple[Answer | None, float]:
        dns, loop = servers.dns(), asyncio.get_running_loop()
        dns.ask_ahead([(NAME, "A")])
        await asyncio.sleep(1.0)
        return dns.kept(NAME, "A"), loop.time()

    answer, seconds = run(think_then_look())
    assert answer is not None
    assert (answer.records, seconds) == (("192.0.2.7",), 1.0)


def test_whoever_asks_meanwhile_waits_for_the_answer_on_its_way() -> None:
    servers = Servers({NAME: address(300)})

    async def look_soon() -> float:
        dns, loop = servers.dns(), asyncio.get_running_loop()
        dns.ask_ahead([(NAME, "A")])
        await asyncio.sleep(0.3)
        await dns.look_up(NAME, "A")
        return loop.time()

    assert run(look_soon()) == 0.5
    assert len(servers.asked) == 1


@pytest.mark.parametrize("ttl", [0, 300])
def test_a_question_sent_ahead_and_asked_in_the_same_moment_goes_out_once(ttl: int) -> None:
    servers = Servers({NAME: address(ttl)})

    async def at_once() -> Answer:
        dns = servers.dns()
        dns.ask_ahead([(NAME, "A")])
        return await dns.look_up(NAME, "A")

    assert run(at_once()).records == ("192.0.2.7",)
    assert len(servers.asked) == 1


def test_two_who_send_the_same_ahead_in_the_same_moment_send_it_once() -> None:
    servers = Servers({NAME: address(300)})

    async def twice() -> list[Answer]:
        dns = servers.dns()
        dns.ask_ahead([(NAME, "A"), (NAME, "A")])
        dns.ask_ahead([(NAME, "A")])
        return await asyncio.gather(*(dns.look_up(NAME, "A") for _ in range(2)))

    assert [answer.records for answer in run(twice())] == [("192.0.2.7",)] * 2
    assert len(servers.asked) == 1


def test_what_lies_ready_is_not_sent_ahead() -> None:
    servers = Servers({NAME: address(30)})

    async def ahead_at(moment: float) -> None:
        dns = servers.dns()
        await dns.look_up(NAME, "A")
        await asyncio.sleep(moment)
        dns.ask_ahead([(NAME, "A")])
        await asyncio.sleep(1.0)

    run(ahead_at(20.0))
    assert len(servers.asked) == 1
    run(ahead_at(40.0))
    assert len(servers.asked) == 3


def test_a_question_sent_ahead_may_fail_unheard() -> None:
    servers = Servers({NAME: SERVFAIL})

    async def ahead() -> None:
        servers.dns().ask_ahead([(NAME, "A"), ("a..b", "A")])
        await asyncio.sleep(1.0)

    run(ahead())
    assert servers.asked == [(NAME, "A")]
