"""The second room: which requests wait where."""

from __future__ import annotations

import socket
import threading
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from autoconfig.web.serving.gunicorn import options_for
from autoconfig.web.serving.gunicorn.waiting import DirectoryWorker, WaitingWorker, _TwoRooms
from autoconfig.web.strangers import MOST_WAITING

if TYPE_CHECKING:
    from collections.abc import Iterator

THREADS = 2


@pytest.fixture
def rooms() -> Iterator[_TwoRooms]:
    """The rooms of a directory; every ordinary thread is busy until the test is over."""
    rooms = _TwoRooms(THREADS, DirectoryWorker.slow)
    over = threading.Event()
    for _ in range(THREADS):
        rooms.submit(over.wait)
    yield rooms
    over.set()
    rooms.shutdown()


@pytest.mark.parametrize(
    "request_line",
    [
        b"GET /api/v1/resolve?emailaddress=a@b.c HTTP/1.1\r\n",
        b"HEAD /v1.1/b.c HTTP/1.1\r\n",
        b"GET /setup?emailaddress=a@b.c HTTP/1.1\r\n",
        b"GET /setup/progress?emailaddress=a@b.c HTTP/1.1\r\n",
    ],
)
def test_who_may_wait_for_strangers_needs_no_ordinary_thread(
    rooms: _TwoRooms, pair: tuple[socket.socket, socket.socket], request_line: bytes
) -> None:
    client, server = pair
    client.sendall(request_line)
    done = rooms.submit(lambda conn: conn.sock.recv(100), SimpleNamespace(sock=server))
    assert done.result(10) == request_line


@pytest.mark.parametrize(
    "request_line", [b"GET /mail/config-v1.1.xml HTTP/1.1\r\n", b"GET / HTTP/1.1\r\n", b"", b"POST /api/"]
)
def test_everybody_else_does(
    rooms: _TwoRooms, pair: tuple[socket.socket, socket.socket], request_line: bytes
) -> None:
    client, server = pair
    client.sendall(request_line)
    done = rooms.submit(lambda conn: None, SimpleNamespace(sock=server))
    assert not done.running()
    assert done.cancel()


def test_a_connection_that_is_closed_goes_the_ordinary_way() -> None:
    rooms = _TwoRooms(THREADS, WaitingWorker.slow)
    closed = socket.socket()
    closed.close()
    assert rooms.submit(lambda conn: "done", SimpleNamespace(sock=closed)).result(10) == "done"
    rooms.shutdown()


def test_more_may_come_than_may_wait() -> None:
    rooms = _TwoRooms(THREADS, WaitingWorker.slow)
    assert rooms._waiting._max_workers > MOST_WAITING
    rooms.shutdown()


@pytest.mark.parametrize(
    ("line", "api", "directory"),
    [
        (b"GET /api/v1/resolve", True, True),
        (b"HEAD /api/v1/resolve", True, True),
        (b"GET //api/v1/resolve", True, True),
        (b"GET /v1.1/example.com", False, True),
        (b"GET /V1.1/example.com", False, True),
        (b"GET //v1.1//example.com", False, True),
        (b"GET /v1x1/example.com", False, False),
        (b"POST /api/v1/resolve", False, False),
        (b"GET /mail/config-v1.1.xml", False, False),
        (b"", False, False),
    ],
)
def test_the_room_goes_by_the_first_line(line: bytes, api: bool, directory: bool) -> None:
    assert bool(WaitingWorker.slow.match(line)) is api
    assert bool(DirectoryWorker.slow.match(line)) is directory


@pytest.mark.parametrize(
    ("mode", "worker"),
    [
        ("off", "autoconfig.web.serving.gunicorn.worker.PatientWorker"),
        ("api", "autoconfig.web.serving.gunicorn.waiting.WaitingWorker"),
        ("directory", "autoconfig.web.serving.gunicorn.waiting.DirectoryWorker"),
    ],
)
def test_the_worker_goes_by_what_is_resolved(mode: str, worker: str) -> None:
    options = options_for("127.0.0.1:0", 1, 8, "info", resolve=mode)
    assert (options["worker_class"], options["threads"]) == (worker, 8)
