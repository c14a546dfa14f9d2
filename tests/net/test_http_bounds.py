"""However a web server misbehaves, the answer is one sentence within bounded time and bytes."""

from __future__ import annotations

import gzip
import time
from typing import TYPE_CHECKING

import pytest

from autoconfig.net.http import MAX_BYTES
from tests.internet import Answer, endless, hang_up, large, silence, xml

if TYPE_CHECKING:
    from tests.internet import Internet
    from tests.internet.sites import Site
    from tests.net.way import Opened, Way

pytestmark = pytest.mark.real

TIMEOUT = 0.4
"""Seconds, for what never comes."""
LONG = 10.0
"""Seconds in which even a busy machine is done; what drips here takes longer."""


def test_a_body_as_large_as_allowed_is_read(internet: Internet, way: Way, host: str) -> None:
    internet.site(host, {"*": large(MAX_BYTES)})
    assert len(way.get(f"https://{host}/").body) == MAX_BYTES == 256 * 1024


@pytest.mark.parametrize("size", [MAX_BYTES + 1, 5_000_000])
def test_a_larger_body_is_refused(internet: Internet, way: Way, host: str, size: int) -> None:
    internet.site(host, {"*": large(size)})
    error = way.failure(f"https://{host}/")
    assert (str(error), error.unreachable) == (f"{host} sends more than 262144 bytes.", False)


def test_an_endless_body_is_refused_and_its_connection_closed(
    internet: Internet, way: Way, host: str
) -> None:
    site = internet.site(host, {"*": endless()})
    assert str(way.failure(f"https://{host}/")) == f"{host} sends more than 262144 bytes."
    _until_closed(site)


def test_a_small_bound_holds_for_a_small_body(internet: Internet, way: Way, host: str) -> None:
    internet.site(host, {"*": xml(b"x" * 101)})
    assert str(way.failure(f"https://{host}/", max_bytes=100)) == f"{host} sends more than 100 bytes."


def test_a_bomb_stays_packed(internet: Internet, way: Way, host: str) -> None:
    bomb = gzip.compress(b"\0" * 50_000_000)
    assert len(bomb) < MAX_BYTES
    internet.site(host, {"*": Answer(body=bomb, headers={"Content-Encoding": "gzip"})})
    assert str(way.failure(f"https://{host}/")) == f"{host} sends compressed what was asked for as it is."


def test_endless_headers_are_refused(internet: Internet, way: Way, host: str) -> None:
    internet.site(host, {"*": Answer(raw=b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 1_000_000)})
    assert str(way.failure(f"https://{host}/")).startswith(f"{host} broke off: ")


@pytest.mark.parametrize(
    "answer",
    [
        silence(),
        Answer(body=b"x" * 100_000, drip=100),
        Answer(body=b"x" * 100_000, drip=20, type="text/xml"),
        Answer(body=b"late", delay=60),
    ],
    ids=["silence", "drip", "slow drip", "late"],
)
def test_a_slow_answer_is_given_up_in_time(internet: Internet, way: Way, host: str, answer: Answer) -> None:
    site = internet.site(host, {"*": answer})
    started = time.monotonic()
    error = way.failure(f"https://{host}/", timeout=TIMEOUT)
    assert str(error) == f"{host} took longer than 0.4 seconds."
    assert TIMEOUT <= time.monotonic() - started < LONG
    _until_closed(site)


def test_a_host_that_accepts_and_says_nothing_is_given_up(internet: Internet, way: Way, host: str) -> None:
    internet.silent(host)
    error = way.failure(f"https://{host}/", timeout=TIMEOUT)
    assert (str(error), error.unreachable) == (f"{host} took longer than 0.4 seconds.", True)


def test_a_host_whose_packets_get_lost_is_given_up(internet: Internet, way: Way, host: str) -> None:
    internet.dropping(host)
    error = way.failure(f"https://{host}/", timeout=TIMEOUT)
    assert (str(error), error.unreachable) == (f"{host} took longer than 0.4 seconds.", True)


def test_redirects_share_the_time_of_one_document(internet: Internet, way: Way, host: str) -> None:
    hop = Answer(status=302, headers={"Location": "/"}, delay=0.2)
    internet.site(host, {"*": hop})
    started = time.monotonic()
    assert str(way.failure(f"https://{host}/", timeout=TIMEOUT)) == f"{host} took longer than 0.4 seconds."
    assert time.monotonic() - started < LONG


def test_a_host_that_refuses_connections_is_unreachable(internet: Internet, way: Way, host: str) -> None:
    internet.refusing(host)
    started = time.monotonic()
    error = way.failure(f"https://{host}/")
    assert (str(error), error.unreachable) == (f"{host} cannot be reached: connection refused.", True)
    assert time.monotonic() - started < LONG


@pytest.mark.parametrize(
    "answer",
    [
        hang_up(),
        Answer(raw=b"HTTP/1.1 200"),
        Answer(raw=b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx"),
        Answer(body=b"x" * 1000, cut=10),
        Answer(raw=b"SSH-2.0-OpenSSH_9.9\r\n"),
        Answer(raw=b"\0" * 100 + b"\r\n\r\n"),
        Answer(raw=b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\nx"),
        Answer(raw=b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nx"),
        Answer(raw=b"HTTP/1.1 999999 OK\r\n\r\n"),
        Answer(raw=b"HTTP/1.1 200 OK\r\nBad Header: x\r\n\r\n"),
    ],
    ids=["hang-up", "status line", "headers", "body", "ssh", "zeros", "length", "chunk", "status", "header"],
)
def test_an_answer_that_breaks_off_or_makes_no_sense_is_a_failure(
    internet: Internet, way: Way, host: str, answer: Answer
) -> None:
    internet.site(host, {"*": answer})
    error = way.failure(f"https://{host}/")
    assert str(error).startswith(f"{host} broke off: ")
    assert str(error).count(".") == str(error).rstrip(".").count(".") + 1
    assert not error.unreachable


def test_a_connection_closed_while_it_lay_idle_is_replaced(internet: Internet, way: Way, host: str) -> None:
    site = internet.site(host, {"*": Answer(body="one", headers={"Connection": "close"})})

    async def twice(net: Opened) -> object:
        return [(await net.http.get(f"https://{host}/")).body for _ in range(2)]

    assert way.run(twice) == [b"one", b"one"]
    assert site.accepted == 2


def _until_closed(site: Site) -> None:
    """The server sees the end of the connection within a moment."""
    deadline = time.monotonic() + LONG
    while site.open and time.monotonic() < deadline:
        time.sleep(0.01)
    assert site.open == 0
