"""The same service under granian: the same answers, the same log, nothing lost when workers are renewed."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from autoconfig.web.paths import POX_PATH as POX
from autoconfig.web.serving.granian.quiet import LOOK_EVERY, QUIET_SECONDS
from tests.real.load import CLIENTS, NOT_TAKEN_UP, under_load
from tests.real.load import outcome as outcome_of
from tests.real.serving import THREADS, environment, provider_text, read_all, running
from tests.real.test_serve import CONFIG, JSON

if TYPE_CHECKING:
    import http.client
    from collections.abc import Iterator
    from pathlib import Path

    from tests.real.serving import Server

pytestmark = pytest.mark.real

POX_BODY = "<Autodiscover><Request><EMailAddress>ada@example.com</EMailAddress></Request></Autodiscover>"
TARGETS = [
    ("GET", f"{CONFIG}?emailaddress=ada@example.com", ""),
    ("HEAD", f"{CONFIG}?emailaddress=ada@example.com", ""),
    ("GET", "/v1.1/example.com", ""),
    ("GET", "/V1.1//Example.COM", ""),
    ("GET", "/v1.1/unknown.example", ""),
    ("GET", f"{CONFIG}?emailaddress=%FF", ""),
    ("POST", "/Autodiscover/Autodiscover.xml", POX_BODY),
    ("POST", "/Autodiscover/Autodiscover.xml", "x" * 70_000),
    ("GET", f"{JSON}/v1.0/ada%40example.com?Protocol=EWS", ""),
    ("GET", f"{JSON}?Email=ada@example.com&Protocol=Nonsense", ""),
    ("PUT", "/", ""),
    ("PROPFIND", "/.well-known/caldav", ""),
    ("GET", "/mail/profile.mobileconfig?emailaddress=b%C3%BCb@example.com", ""),
]


@pytest.fixture(scope="module")
def under_granian(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The service of the other tests, served by granian."""
    directory = tmp_path_factory.mktemp("granian")
    (directory / "providers").mkdir()
    (directory / "providers" / "example.com.toml").write_text(provider_text("example.com", "one"))
    with running(directory, "--server", "granian") as server:
        yield server


def answered(server: Server, method: str, target: str, body: str) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body, without what a server adds of itself."""
    connection = server.connect()
    connection.request(method, target, body=body or None, headers={"Host": "localhost"})
    response: http.client.HTTPResponse = connection.getresponse()
    headers = {name.lower(): value for name, value in response.getheaders()}
    data = response.read()
    connection.close()
    own = ("server", "date", "connection", "keep-alive")
    return response.status, {name: headers[name] for name in sorted(headers) if name not in own}, data


@pytest.fixture(scope="module")
def shortcut(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The same without an access log: plain requests go round WSGI."""
    directory = tmp_path_factory.mktemp("shortcut")
    (directory / "providers").mkdir()
    (directory / "providers" / "example.com.toml").write_text(provider_text("example.com", "one"))
    with running(directory, "--server", "granian", "--no-access-log") as server:
        yield server


@pytest.mark.parametrize(("method", "target", "body"), TARGETS)
@pytest.mark.parametrize("under", ["under_granian", "shortcut"])
def test_the_answers_are_those_of_gunicorn(
    server: Server, request: pytest.FixtureRequest, under: str, method: str, target: str, body: str
) -> None:
    under_granian = request.getfixturevalue(under)
    assert answered(under_granian, method, target, body) == answered(server, method, target, body)


def test_requests_of_both_ways_are_counted(shortcut: Server) -> None:
    before = counted(shortcut)
    for domain in ("example.com", "example.com", "unknown.example"):
        answered(shortcut, "GET", f"{CONFIG}?emailaddress=ada@{domain}", "")
    after = counted(shortcut)
    found = 'autoconfig_requests_total{client="silent",outcome="found",protocol="mozilla"}'
    nothing = found.replace("found", "nothing")
    assert after.get(found, 0) - before.get(found, 0) == 2
    assert after.get(nothing, 0) - before.get(nothing, 0) == 1


def test_threads_of_a_worker_do_not_interrupt_each_other(under_granian: Server) -> None:
    assert under_granian.get("/healthz").status == 200
    assert under_granian.scheduling() == {os.SCHED_BATCH}


def counted(server: Server) -> dict[str, float]:
    lines = server.get("/metrics").body.decode().splitlines()
    pairs = [line.rpartition(" ") for line in lines if not line.startswith("#")]
    return {name: float(value) for name, _, value in pairs}


