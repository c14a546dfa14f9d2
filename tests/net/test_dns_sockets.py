"""The sockets that DNS questions go out on: shared, closed again, and deaf to strangers."""

from __future__ import annotations

import asyncio
import gc
import socket
import weakref
from pathlib import Path
from typing import TYPE_CHECKING

import dns.flags
import dns.message
import dns.rrset
import pytest

from autoconfig.errors import LookupFailed
from autoconfig.net.dns import Dns, name_server
from autoconfig.net.transport import NameServer
from tests.internet.names import Question
from tests.net.way import SECONDS

if TYPE_CHECKING:
    from autoconfig.net.records import Answer
    from tests.internet import Internet
    from tests.net.way import Opened, Way

pytestmark = pytest.mark.real


@pytest.fixture
def domain(internet: Internet) -> str:
    """A domain with an MX record."""
    name = internet.domain()
    internet.zone(name, "@ MX 10 mx")
    return name


def test_an_answer_is_asked_for_once_while_its_ttl_runs(internet: Internet, way: Way, domain: str) -> None:
    async def thrice(net: Opened) -> None:
        for _ in range(3):
            await net.dns.look_up(domain, "MX")

    way.run(thrice)
    assert internet.questions(domain) == [Question(domain, "MX", "udp")]


def test_many_questions_at_once_each_get_their_own_answer(internet: Internet, way: Way) -> None:
    domain = internet.domain()
    internet.zone(domain, "\n".join(f"h{number} A 127.66.1.{number}" for number in range(200)))

    async def all_at_once(net: Opened) -> list[Answer]:
        looks = (net.dns.look_up(f"h{number}.{domain}", "A") for number in range(200))
        return await asyncio.gather(*looks)

    answers = way.run(all_at_once)
    assert [answer.records for answer in answers] == [(f"127.66.1.{number}",) for number in range(200)]


def test_no_socket_is_left_open(internet: Internet, way: Way) -> None:
    async def one_after_the_other(net: Opened) -> tuple[int, int]:
        before = _open_files()
        for number in range(100):
            await net.dns.look_up(f"h{number}.{internet.domain()}", "A")
        return before, _open_files()

    before, after = way.run(one_after_the_other)
    assert after - before < 20


def _open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_nothing_is_left_of_an_event_loop_that_asked(internet: Internet, domain: str) -> None:
    async def look_up() -> weakref.ref[asyncio.AbstractEventLoop]:
        await Dns([name_server(internet.dns)]).look_up(domain, "MX")
        return weakref.ref(asyncio.get_running_loop())

    loop = asyncio.run(look_up())
    gc.collect()
    assert loop() is None


class _Answering(asyncio.DatagramProtocol):
    """Answers through the given socket."""

    def __init__(self, through: socket.socket) -> None:
        self._through = through

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        answer = dns.message.make_response(dns.message.from_wire(data))
        answer.flags |= dns.flags.RA
        answer.answer.append(dns.rrset.from_text("example.com.", 60, "IN", "A", "192.0.2.7"))
        self._through.sendto(answer.to_wire(), addr)


async def _answered(server: socket.socket, through: socket.socket, *, try_timeout: float) -> Answer:
    """The answer when one socket is asked and another one answers."""
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(lambda: _Answering(through), sock=server.dup())
    try:
        address = NameServer(*server.getsockname()[:2])
        return await Dns([address], try_timeout=try_timeout).look_up("example.com", "A")
    finally:
        transport.close()


def _bound(host: str) -> socket.socket:
    """A UDP socket on a free port."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
    try:
        bound.bind((host, 0))
    except OSError as error:
        bound.close()
        pytest.skip(f"{host} is not an address of this machine: {error}")
    return bound


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_a_name_server_is_asked_over_ipv4_and_ipv6(host: str) -> None:
    with _bound(host) as server:
        answer = asyncio.run(_answered(server, server, try_timeout=SECONDS))
    assert answer.records == ("192.0.2.7",)


def test_the_same_answer_from_another_address_is_not_believed() -> None:
    """However well its id was guessed."""
    with (
        _bound("127.0.0.1") as server,
        _bound("127.0.0.1") as forger,
        pytest.raises(LookupFailed, match=r"^The name server 127\.0\.0\.1:\d+ is silent\.$"),
    ):
        asyncio.run(_answered(server, forger, try_timeout=0.3))
