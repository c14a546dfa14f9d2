"""The cache of one process, and counters that processes share."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from autoconfig.errors import SettingsError
from autoconfig.web.strangers.cache import MemoryCache, open_cache
from autoconfig.web.strangers.counts import PLACES, CountTable
from autoconfig.web.strangers.redis_cache import RedisCache
from tests.web.resolving import FakeClock

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(1000.0)


# --- entries


def test_what_was_put_there_is_there_for_its_time(clock: FakeClock) -> None:
    cache = MemoryCache(clock=clock)
    cache.put("key", b"value", 10)
    clock.now += 9.9
    assert cache.get("key") == b"value"
    clock.now += 0.1
    assert cache.get("key") is None


def test_what_was_never_put_there_is_not_there() -> None:
    assert MemoryCache().get("key") is None


def test_a_second_value_takes_the_place_and_has_a_time_of_its_own(clock: FakeClock) -> None:
    cache = MemoryCache(clock=clock)
    cache.put("key", b"one", 10)
    clock.now += 5
    cache.put("key", b"two", 10)
    clock.now += 9
    assert cache.get("key") == b"two"


def test_the_entry_that_was_not_used_for_longest_makes_room() -> None:
    cache = MemoryCache(most=2)
    cache.put("a", b"a", 60)
    cache.put("b", b"b", 60)
    cache.get("a")
    cache.put("c", b"c", 60)
    assert [cache.get(key) for key in "abc"] == [b"a", None, b"c"]


# --- counts


def test_a_count_starts_at_one_and_ends_after_its_time(clock: FakeClock) -> None:
    counts = CountTable(clock=clock)
    assert counts.count("a", 60) == (1, 60)
    clock.now += 30.5
    assert counts.count("a", 60) == (2, 30)
    clock.now += 29.4
    assert counts.count("a", 60) == (3, 1)
    clock.now += 0.1
    assert counts.count("a", 60) == (1, 60)


def test_keys_are_counted_apart(clock: FakeClock) -> None:
    counts = CountTable(clock=clock)
    keys = [f"192.0.2.{number}" for number in range(200)]
    for _ in range(2):
        numbers = {counts.count(key, 60)[0] for key in keys}
    assert numbers == {2}


def test_a_full_table_forgets_the_count_that_ends_first(clock: FakeClock) -> None:
    counts = CountTable(slots=PLACES, clock=clock)
    for number in range(PLACES):
        clock.now += 1
        counts.count(f"key{number}", 60)
    assert counts.count("one more", 60) == (1, 60)
    assert counts.count("key1", 60)[0] == 2
    assert counts.count("key0", 60)[0] == 1


def test_threads_lose_no_count() -> None:
    counts = CountTable()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: counts.count("key", 60), range(2000)))
    assert counts.count("key", 60)[0] == 2001


def in_a_child(work: Callable[[], object]) -> None:
    """Do the work in a process forked off, and wait for it."""
    pid = os.fork()
    if pid == 0:
        try:
            work()
        finally:
            os._exit(0)
    os.waitpid(pid, 0)


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_processes_forked_off_count_together() -> None:
    counts = CountTable()
    counts.count("key", 60)
    in_a_child(lambda: counts.count("key", 60))
    assert counts.count("key", 60)[0] == 3


def test_a_cache_counts_in_the_table_it_is_given() -> None:
    counts = CountTable()
    one, other = MemoryCache(counts), open_cache("memory://", counts)
    assert [one.count("key", 60)[0], other.count("key", 60)[0]] == [1, 2]


# --- which cache


def test_memory_is_a_url() -> None:
    assert isinstance(open_cache("memory://"), MemoryCache)


@pytest.mark.parametrize(
    "url", ["redis://127.0.0.1:1/0", "valkey://127.0.0.1:1", "rediss://h", "valkeys://h"]
)
def test_redis_and_valkey_are_urls_and_nobody_is_connected_to_yet(url: str) -> None:
    cache = open_cache(url)
    assert isinstance(cache, RedisCache)
    cache.close()


@pytest.mark.parametrize("url", ["redis://127.0.0.1/?colour=red", "redis://127.0.0.1/?db=first"])
def test_an_option_the_client_does_not_know_stops_the_start(url: str) -> None:
    with pytest.raises(SettingsError, match=r"^AUTOCONFIG_CACHE_URL is not a URL such as "):
        open_cache(url)
