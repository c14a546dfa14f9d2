"""Counts: right for all processes together, in a few words, and nothing personal among them."""

from __future__ import annotations

import math
import os
import signal
import threading
import tracemalloc
from typing import TYPE_CHECKING

import pytest
from prometheus_client.parser import text_string_to_metric_families

from autoconfig.model import EmailAddress
from autoconfig.settings import RateLimit, Settings
from autoconfig.stores import open_stores
from autoconfig.web import create_app
from autoconfig.web.metrics import Meter
from autoconfig.web.metrics.meter import BUCKETS, EVENTS
from autoconfig.web.metrics.tally import Tally
from autoconfig.web.metrics.words import FAMILIES, OUTCOMES, PROTOCOLS, family_of, outcome_of, protocol_of
from autoconfig.web.strangers.cache import MemoryCache
from tests.stores.importing import domains, imported, provider
from tests.web.asking import CONFIG, JSON, POX
from tests.web.resolving import FakeResolver, found, nothing, offline

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from flask.testing import FlaskClient

    from autoconfig.stores import Store


def samples(client: FlaskClient) -> dict[tuple[str, ...], float]:
    """Every sample by its name and the values of its labels, sorted by label."""
    response = client.get("/metrics")
    assert response.status_code == 200
    assert response.content_type == "text/plain; version=0.0.4; charset=utf-8"
    return {
        (sample.name, *(sample.labels[name] for name in sorted(sample.labels))): sample.value
        for family in text_string_to_metric_families(response.text)
        for sample in family.samples
    }


@pytest.fixture
def asked(store: Store) -> FlaskClient:
    """A client of a service of the test's own."""
    return create_app(Settings(providers=(), resolve="off"), store).test_client()


# Tally


def in_a_child(work: Callable[[], None], *, killed: bool = False) -> None:
    """Do something in a forked process, which is killed in the middle if told so."""
    pid = os.fork()
    if pid == 0:
        try:
            work()
            if killed:
                os.kill(os.getpid(), signal.SIGKILL)
        finally:
            os._exit(0)
    os.waitpid(pid, 0)


def add(tally: Tally, number: int, amount: float = 1.0) -> None:
    tally.row[number] += amount


def add_each(tally: Tally, amounts: tuple[float, ...]) -> None:
    for number, amount in enumerate(amounts):
        add(tally, number, amount)


def test_the_counts_of_all_processes_are_one_sum() -> None:
    tally = Tally(3)
    add(tally, 0)
    for _ in range(4):
        in_a_child(lambda: add(tally, 1, 2.5))
    in_a_child(lambda: add_each(tally, (1, 0, 7)), killed=True)
    assert tally.sums() == [2, 10, 7]


def test_the_rows_of_dead_processes_are_used_again_and_no_sum_falls() -> None:
    tally = Tally(1, rows=3)
    add(tally, 0)
    for number in range(10):
        in_a_child(lambda: add(tally, 0), killed=bool(number % 2))
    assert tally.sums() == [11]


def test_a_process_beyond_the_rows_still_counts() -> None:
    tally = Tally(1, rows=1)
    add(tally, 0)
    in_a_child(lambda: add(tally, 0))
    assert tally.sums() == [2]


def test_threads_lose_no_count() -> None:
    tally = Tally(2)

    def work() -> None:
        for _ in range(5_000):
            add(tally, 0)
            add(tally, 1, 2)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert tally.sums() == [40_000, 80_000]


def test_what_a_process_counts_elsewhere_stands_beside_what_others_counted() -> None:
    tally = Tally(2, rows=2)
    tally.take_over(0, lambda: (5, 2.5))
    tally.take_over(0, lambda: (7, 3.5))
    tally.take_over(0, lambda: (6, 3.0))
    assert tally.sums() == [7, 3.5], "and no sum falls"
    for _ in range(3):
        in_a_child(lambda: tally.take_over(0, lambda: (10, 1.0)), killed=True)
    assert tally.sums() == [37, 6.5]


# Words


@pytest.mark.parametrize(
    ("path", "word"),
    [
        (CONFIG, "mozilla"),
        ("/Mail//Config-V1.1.xml", "mozilla"),
        ("/v1.1/example.com", "directory"),
        ("/AutoDiscover/AutoDiscover.xml", "autodiscover"),
        (f"{JSON}/v1.0/ada@example.com", "autodiscover_json"),
        ("/.well-known/user-agent-configuration.json", "pacc"),
        ("/.well-known/caldav", "wellknown"),
        ("/mail/profile.mobileconfig", "mobileconfig"),
        ("/api/v1/resolve", "api"),
        ("/tls/ask", "tls"),
        ("/", "page"),
        ("/setup", "page"),
        ("/setup/progress", "page"),
        ("/page/0123456789ab/page.css", "page"),
        ("/metrics", "operations"),
        ("/wp-login.php", "other"),
        ("", "page"),
    ],
)
def test_a_path_has_a_protocol(path: str, word: str) -> None:
    assert protocol_of(path) == word
    assert word in PROTOCOLS


