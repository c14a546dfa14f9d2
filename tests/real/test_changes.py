"""Provider files change and workers are replaced under constant load: no request is lost."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.real.load import NOT_TAKEN_UP, under_load
from tests.real.serving import STOP_SECONDS, ask, provider_text, replace_file, running

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.real.load import Load
    from tests.real.serving import Server

pytestmark = pytest.mark.real

SEEN_WITHIN = 2.0
"""Seconds after which every worker serves a change."""

UNTOUCHED = "/v1.1/example.com"


def settled(load: Load, changed: float) -> set[str | None]:
    """Let every worker take a change over, and return the outcomes of what is asked from then on."""
    time.sleep(max(0.0, changed + SEEN_WITHIN - time.monotonic()))
    time.sleep(0.5)
    return load.outcomes(since=changed + SEEN_WITHIN)


@pytest.fixture
def domain(server: Server, request: pytest.FixtureRequest) -> Iterator[str]:
    """A domain of the test's own on the shared server; its file is taken away at the end."""
    name = f"{request.node.name.replace('_', '-')[:50].strip('-')}.example"
    yield name
    server.folder.joinpath(f"{name}.toml").unlink(missing_ok=True)


def served(server: Server, domain: str, host: str) -> Path:
    """Put a provider file in place and wait until every worker serves it."""
    path = server.folder / f"{domain}.toml"
    replace_file(path, provider_text(domain, host))
    with under_load(server, f"/v1.1/{domain}") as load:
        load.first(host)
        assert settled(load, time.monotonic()) == {host}
    return path


def test_a_new_file_is_served_within_two_seconds(server: Server, domain: str) -> None:
    with under_load(server, f"/v1.1/{domain}") as load:
        load.first(None)
        changed = time.monotonic()
        replace_file(server.folder / f"{domain}.toml", provider_text(domain, "new"))
        assert load.first("new") - changed < SEEN_WITHIN
        assert settled(load, changed) == {"new"}
    assert load.outcomes() == {None, "new"}


def test_a_changed_file_is_served_old_or_new_and_never_half(server: Server, domain: str) -> None:
    path = served(server, domain, "old")
    with under_load(server, f"/v1.1/{domain}") as load:
        changed = time.monotonic()
        replace_file(path, provider_text(domain, "new"))
        assert load.first("new") - changed < SEEN_WITHIN
        assert settled(load, changed) == {"new"}
    assert load.outcomes() == {"old", "new"}


def test_a_file_that_is_written_slowly_is_never_served_half(server: Server, domain: str) -> None:
    path = served(server, domain, "old")
    text = provider_text(domain, "new")
    with under_load(server, f"/v1.1/{domain}") as load:
        with path.open("w") as file:
            for start in range(0, len(text), 20):
                file.write(text[start : start + 20])
                file.flush()
                time.sleep(0.1)
        changed = time.monotonic()
        assert settled(load, changed) == {"new"}
    assert load.outcomes() == {"old", "new"}


def test_a_file_that_breaks_stays_served_and_its_repair_is_taken_over(server: Server, domain: str) -> None:
    path = served(server, domain, "old")
    with under_load(server, f"/v1.1/{domain}") as load:
        replace_file(path, "this is no provider file")
        assert settled(load, time.monotonic()) == {"old"}
        assert server.get("/readyz").status == 200
        assert b'"degraded"' in server.get("/readyz").body
        changed = time.monotonic()
        replace_file(path, provider_text(domain, "new"))
        assert settled(load, changed) == {"new"}
    assert load.outcomes() == {"old", "new"}


def test_a_removed_file_is_served_or_404_and_may_come_back(server: Server, domain: str) -> None:
    path = served(server, domain, "old")
    with under_load(server, f"/v1.1/{domain}") as load:
        changed = time.monotonic()
        path.unlink()
        assert settled(load, changed) == {None}
        replace_file(path, provider_text(domain, "again"))
        assert settled(load, time.monotonic()) == {"again"}
    assert load.outcomes() == {"old", None, "again"}


def test_changes_of_a_neighbour_are_not_noticed(server: Server, domain: str) -> None:
    path = server.folder / f"{domain}.toml"
    with under_load(server, UNTOUCHED) as load:
        for text in (provider_text(domain, "a"), "broken", provider_text("example.com", "thief"), ""):
            replace_file(path, text)
            time.sleep(1.2)
        path.unlink()
        time.sleep(1.2)
    assert load.outcomes() == {"one"}
    assert len(load.records) > 1000


