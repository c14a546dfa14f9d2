"""The cache in a real Redis, alive and dead."""

from __future__ import annotations

import logging
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from redis import Redis

from autoconfig.model import EmailAddress
from autoconfig.settings import RateLimit
from autoconfig.web.limits import RateLimiter
from autoconfig.web.strangers.cache import MemoryCache
from autoconfig.web.strangers.redis_cache import LONGEST_TURN, PAUSE, PREFIX, TIMEOUT, RedisCache
from autoconfig.web.strangers.service import Strangers
from autoconfig.web.strangers.turns import TURN_SECONDS
from tests.databases.fixtures import made
from tests.databases.valkey import Valkey
from tests.web.fakes import FakeStore
from tests.web.resolving import FakeClock, FakeResolver

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def server() -> Iterator[Valkey]:
    """One server for the tests of this file."""
    with made(Valkey) as server:
        server.start()
        yield server


@pytest.fixture
def client(server: Valkey) -> Iterator[Redis]:
    """Somebody who looks into the server, which is empty."""
    with Redis(port=server.port) as client:
        client.flushall()
        yield client


@pytest.fixture
def cache(server: Valkey, client: Redis) -> Iterator[RedisCache]:
    cache = RedisCache(server.url, MemoryCache())
    yield cache
    cache.close()


# --- alive


def test_what_one_process_puts_there_another_gets(server: Valkey, cache: RedisCache) -> None:
    cache.put("key", b"\x00value\xff", 60)
    other = RedisCache(server.url.replace("redis:", "valkey:"), MemoryCache())
    assert other.get("key") == b"\x00value\xff"
    assert other.get("other") is None
    other.close()


def test_an_entry_is_kept_for_its_time(cache: RedisCache, client: Redis) -> None:
    cache.put("key", b"value", 86_400)
    assert client.ttl(f"{PREFIX}key") == 86_400


def test_counts_are_shared_and_end(server: Valkey, cache: RedisCache, client: Redis) -> None:
    other = RedisCache(server.url, MemoryCache())
    assert cache.count("key", 60) == (1, 60)
    assert other.count("key", 60)[0] == 2
    assert client.ttl(f"{PREFIX}key") in (59, 60)
    client.delete(f"{PREFIX}key")
    assert cache.count("key", 60) == (1, 60)
    other.close()


def test_two_services_ask_once(server: Valkey, client: Redis) -> None:
    resolver = FakeResolver()
    caches = [RedisCache(server.url, MemoryCache()) for _ in range(2)]
    one, other = (Strangers(store=FakeStore(), cache=cache, resolver=resolver) for cache in caches)
    one.settings_of(EmailAddress("ada", "example.com"))
    told = other.settings_of(EmailAddress("bob", "example.com"))
    assert told.content["incoming"][0]["username"] == "bob@example.com"
    assert len(resolver.questions) == 1
    for cache in caches:
        cache.close()


def test_machines_that_share_a_server_ask_once_at_the_same_time(server: Valkey, client: Redis) -> None:
    gate = threading.Event()
    resolver = FakeResolver(gate=gate)
    caches = [RedisCache(server.url, MemoryCache()) for _ in range(3)]
    services = [Strangers(store=FakeStore(), cache=cache, resolver=resolver) for cache in caches]
    with ThreadPoolExecutor(3) as pool:
        told = [pool.submit(one.settings_of, EmailAddress("ada", "example.com")) for one in services]
        time.sleep(0.3)
        gate.set()
        assert all(answer.result().found for answer in told)
    assert len(resolver.questions) == 1
    assert client.keys(f"{PREFIX}turn/*") == []
    for cache in caches:
        cache.close()


def test_a_machine_that_died_in_its_turn_is_waited_for_and_then_not(cache: RedisCache, client: Redis) -> None:
    client.set(f"{PREFIX}turn/key", "of somebody dead", ex=LONGEST_TURN)
    started = time.monotonic()
    with cache.turn("key"):
        assert TURN_SECONDS <= time.monotonic() - started < TURN_SECONDS + 1
    assert client.get(f"{PREFIX}turn/key") == b"of somebody dead", "nobody lets go of another's"
    assert client.ttl(f"{PREFIX}turn/key") <= LONGEST_TURN


def test_a_turn_ends_with_what_goes_wrong_in_it(cache: RedisCache, client: Redis) -> None:
    with suppress(ZeroDivisionError), cache.turn("key"):
        assert client.ttl(f"{PREFIX}turn/key") == LONGEST_TURN
        raise ZeroDivisionError
    assert client.keys() == []