@pytest.mark.parametrize(
    ("agent", "word"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Thunderbird/153.0", "thunderbird"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "browser"),
        ("Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.17928; Pro)", "outlook"),
        ("exchangelib/4.9.0 (python-requests/2.31)", "exchangelib"),
        ("Evolution/3.46.4", "evolution"),
        ("okhttp/4.12.0", "okhttp"),
        ("Nextcloud Mail Crawler", "nextcloud"),
        ("curl/7.88.1", "tool"),
        ("", "silent"),
        ("ada@example.com", "other"),
        ("x" * 10_000 + "Thunderbird", "other"),
    ],
)
def test_a_program_has_a_family(agent: str, word: str) -> None:
    assert family_of(agent) == word
    assert word in FAMILIES


@pytest.mark.parametrize(
    ("status", "word"),
    [
        ("200 OK", "found"),
        ("302 Found", "found"),
        ("304 Not Modified", "not_modified"),
        ("404 Not Found", "nothing"),
        ("400 Bad Request", "refused"),
        ("429 Too Many Requests", "refused"),
        ("503 Service Unavailable", "error"),
        ("", "error"),
    ],
)
def test_a_status_has_an_outcome(status: str, word: str) -> None:
    assert outcome_of(status) == word
    assert word in OUTCOMES


# The page


def test_requests_are_counted_whichever_way_they_are_answered(asked: FlaskClient) -> None:
    agent = {"User-Agent": "Thunderbird/153.0"}
    for _ in range(3):
        asked.get(f"{CONFIG}?emailaddress=ada@example.com", headers=agent)
    asked.get(f"{CONFIG}?emailaddress=ada@unknown.example", headers=agent)
    asked.get(f"{CONFIG}?emailaddress=ada@@", headers=agent)
    asked.post(POX, data=b"", headers=agent)
    counts = samples(asked)
    name = "autoconfig_requests_total"
    assert counts[name, "thunderbird", "found", "mozilla"] == 3
    assert counts[name, "thunderbird", "nothing", "mozilla"] == 1
    assert counts[name, "thunderbird", "refused", "mozilla"] == 1
    assert counts[name, "thunderbird", "found", "autodiscover"] == 1


def test_long_paths_and_agents_are_told_apart_and_not_remembered() -> None:
    long = "x" * 8000
    assert protocol_of(f"/V1.1/{long}") == "directory"
    assert family_of(f"Thunderbird {long}") == "thunderbird"
    tracemalloc.start()
    try:
        for number in range(200):
            protocol_of(f"/v1.1/{number}{long}")
            family_of(f"Thunderbird {number}{long}")
        assert tracemalloc.get_traced_memory()[0] < 400_000
    finally:
        tracemalloc.stop()


def test_mobilesync_is_told_from_outlook(asked: FlaskClient) -> None:
    body = (
        "<Autodiscover><Request><EMailAddress>ada@exchange.example</EMailAddress><AcceptableResponseSchema>"
        "http://schemas.microsoft.com/exchange/autodiscover/mobilesync/responseschema/2006"
        "</AcceptableResponseSchema></Request></Autodiscover>"
    )
    asked.post(POX, data=body, headers={"User-Agent": "Outlook"})
    counts = samples(asked)
    assert counts["autoconfig_requests_total", "outlook", "found", "mobilesync"] == 1
    assert counts["autoconfig_request_seconds_count", "mobilesync"] == 1


def test_times_are_counted_in_buckets(asked: FlaskClient) -> None:
    for _ in range(5):
        asked.get("/healthz")
    counts = samples(asked)
    buckets = [counts["autoconfig_request_seconds_bucket", str(bound), "operations"] for bound in BUCKETS]
    assert buckets == sorted(buckets)
    assert counts["autoconfig_request_seconds_bucket", "+Inf", "operations"] == 5
    assert counts["autoconfig_request_seconds_count", "operations"] == 5
    assert 0 < counts["autoconfig_request_seconds_sum", "operations"] < 5