def test_a_hundred_files_at_once_are_served_within_two_seconds(tmp_path: Path) -> None:
    with running(tmp_path) as server, under_load(server, "/v1.1/provider99.example") as load:
        load.first(None)
        for number in range(100):
            name = f"provider{number}.example"
            replace_file(server.folder / f"{name}.toml", provider_text(name, f"host{number}"))
        changed = time.monotonic()
        assert settled(load, changed) == {"host99"}
    assert load.outcomes() == {None, "host99"}


def test_workers_are_replaced_without_losing_a_request(tmp_path: Path) -> None:
    folder = tmp_path / "providers"
    folder.mkdir()
    folder.joinpath("example.com.toml").write_text(provider_text("example.com", "one"))
    with running(tmp_path) as server:
        with under_load(server, UNTOUCHED) as load:
            for _ in range(3):
                time.sleep(1)
                server.process.send_signal(signal.SIGHUP)
            time.sleep(4)
        assert load.outcomes() == {"one"}
        assert len(load.records) > 1000
        assert server.stop() == 0
        assert server.error_log.read_text().count("Booting worker") >= 8


def test_a_change_just_before_the_workers_are_replaced_is_served(tmp_path: Path) -> None:
    folder = tmp_path / "providers"
    folder.mkdir()
    path = folder / "example.com.toml"
    path.write_text(provider_text("example.com", "old"))
    with running(tmp_path) as server, under_load(server, UNTOUCHED) as load:
        time.sleep(0.5)
        changed = time.monotonic()
        replace_file(path, provider_text("example.com", "new"))
        server.process.send_signal(signal.SIGHUP)
        time.sleep(2)
        assert settled(load, changed) == {"new"}
    assert load.outcomes() == {"old", "new"}


def test_who_comes_while_a_server_says_goodbye_is_refused_at_once(tmp_path: Path) -> None:
    """Let in and never answered, a proxy could not know whether to repeat the request."""
    with running(tmp_path) as server, contextlib.closing(server.connect()) as idle:
        assert ask(idle, "/healthz").status == 200
        server.process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        with pytest.raises(ConnectionRefusedError):
            server.get("/healthz")
        assert ask(idle, "/readyz").status == 503, "who was there before is told, and answered"
        assert server.process.wait(STOP_SECONDS) == 0


def test_who_knocked_before_a_stop_is_answered(tmp_path: Path) -> None:
    with running(tmp_path) as server, contextlib.ExitStack() as stack:
        workers = server.workers()
        for worker in workers:
            os.kill(worker, signal.SIGSTOP)
        waiting = [stack.enter_context(contextlib.closing(server.connect())) for _ in range(20)]
        for connection in waiting:
            connection.request("GET", "/healthz")
        server.process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        for worker in workers:
            os.kill(worker, signal.SIGCONT)
        assert [connection.getresponse().status for connection in waiting] == [200] * 20
        assert server.process.wait(STOP_SECONDS) == 0


def test_a_server_that_drains_serves_on_and_tells_proxies_to_go_elsewhere(tmp_path: Path) -> None:
    with running(tmp_path, "--drain", "1") as server:
        started = time.monotonic()
        server.process.send_signal(signal.SIGTERM)
        while server.get("/readyz").status == 200:
            assert time.monotonic() - started < 1
        assert server.get("/healthz").status == 200
        assert server.process.wait(STOP_SECONDS) == 0
        assert time.monotonic() - started >= 1


def test_workers_that_die_while_a_server_drains_have_successors(tmp_path: Path) -> None:
    with running(tmp_path, "--drain", "6") as server:
        workers = server.workers()
        server.process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        for worker in workers:
            os.kill(worker, signal.SIGKILL)
        killed = time.monotonic()
        assert server.get("/readyz").status == 503
        assert time.monotonic() - killed < 4
        assert server.process.wait(STOP_SECONDS) == 0


def test_a_stop_under_load_finishes_every_request_that_was_taken_up(tmp_path: Path) -> None:
    folder = tmp_path / "providers"
    folder.mkdir()
    folder.joinpath("example.com.toml").write_text(provider_text("example.com", "one"))
    with running(tmp_path) as server, under_load(server, UNTOUCHED) as load:
        load.first("one")
        time.sleep(0.5)
        assert server.stop() == 0
        stopped = time.monotonic()
        time.sleep(0.2)
    refused = {outcome for outcome in load.outcomes() if outcome and outcome.startswith(NOT_TAKEN_UP)}
    assert load.outcomes() == {"one"} | refused
    assert load.outcomes(since=stopped) <= refused
    assert refused