def test_small_values_are_near_once_they_were_fetched(server: Valkey, client: Redis) -> None:
    cache = RedisCache(server.url, MemoryCache())
    client.set(f"{PREFIX}mx/key", b"value")
    assert cache.get("mx/key") == b"value"
    client.flushall()
    assert cache.get("mx/key") == b"value"
    assert cache.get("key") is None
    cache.close()


def test_no_key_and_no_value_holds_an_address(server: Valkey, client: Redis, cache: RedisCache) -> None:
    strangers = Strangers(store=FakeStore(), cache=cache, resolver=FakeResolver())
    strangers.settings_of(EmailAddress("ada.lovelace", "example.com"))
    strangers.document_of("example.com")
    keys = client.keys("*")
    assert len(keys) == 2
    for key in keys:
        text = key + client.get(key)
        assert b"lovelace" not in text
        assert b"postmaster" not in text


# --- dead


@pytest.fixture
def own_server() -> Iterator[Valkey]:
    """A server that one test may kill."""
    with made(Valkey) as server:
        server.start()
        yield server


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(1000.0)


@pytest.fixture
def dead(clock: FakeClock) -> Iterator[RedisCache]:
    """A cache whose server does not run."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    cache = RedisCache(f"redis://:secret@127.0.0.1:{port}/0", MemoryCache(), clock=clock)
    yield cache
    cache.close()


def test_without_the_server_this_side_remembers_on_its_own(dead: RedisCache) -> None:
    dead.put("key", b"value", 60)
    assert dead.get("key") == b"value"
    assert [dead.count("key", 60)[0], dead.count("key", 60)[0]] == [1, 2]


def test_without_the_server_a_limit_holds(dead: RedisCache) -> None:
    limiter = RateLimiter(dead, RateLimit(2, 60))
    assert [limiter.wait("192.0.2.1") > 0 for _ in range(3)] == [False, False, True]


def test_the_log_says_once_that_the_server_is_away_and_no_password(
    dead: RedisCache, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        dead.get("key")
        clock.now += PAUSE
        dead.get("key")
    assert caplog.messages == [
        "the shared cache does not answer (ConnectionError); this server keeps its own"
    ]


def test_a_silent_server_costs_one_timeout_and_then_nothing(clock: FakeClock) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        cache = RedisCache(f"redis://127.0.0.1:{silent.getsockname()[1]}", MemoryCache(), clock=clock)
        started = time.monotonic()
        assert cache.get("key") is None
        assert TIMEOUT <= time.monotonic() - started < TIMEOUT * 4
        started = time.monotonic()
        for _ in range(100):
            cache.get("key")
        assert time.monotonic() - started < TIMEOUT
        cache.close()


def test_one_thread_finds_out_whether_a_silent_server_speaks_again(clock: FakeClock) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        cache = RedisCache(f"redis://127.0.0.1:{silent.getsockname()[1]}", MemoryCache(), clock=clock)
        cache.get("key")
        clock.now += PAUSE
        with ThreadPoolExecutor(8) as pool:
            took = list(pool.map(lambda _: timed(cache), range(8)))
        assert sum(seconds >= TIMEOUT for seconds in took) == 1
        cache.close()


def timed(cache: RedisCache) -> float:
    started = time.monotonic()
    cache.get("key")
    return time.monotonic() - started


def test_a_server_that_comes_back_is_used_again(
    own_server: Valkey, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    cache = RedisCache(own_server.url, MemoryCache(), clock=clock)
    cache.put("key", b"value", 60)
    own_server.kill()
    assert cache.get("key") == b"value"
    own_server.start()
    assert cache.get("key") == b"value"
    clock.now += PAUSE
    assert cache.get("key") is None
    assert caplog.messages[-1] == "the shared cache answers again"
    cache.close()


def test_a_restart_that_nobody_noticed_costs_no_pause(
    own_server: Valkey, caplog: pytest.LogCaptureFixture
) -> None:
    """Every connection that is kept is broken then."""
    cache = RedisCache(own_server.url, MemoryCache())
    with ThreadPoolExecutor(20) as pool:
        list(pool.map(lambda number: cache.put(f"key{number}", b"value", 60), range(200)))
    own_server.kill()
    own_server.start()
    with Redis(port=own_server.port) as client:
        client.set(f"{PREFIX}new", b"value")
    assert [cache.get("new") for _ in range(30)] == [b"value"] * 30
    assert cache.count("rate", 60) == (1, 60)
    assert caplog.messages == []
    cache.close()


def test_a_value_of_another_kind_is_no_answer(cache: RedisCache, client: Redis) -> None:
    client.lpush(f"{PREFIX}key", "a list")
    assert cache.get("key") is None
