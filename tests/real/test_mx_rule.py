"""The MX rule in a real server: workers share what they know, and nobody waits for those who ask the DNS."""

from __future__ import annotations

import contextlib
import http.client
import signal
import statistics
import threading
import time
from typing import TYPE_CHECKING

import pytest

from autoconfig.web.strangers.mx_rule import SILENT_WAIT_SECONDS
from tests.real.nameserver import answering
from tests.real.serving import THREADS, WORKERS, running
from tests.web.asking import CONFIG

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.real.nameserver import NameServer
    from tests.real.serving import Server

pytestmark = pytest.mark.real

PROVIDER = """\
domains = ["example.com"]
mx = ["mx.example.net"]
[[incoming]]
type = "imap"
hostname = "one.mail.example"
[[outgoing]]
type = "smtp"
hostname = "one.mail.example"
"""
LISTED = f"{CONFIG}?emailaddress=ada@example.com"
RENEWED_SECONDS = 45
"""Two workers one after another, each of which has a while to end before it is killed."""


@pytest.fixture(scope="module")
def name_server() -> Iterator[NameServer]:
    customers = {f"customer{number}.com": "10 in.mx.example.net" for number in range(5)}
    with answering(customers | {"stranger.com": "10 mx.elsewhere.org"}) as server:
        yield server


@pytest.fixture(scope="module", params=["gunicorn", "granian"])
def service(
    request: pytest.FixtureRequest, name_server: NameServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """A service that asks this name server alone, and resolves nothing besides."""
    directory = tmp_path_factory.mktemp("service")
    (directory / "providers").mkdir()
    (directory / "providers" / "example.com.toml").write_text(PROVIDER)
    settings = {
        "AUTOCONFIG_NAMESERVERS": name_server.address,
        "AUTOCONFIG_RESOLVE": "off",
        "AUTOCONFIG_MX_RULE": "on",
        "AUTOCONFIG_RATE_LIMIT": "off",
    }
    name_server.silent = False
    name_server.asked.clear()
    with running(directory, "--server", request.param, **settings) as server:
        yield server


def statuses(server: Server, path: str, host: str = "localhost") -> set[int]:
    """What both workers say."""
    return {server.get(path, host).status for _ in range(8 * WORKERS)}


def test_what_one_worker_was_told_all_of_them_know(service: Server, name_server: NameServer) -> None:
    assert statuses(service, CONFIG, "autoconfig.customer0.com") == {200}
    assert statuses(service, "/v1.1/customer0.com") == {200}
    assert statuses(service, "/tls/ask?domain=autodiscover.customer0.com") == {200}
    assert statuses(service, "/v1.1/stranger.com") == {404}
    assert name_server.asked == {"customer0.com": 1, "stranger.com": 1}


def test_renewed_workers_know_it_too(service: Server, name_server: NameServer) -> None:
    assert service.get("/v1.1/customer1.com").status == 200
    before = set(service.workers())
    service.process.send_signal(signal.SIGHUP)
    deadline = time.monotonic() + RENEWED_SECONDS
    while before & set(service.workers()):
        # granian closes connections that it has not taken up.
        with contextlib.suppress(OSError, http.client.HTTPException):
            assert service.get("/v1.1/customer1.com").status == 200
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert statuses(service, "/v1.1/customer1.com") == {200}
    assert name_server.asked["customer1.com"] == 1


def test_a_flood_of_made_up_domains_keeps_no_document_waiting(
    service: Server, name_server: NameServer
) -> None:
    assert service.get("/v1.1/customer2.com").status == 200
    name_server.silent = True
    try:
        with Flood(service, 3 * WORKERS * THREADS):
            times = [timed(service, LISTED) for _ in range(100)]
            times += [timed(service, "/v1.1/customer2.com") for _ in range(20)]
    finally:
        name_server.silent = False
    assert statistics.median(times) < SILENT_WAIT_SECONDS / 2, (
        "documents wait for threads that wait for the DNS"
    )


def timed(server: Server, path: str) -> float:
    started = time.monotonic()
    assert server.get(path).status == 200
    return time.monotonic() - started


class Flood:
    """Clients that ask about another made-up domain each time, one after the other."""

    def __init__(self, server: Server, size: int) -> None:
        self._server = server
        self._stop = threading.Event()
        self.statuses: set[int] = set()
        self._threads = [threading.Thread(target=self._ask, args=(number,)) for number in range(size)]

    def _ask(self, number: int) -> None:
        for turn in range(10_000):
            if self._stop.is_set():
                return
            self.statuses.add(self._server.get(f"/v1.1/made-up-{number}-{turn}.com").status)
            self._stop.wait(0.05)

    def __enter__(self) -> Flood:
        for thread in self._threads:
            thread.start()
        time.sleep(0.3)
        return self

    def __exit__(self, *_exception: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()
        assert self.statuses == {404}
