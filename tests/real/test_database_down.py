"""The database is killed, hangs and comes back under constant load: nothing that is kept is lost."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import pytest

from autoconfig.stores import open_store
from autoconfig.stores.pulse import PROBE_EVERY
from tests.databases.fixtures import made
from tests.databases.postgresql import PASSWORD, PostgreSQL
from tests.real.load import under_load
from tests.real.serving import running
from tests.stores.importing import domains, imported, provider

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.real.load import Load
    from tests.real.serving import Server

pytestmark = pytest.mark.real

KEPT = "/v1.1/kept.example"
NEVER_ASKED = "/v1.1/never{}.example"
BACK_WITHIN = 30.0
"""Seconds after the return of the database until the service notices: a pause of five, a look, a start, and
as much again on a machine that is busy with other tests."""


@pytest.fixture(scope="module")
def database() -> Iterator[PostgreSQL]:
    """A PostgreSQL that this file may kill, with the two providers it asks for."""
    with made(PostgreSQL) as server:
        server.start()
        imported(
            server.url(),
            provider("one", host="one.mail.example"),
            *domains("one", "kept.example", *(f"never{number}.example" for number in range(200))),
        )
        yield server


@pytest.fixture(scope="module")
def service(database: PostgreSQL, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The service on that database, and nothing else."""
    settings = {"AUTOCONFIG_PROVIDERS": database.url(), "AUTOCONFIG_RESOLVE": "off"}
    with running(tmp_path_factory.mktemp("service"), providers=False, **settings) as server:
        yield server


@pytest.fixture(autouse=True)
def running_database(database: PostgreSQL) -> None:
    """However the test before ended."""
    database.start()


def ready(service: Server) -> tuple[int, dict[str, object]]:
    """The status and the content of ``/readyz``."""
    reply = service.get("/readyz")
    return reply.status, json.loads(reply.body)


def until(service: Server, wanted: str) -> float:
    """Wait until both workers say so, and return how long it took."""
    started = time.monotonic()
    in_a_row = 0
    while in_a_row < 12:
        in_a_row = in_a_row + 1 if ready(service)[1]["status"] == wanted else 0
        assert time.monotonic() - started < 2 * BACK_WITHIN, f"never {wanted}"
        time.sleep(0.02)
    return time.monotonic() - started


def warm(service: Server) -> None:
    """Let each worker serve the document once."""
    for _ in range(30):
        assert service.get(KEPT).status == 200


def all_served(load: Load) -> None:
    assert load.outcomes() == {"one"}
    assert len(load.records) > 50


def test_nothing_kept_is_lost_while_the_database_is_away_and_it_comes_back_by_itself(
    database: PostgreSQL, service: Server
) -> None:
    until(service, "ready")
    warm(service)
    with under_load(service, KEPT) as load:
        time.sleep(0.5)
        database.kill()
        until(service, "degraded")
        status, content = ready(service)
        assert status == 200, "what can be served shall be: this replica is as good as any other"
        (store,) = content["stores"]  # type: ignore[misc]
        (problem,) = store["problems"]
        assert problem["message"].startswith("The store does not answer: connection failed: ")
        assert problem["message"].endswith("; what is kept is still served.")
        assert service.get(NEVER_ASKED.format(1)).status == 503
        database.start()
        assert until(service, "ready") < BACK_WITHIN
        assert service.get(NEVER_ASKED.format(1)).status == 200
    all_served(load)


def test_a_restart_that_nobody_noticed_costs_nobody_an_answer(database: PostgreSQL) -> None:
    """Every connection that is kept is broken then."""
    store = open_store(database.url())
    assert store.find("kept.example") is not None
    database.stop()
    database.start()
    for number in range(10, 20):
        assert store.find(f"never{number}.example") is not None
    assert store.health()[0].errors == 0
    store.close()


def test_after_a_restart_everything_is_served_again(database: PostgreSQL, service: Server) -> None:
    until(service, "ready")
    database.stop()
    database.start()
    assert {service.get(NEVER_ASKED.format(number)).status for number in range(20, 40)} <= {200, 503}
    until(service, "ready")
    time.sleep(PROBE_EVERY)
    until(service, "ready")
    assert {service.get(NEVER_ASKED.format(number)).status for number in range(20, 40)} == {200}


def test_a_database_that_hangs_holds_nobody_for_long(database: PostgreSQL, service: Server) -> None:
    until(service, "ready")
    warm(service)
    database.pause_all()
    try:
        started = time.monotonic()
        assert service.get(NEVER_ASKED.format(50)).status == 503
        assert time.monotonic() - started < 8
        until(service, "degraded")
        warm(service)
    finally:
        database.go_on_all()
    assert until(service, "ready") < BACK_WITHIN
    assert service.get(NEVER_ASKED.format(50)).status == 200


def test_the_service_starts_without_its_database_and_serves_once_it_is_there(
    database: PostgreSQL, tmp_path: Path
) -> None:
    database.stop()
    settings = {"AUTOCONFIG_PROVIDERS": database.url(), "AUTOCONFIG_RESOLVE": "off"}
    try:
        with running(tmp_path, providers=False, ready=503, **settings) as service:
            status, content = ready(service)
            assert (status, content["status"]) == (503, "unavailable")
            reply = service.get(KEPT)
            assert (reply.status, reply.media_type) == (503, "text/plain; charset=utf-8")
            database.start()
            assert until(service, "ready") < BACK_WITHIN
            assert service.get(KEPT).status == 200
            log = service.error_log.read_text()
            assert "does not answer: connection failed" in log
            assert "answers again" in log
    finally:
        database.start()
    for text in (service.error_log.read_text(), service.access_log.read_text(), json.dumps(content)):
        assert PASSWORD not in text
        assert "p@ss-w0rd" not in text