@pytest.mark.parametrize(
    ("target", "line"),
    [
        (f"{CONFIG}?emailaddress=MARK@example.com", f'"GET {CONFIG}" 200'),
        (f"{JSON}/v1.0/MARK@example.com?Protocol=EWS", f'"GET {JSON}/v1.0/<address>" 200'),
        ("/v1.1/MARK@example.com", '"GET /v1.1/<address>" 404'),
        ("/a%0A%0D%1B[31mb?MARK", r'"GET /a\x0a\x0d\x1b[31mb" 404'),
    ],
)
def test_the_access_log_is_that_of_gunicorn(
    under_granian: Server, request: pytest.FixtureRequest, target: str, line: str
) -> None:
    agent = f"agent-{abs(hash(request.node.name))}"
    connection = under_granian.connect()
    connection.request("GET", target, headers={"User-Agent": f"{agent} MARK@example.com"})
    connection.getresponse().read()
    connection.close()
    (logged,) = under_granian.access_lines(agent)
    assert f"] {line} " in logged
    assert logged.endswith(f'"{agent} <address>"')
    assert "MARK" not in under_granian.access_log.read_text() + under_granian.error_log.read_text()


def test_bytes_that_are_no_request_get_an_answer_and_stop_nothing(under_granian: Server) -> None:
    for data in (b"\x16\x03\x01\x02", b"GET\r\n\r\n", b"GET / HTTP/1.1\r\nHost: x\r\n" + b"A: b\r\n" * 9000):
        assert under_granian.send(data, seconds=20)[:12] in (b"HTTP/1.1 400", b"HTTP/1.1 431", b"")
    assert under_granian.get("/healthz").status == 200


def test_a_half_sent_request_is_given_up(under_granian: Server) -> None:
    connection = under_granian.connect()
    connection.connect()
    connection.sock.settimeout(25)
    connection.sock.sendall(b"GET /healthz HTTP/1.1\r\nHo")
    started = time.monotonic()
    read_all(connection.sock)
    assert time.monotonic() - started < 20
    connection.close()


def test_more_idle_clients_than_threads_hold_nobody_up(tmp_path: Path) -> None:
    options = ("--server", "granian", "--workers", "1")
    with running(tmp_path, *options, AUTOCONFIG_RESOLVE="off") as server, contextlib.ExitStack() as opened:
        for _ in range(20 * THREADS):
            idle = opened.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=5))
            idle.sendall(b"GET /healthz HTTP/1.1\r\nHo")
        started = time.monotonic()
        assert server.get("/healthz").status == 200
        assert time.monotonic() - started < 5


def test_half_bodies_do_not_hold_the_service_up_for_good(tmp_path: Path) -> None:
    half = f"POST {POX} HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n<Autodiscover>".encode()
    options = ("--server", "granian", "--workers", "1")
    with running(tmp_path, *options, AUTOCONFIG_RESOLVE="off") as server, contextlib.ExitStack() as opened:
        for _ in range(THREADS):
            client = opened.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=5))
            client.sendall(half)
        time.sleep(QUIET_SECONDS - 5)
        connection = server.connect()
        connection.timeout = 5 + LOOK_EVERY + 5
        connection.request("GET", "/healthz")
        assert connection.getresponse().status == 200
        connection.close()


def repeatable(outcome: str | None) -> bool:
    """Whether a proxy sends the request again: nobody took its connection up, or it was closed while idle."""
    closed = (NOT_TAKEN_UP, "lost: RemoteDisconnected", "lost: Conn")
    return outcome is not None and outcome.startswith(closed)


def test_a_proxy_loses_no_request_when_the_workers_are_renewed_and_the_server_stops(
    under_granian: Server,
) -> None:
    with under_load(under_granian, "/v1.1/example.com") as load:
        load.first("one")
        under_granian.process.send_signal(signal.SIGHUP)
        time.sleep(4)
        assert {outcome for outcome in load.outcomes() if not repeatable(outcome)} == {"one"}
        assert sum(repeatable(outcome_of(record)) for record in load.records) <= 2 * CLIENTS
        assert under_granian.error_log.read_text().count("Started worker") == 4
        assert under_granian.stop() == 0
        time.sleep(0.2)
    assert {outcome for outcome in load.outcomes() if not repeatable(outcome)} == {"one"}
    assert "Traceback" not in under_granian.error_log.read_text()


def test_a_port_that_is_taken_stops_the_start(server: Server) -> None:
    command = [sys.executable, "-m", "autoconfig", "serve", "--server", "granian", "--port", str(server.port)]
    result = subprocess.run(
        [*command, "--providers", str(server.folder)],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
        env=environment(),
    )
    assert (result.returncode, result.stderr.count("\n")) == (1, 1)
    assert str(server.port) in result.stderr
