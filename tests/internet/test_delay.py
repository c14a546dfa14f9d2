"""The slow line: what takes one round trip takes 40 ms, and nothing gets out."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.internet import xml
from tests.internet.asking import ask, get, records
from tests.internet.delay import apart, unavailable
from tests.internet.fixtures import need
from tests.internet.forwarder import CLIENT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.internet import Internet
    from tests.internet.delay import Line

pytestmark = pytest.mark.real

ROUND_TRIP = 0.04
SLACK = 0.02
"""Seconds more, for a machine that is busy with other tests."""

_CONNECT = """
import socket, sys, time
started = time.monotonic()
socket.create_connection((sys.argv[1], int(sys.argv[2])), timeout=5).close()
print(time.monotonic() - started)
"""


@pytest.fixture(scope="module")
def line() -> Iterator[Line]:
    """A line of 20 ms each way."""
    need(unavailable())
    with apart(ROUND_TRIP / 2) as line:
        yield line


@pytest.fixture(scope="module")
def distant(line: Line, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Internet]:
    """A simulated internet at its far end."""
    with line.internet(tmp_path_factory.mktemp("distant")) as internet:
        yield internet


def quickest(action: Callable[[], object], times: int = 5) -> float:
    """The least seconds that an action took: delays of our own making only add."""
    taken = []
    for _ in range(times):
        started = time.monotonic()
        action()
        taken.append(time.monotonic() - started)
    return min(taken)


def test_a_connection_takes_one_round_trip(line: Line, distant: Internet) -> None:
    host = distant.domain()
    distant.site(host, {})
    with line.as_client():
        taken = quickest(lambda: socket.create_connection((distant.host(host), 443), timeout=5).close())
    assert ROUND_TRIP <= taken < ROUND_TRIP + SLACK


def test_a_question_takes_one_round_trip(line: Line, distant: Internet) -> None:
    domain = distant.domain()
    distant.zone(domain, "@ MX 10 mx")
    server = distant.direct_dns
    with line.as_client():
        assert records(ask(server, domain, "MX")) == [f"10 mx.{domain}."]
        taken = quickest(lambda: ask(server, domain, "MX"))
    assert ROUND_TRIP <= taken < ROUND_TRIP + SLACK


def test_a_document_takes_three(line: Line, distant: Internet) -> None:
    """TCP, TLS 1.3, HTTP."""
    host = distant.domain()
    distant.site(host, {"/": xml("<x/>")})
    with line.as_client():
        assert get(distant, host).body == b"<x/>"
        taken = quickest(lambda: get(distant, host))
    assert 3 * ROUND_TRIP <= taken < 3 * ROUND_TRIP + 2 * SLACK


def test_a_command_runs_at_the_near_end(line: Line, distant: Internet) -> None:
    host = distant.domain()
    distant.site(host, {})
    command = [sys.executable, "-I", "-c", _CONNECT, distant.host(host), "443"]
    assert ROUND_TRIP <= min(float(line.run_in_client(command).stdout) for _ in range(3)) < ROUND_TRIP + SLACK


def test_a_command_that_fails_says_so(line: Line) -> None:
    with pytest.raises(subprocess.CalledProcessError):
        line.run_in_client(["false"])


def test_any_server_may_run_at_the_far_end(line: Line, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("from afar")
    serve = [sys.executable, "-m", "http.server", "8080", "--bind", "198.18.200.1", "-d", str(tmp_path)]
    fetch = "import urllib.request as u; print(u.urlopen('http://198.18.200.1:8080/file').read().decode())"
    with line.start_in_server(*serve):
        deadline = time.monotonic() + 10
        while True:
            try:
                done = line.run_in_client([sys.executable, "-c", fetch])
            except subprocess.CalledProcessError:
                assert time.monotonic() < deadline
                continue
            break
    assert done.stdout == "from afar\n"


def test_a_large_document_comes_through_whole(line: Line, distant: Internet) -> None:
    host = distant.domain()
    distant.site(host, {"/": b"x" * 1_000_000})
    with line.as_client():
        assert len(get(distant, host).body) == 1_000_000


def test_there_is_no_way_out(line: Line) -> None:
    with line.as_client(), pytest.raises(OSError, match="Network is unreachable"):
        socket.create_connection(("192.0.2.1", 80), timeout=1)


def test_this_thread_comes_back(line: Line) -> None:
    before = os.stat("/proc/thread-self/ns/net").st_ino
    with line.as_client():
        assert os.stat("/proc/thread-self/ns/net").st_ino != before
        with socket.socket() as here:
            here.bind((CLIENT, 0))
    assert os.stat("/proc/thread-self/ns/net").st_ino == before


def test_the_line_is_up_quickly_and_gone_afterwards(record_property: Callable[[str, object], None]) -> None:
    need(unavailable())
    started = time.monotonic()
    with apart() as line:
        up = time.monotonic() - started
        process = Path("/proc", str(line.process_id))
        assert process.exists()
    record_property("figure", f"slow line: up in {up * 1000:.0f} ms")
    assert not process.exists()
    assert up < 2
