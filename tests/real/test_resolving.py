"""The API in a real server: workers, threads, limits and logs."""

from __future__ import annotations

import http.client
import json
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from tests.internet.fixtures import internet
from tests.real.serving import THREADS, WORKERS, Server, provider_text, running
from tests.resolver.asking import World

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.internet import Internet

__all__ = ["internet"]

pytestmark = pytest.mark.real

RESOLVE = "/api/v1/resolve?emailaddress="
CONFIG = "/mail/config-v1.1.xml?emailaddress=ada@example.com"


@pytest.fixture
def silent() -> Iterator[str]:
    """A name server that takes every question and answers none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        yield f"127.0.0.1:{server.getsockname()[1]}"


def with_a_provider(directory: Path) -> Path:
    folder = directory / "providers"
    folder.mkdir()
    folder.joinpath("example.com.toml").write_text(provider_text("example.com", "one"))
    return directory


def test_who_waits_for_strangers_keeps_no_document_waiting(tmp_path: Path, silent: str) -> None:
    settings = {"AUTOCONFIG_NAMESERVERS": silent, "AUTOCONFIG_RATE_LIMIT": "off"}
    with running(with_a_provider(tmp_path), **settings) as server:
        waiting = Crowd(server, 10 * WORKERS * THREADS)
        longest = 0.0
        while waiting.answered == 0:
            started = time.monotonic()
            assert server.get(CONFIG).status == 200
            if waiting.answered == 0:
                longest = max(longest, time.monotonic() - started)
        assert 0 < longest < 1.5
        assert waiting.statuses() == {503}


class Crowd:
    """Many clients, each asking about another stranger."""

    def __init__(self, server: Server, size: int) -> None:
        self._server = server
        self._statuses: list[int] = []
        self._threads = [threading.Thread(target=self._ask, args=(number,)) for number in range(size)]
        for thread in self._threads:
            thread.start()
        time.sleep(0.3)

    @property
    def answered(self) -> int:
        """How many have their answer."""
        return len(self._statuses)

    def statuses(self) -> set[int]:
        """What they were told in the end."""
        for thread in self._threads:
            thread.join(60)
        return set(self._statuses)

    def _ask(self, number: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self._server.port, timeout=60)
        connection.request("GET", f"{RESOLVE}ada@stranger{number}.example")
        self._statuses.append(connection.getresponse().status)
        connection.close()


def test_a_hundred_callers_of_all_workers_cause_one_resolution(tmp_path: Path, internet: Internet) -> None:
    other, world = World(internet), World(internet)
    other.isp()
    world.isp(delay=0.2)
    settings = {
        "AUTOCONFIG_NAMESERVERS": internet.dns,
        "AUTOCONFIG_ALLOW_PRIVATE_NETWORKS": "on",
        "AUTOCONFIG_ISPDB_URLS": other.ispdb_url,
        "AUTOCONFIG_RATE_LIMIT": "off",
        "SSL_CERT_FILE": internet.ca_file,
    }
    with running(with_a_provider(tmp_path), **settings) as server, ThreadPoolExecutor(100) as pool:

        def login_name(address: str) -> object:
            return json.loads(server.get(f"{RESOLVE}{address}").body)["incoming"][0]["username"]

        # So that every worker has loaded the resolver.
        list(pool.map(login_name, [f"{number}@{other.domain}" for number in range(100)]))
        addresses = [f"user{number}@{world.domain}" for number in range(100)]
        assert list(pool.map(login_name, addresses)) == addresses
    assert len(internet.requests(world.host("autoconfig"))) == 1


def test_a_limit_holds_for_all_workers_together(tmp_path: Path) -> None:
    with running(with_a_provider(tmp_path), AUTOCONFIG_RATE_LIMIT="5/hour") as server:
        statuses = [server.get(f"{RESOLVE}ada@example.com").status for _ in range(30)]
    assert statuses == [200] * 5 + [429] * 25


def test_a_stop_waits_for_who_waits(tmp_path: Path, silent: str) -> None:
    with running(with_a_provider(tmp_path), AUTOCONFIG_NAMESERVERS=silent) as server:
        waiting = Crowd(server, 3)
        assert server.stop() == 0
        assert waiting.statuses() == {503}


def test_no_log_holds_an_address(tmp_path: Path, silent: str) -> None:
    settings = {"AUTOCONFIG_NAMESERVERS": silent, "AUTOCONFIG_LOG_LEVEL": "debug"}
    with running(with_a_provider(tmp_path), **settings) as server:
        listed = server.get(f"{RESOLVE}ada.lovelace@example.com&trace=1")
        stranger = server.get(f"{RESOLVE}ada.lovelace@stranger.example&trace=1")
        wrong = server.get(f"{RESOLVE}ada.lovelace@-")
        assert [listed.status, stranger.status, wrong.status] == [200, 503, 400]
        assert json.loads(listed.body)["address"] == "ada.lovelace@example.com"
        assert server.stop() == 0
        assert len(server.access_lines("/api/v1/resolve")) == 3
        assert "lovelace" not in server.access_log.read_text() + server.error_log.read_text()


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        ("AUTOCONFIG_RESOLVE", "sometimes", " is 'sometimes', which is not one of off, api, directory."),
        ("AUTOCONFIG_RATE_LIMIT", "often", " is 'often', which is not a rate such as 60/minute, or off."),
        (
            "AUTOCONFIG_CACHE_URL",
            "redis://:secret@127.0.0.1/?colour=red",
            " is not a URL such as memory:// or redis://localhost:6379/0.",
        ),
    ],
)
def test_a_wrong_setting_stops_the_start_in_one_sentence(
    tmp_path: Path, variable: str, value: str, sentence: str
) -> None:
    with pytest.raises(AssertionError) as caught, running(tmp_path, **{variable: value}):
        pass
    assert str(caught.value) == f"the server ended with 2:\nautoconfig: {variable}{sentence}\n"