@pytest.mark.parametrize("bucket", range(len(BUCKETS)))
def test_a_time_is_counted_in_the_bucket_it_fits(bucket: int) -> None:
    meter = Meter()
    bound = BUCKETS[bucket]
    for seconds in (bound, bound, math.nextafter(bound, math.inf)):
        meter.request("/healthz", "curl", "200 OK", seconds)
    ((protocol, counts, seconds),) = meter.times()
    expected = [0.0] * (len(BUCKETS) + 1)
    expected[bucket], expected[bucket + 1] = 2.0, 1.0
    assert (protocol, counts) == ("operations", expected)
    assert seconds == pytest.approx(3 * bound)
    assert [count for _kind, count in meter.requests()] == [3.0]


def test_the_stores_are_told(asked: FlaskClient, store: Store) -> None:
    counts = samples(asked)
    (health,) = store.health()
    assert counts["autoconfig_store_domains", health.source] == health.domains > 5
    assert counts["autoconfig_store_providers", health.source] == health.providers > 5
    assert counts["autoconfig_store_usable", health.source] == 1
    assert counts["autoconfig_store_problems", health.source] == 0


def test_a_source_that_is_elsewhere_is_told_about(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/providers.db"
    imported(url, provider("one"), *domains("one", "one.example", "two.example"))
    store = open_stores([url])
    client = create_app(Settings(providers=(), resolve="off"), store).test_client()
    for name in ("one", "two", "one", "unknown"):
        client.get(f"/v1.1/{name}.example")
    counts = samples(client)
    (health,) = store.health()
    assert counts["autoconfig_store_answer_seconds_count", health.source] == health.questions >= 4
    assert 0 < counts["autoconfig_store_answer_seconds_sum", health.source] < 5
    assert counts["autoconfig_store_errors_total", health.source] == 0
    assert counts["autoconfig_store_kept_answers_total", "fresh", health.source] == health.hits > 0
    assert counts["autoconfig_store_kept_answers_total", "stale", health.source] == 0
    assert 0 <= counts["autoconfig_store_age_seconds", health.source] < 60
    store.close()


def test_what_happens_about_strangers_is_counted(store: Store) -> None:
    outcomes = {"found": found, "nothing": nothing, "offline": offline}
    resolver = FakeResolver(lambda address: outcomes[address.local_part](address))
    settings = Settings(providers=(), rate_limit=RateLimit(requests=4, seconds=60))
    client = create_app(settings, store, memory=MemoryCache(), resolver=resolver).test_client()
    addresses = [
        "found@one.test",
        "found@one.test",
        "nothing@two.test",
        "offline@three.test",
        "found@four.test",
    ]
    statuses = [client.get(f"/api/v1/resolve?emailaddress={name}").status_code for name in addresses]
    assert statuses == [200, 200, 404, 503, 429]
    counts = samples(client)
    resolutions = {key[1]: value for key, value in counts.items() if key[0] == "autoconfig_resolutions_total"}
    assert {name: value for name, value in resolutions.items() if value} == {
        found(EmailAddress.parse("found@one.test")).method: 1,
        "nothing": 1,
        "unavailable": 1,
    }
    assert counts["autoconfig_cache_looks_total", "fresh"] == 1
    assert counts["autoconfig_cache_looks_total", "missed"] == 3
    assert counts["autoconfig_rate_limited_total",] == 1


def test_every_event_is_on_the_page(asked: FlaskClient) -> None:
    counts = samples(asked)
    events = [
        key
        for key in counts
        if key[0].startswith(("autoconfig_res", "autoconfig_ca", "autoconfig_ra", "autoconfig_mx"))
    ]
    assert len(events) == len(EVENTS)


def test_an_event_of_tomorrow_is_not_counted() -> None:
    meter = Meter()
    meter.event("resolved_by_pigeon")
    assert not any(meter.events().values())


def test_no_address_and_no_domain_is_on_the_page(asked: FlaskClient) -> None:
    agent = {"User-Agent": "mark@mark.test"}
    for path in (f"{CONFIG}?emailaddress=mark@mark.test", f"{JSON}/v1.0/mark@mark.test", "/mark@mark.test"):
        asked.get(path, headers=agent, base_url="http://autoconfig.mark.test")
    assert "mark" not in asked.get("/metrics").text


def test_a_bug_counts_as_an_error(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    app = create_app(Settings(providers=(), resolve="off"), store)
    client = app.test_client()
    monkeypatch.setitem(app.view_functions, "operations.healthz", lambda: 1 / 0)
    assert client.get("/healthz").status_code == 500
    assert samples(client)["autoconfig_requests_total", "other", "error", "operations"] == 1
