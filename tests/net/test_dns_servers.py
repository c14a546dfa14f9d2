"""Which name server is asked, when the next one is, and what is said in the end. On a virtual clock."""

from __future__ import annotations

import asyncio

import pytest

from autoconfig.errors import LookupFailed
from autoconfig.net.dns import TRY_TIMEOUT
from autoconfig.net.transport import NameServer
from tests.net.servers import FIRST, SECOND, SERVFAIL, SILENCE, Says, Servers, says
from tests.resolver.clock import run

NAME = "example.com"
GOOD = says(f"{NAME}. 300 IN A 192.0.2.7")


def timed(servers: Servers, *order: NameServer) -> tuple[object, float]:
    """The records or the failure, and the seconds it took."""

    async def look_up() -> tuple[object, float]:
        try:
            outcome: object = (await servers.dns(*order).look_up(NAME, "A")).records
        except LookupFailed as error:
            outcome = error
        return outcome, asyncio.get_running_loop().time()

    return run(look_up())


def test_the_second_name_server_is_left_alone_while_the_first_answers() -> None:
    servers = Servers({FIRST.host: GOOD, SECOND.host: SERVFAIL})
    assert timed(servers, FIRST, SECOND) == (("192.0.2.7",), 0.0)
    assert servers.hosts == [FIRST.host]


@pytest.mark.parametrize(
    "bad",
    [
        SERVFAIL,
        Says(rcode="REFUSED"),
        Says(flags=""),
        LookupFailed("connection refused", unreachable=True),
        LookupFailed("broken off"),
    ],
    ids=["SERVFAIL", "REFUSED", "lame", "unreachable", "broken"],
)
def test_the_second_name_server_is_asked_at_once_where_the_first_fails(bad: Says | LookupFailed) -> None:
    servers = Servers({FIRST.host: bad, SECOND.host: GOOD})
    assert timed(servers, FIRST, SECOND) == (("192.0.2.7",), 0.0)
    assert servers.hosts == [FIRST.host, SECOND.host]


def test_the_second_name_server_is_asked_after_a_moment_of_silence() -> None:
    servers = Servers({FIRST.host: SILENCE, SECOND.host: GOOD})
    assert timed(servers, FIRST, SECOND) == (("192.0.2.7",), pytest.approx(TRY_TIMEOUT))


def test_that_a_name_does_not_exist_needs_no_second_opinion() -> None:
    servers = Servers({FIRST.host: Says(rcode="NXDOMAIN"), SECOND.host: GOOD})
    assert timed(servers, FIRST, SECOND) == ((), 0.0)
    assert servers.hosts == [FIRST.host]


def test_silence_is_believed_after_two_rounds() -> None:
    servers = Servers({FIRST.host: SILENCE, SECOND.host: SILENCE})
    error, seconds = timed(servers, FIRST, SECOND)
    assert str(error) == "The name server 192.0.2.2 is silent."
    assert isinstance(error, LookupFailed)
    assert error.unreachable
    assert seconds == pytest.approx(4 * TRY_TIMEOUT)


def test_a_lost_packet_is_made_good_by_the_second_round() -> None:
    servers = Servers({FIRST.host: SILENCE})

    async def look_up() -> object:
        dns = servers.dns(FIRST)
        asking = asyncio.ensure_future(dns.look_up(NAME, "A"))
        await asyncio.sleep(TRY_TIMEOUT / 2)
        servers.answers[FIRST.host] = GOOD
        return (await asking).records

    assert run(look_up()) == ("192.0.2.7",)
    assert servers.hosts == [FIRST.host] * 2


def test_a_server_that_failed_is_not_asked_in_a_second_round() -> None:
    servers = Servers({FIRST.host: SERVFAIL})
    error, seconds = timed(servers, FIRST)
    assert (str(error), seconds) == ("The name server 192.0.2.1 says SERVFAIL.", 0.0)
    assert servers.hosts == [FIRST.host]


@pytest.mark.parametrize(("first", "second"), [(SERVFAIL, SILENCE), (SILENCE, SERVFAIL)])
def test_what_one_server_said_weighs_more_than_the_silence_of_the_other(first: Says, second: Says) -> None:
    servers = Servers({FIRST.host: first, SECOND.host: second})
    error, seconds = timed(servers, FIRST, SECOND)
    assert isinstance(error, LookupFailed)
    assert str(error).endswith(" says SERVFAIL.")
    assert not error.unreachable
    assert seconds == pytest.approx(2 * TRY_TIMEOUT)


def test_only_the_silent_one_is_asked_again_where_the_other_failed() -> None:
    servers = Servers({FIRST.host: SERVFAIL, SECOND.host: SILENCE})

    async def look_up() -> object:
        asking = asyncio.ensure_future(servers.dns(FIRST, SECOND).look_up(NAME, "A"))
        await asyncio.sleep(TRY_TIMEOUT / 2)
        servers.answers[SECOND.host] = GOOD
        return (await asking).records

    assert run(look_up()) == ("192.0.2.7",)
    assert servers.hosts == [FIRST.host, SECOND.host, SECOND.host]


def test_the_time_for_one_try_can_be_chosen() -> None:
    from autoconfig.net.dns import Dns

    servers = Servers({FIRST.host: SILENCE, SECOND.host: GOOD})

    async def look_up() -> float:
        await Dns((FIRST, SECOND), servers, try_timeout=0.2).look_up(NAME, "A")
        return asyncio.get_running_loop().time()

    assert run(look_up()) == pytest.approx(0.2)


def test_without_a_name_server_nobody_can_be_reached() -> None:
    from autoconfig.net.dns import Dns

    with pytest.raises(LookupFailed, match=r"^There is no name server to ask\.$") as caught:
        run(Dns((), Servers({})).look_up(NAME, "A"))
    assert caught.value.unreachable
