"""What becomes of a connection whose request is answered."""

from __future__ import annotations

import selectors
import socket
import time
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

import pytest

from autoconfig.settings import Settings
from autoconfig.web import create_app
from autoconfig.web.serving.gunicorn import options_for
from tests.web.serving.gunicorn.wire import Wire

if TYPE_CHECKING:
    from collections.abc import Iterator

    from autoconfig.stores import Store
    from autoconfig.web.serving.gunicorn.worker import PatientWorker

KEEPALIVE = options_for("127.0.0.1:0", 1, 1, "info")["keepalive"]


@pytest.fixture
def worker(store: Store) -> Iterator[PatientWorker]:
    """A worker that has one connection, and a poller without a loop."""
    found = Wire(create_app(Settings(providers=()), store)).worker
    found.poller = selectors.DefaultSelector()
    found.nr_conns = 1
    found.enqueued = []
    found.enqueue_req = found.enqueued.append  # type: ignore[method-assign]
    yield found
    found.poller.close()


def connection(worker: PatientWorker, server: socket.socket, held: bytes = b"") -> Any:
    """What the worker has of it once a request was read; ``held`` came with that."""
    from gunicorn.workers.gthread import TConn

    conn = TConn(worker.cfg, server, ("192.0.2.7", 1), ("127.0.0.1", 2))
    conn.init()
    conn.parser.unreader.unread(held)
    return conn


def result(kept: Any) -> Future[Any]:
    done: Future[Any] = Future()
    if isinstance(kept, Exception):
        done.set_exception(kept)
    else:
        done.set_result(kept)
    return done


Pair = tuple[socket.socket, socket.socket]


def test_a_connection_is_kept_for_as_long_as_is_said(worker: PatientWorker, pair: Pair) -> None:
    conn = connection(worker, pair[1])
    worker.finish_request(conn, result(True))
    assert list(worker.keepalived_conns) == [conn]
    assert conn.timeout == pytest.approx(time.monotonic() + KEEPALIVE, abs=1)
    pair[0].sendall(b"GET")
    ((key, _),) = worker.poller.select(1)
    key.data(key.fileobj)
    assert (worker.enqueued, list(worker.keepalived_conns), worker.nr_conns) == ([conn], [], 1)


def test_what_has_come_already_is_the_next_request(worker: PatientWorker, pair: Pair) -> None:
    conn = connection(worker, pair[1], b"GET / HTTP/1.1\r\n\r\n")
    worker.finish_request(conn, result(True))
    assert (worker.enqueued, list(worker.keepalived_conns)) == ([conn], [])


def test_a_worker_that_stops_keeps_nobody_for_long(worker: PatientWorker, pair: Pair) -> None:
    worker.alive = False
    conn = connection(worker, pair[1])
    worker.finish_request(conn, result(True))
    assert conn.timeout <= time.monotonic() + 2


@pytest.mark.parametrize("kept", [False, RuntimeError("of the thread")])
def test_a_connection_that_ends_is_closed_once_the_client_has(
    worker: PatientWorker, pair: Pair, kept: Any
) -> None:
    client, server = pair
    conn = connection(worker, server)
    worker.finish_request(conn, result(kept))
    assert client.recv(1) == b""
    client.close()
    ((key, _),) = worker.poller.select(1)
    key.data(key.fileobj)
    assert (worker.nr_conns, server.fileno(), list(worker.pending_conns)) == (0, -1, [])


@pytest.mark.parametrize("kept", [True, False])
def test_a_connection_that_cannot_be_followed_is_forgotten(
    worker: PatientWorker, pair: Pair, kept: bool
) -> None:
    conn = connection(worker, pair[1])
    worker.poller.register(pair[1], selectors.EVENT_READ)  # a second time is a KeyError
    worker.finish_request(conn, result(kept))
    assert (worker.nr_conns, pair[1].fileno()) == (0, -1)
    assert [*worker.keepalived_conns, *worker.pending_conns] == []
