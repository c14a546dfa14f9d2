"""The cache of one machine: values, counters and turns that processes share."""

from __future__ import annotations

import os
import random
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autoconfig.errors import SettingsError
from autoconfig.web.strangers import slots as slots_module
from autoconfig.web.strangers import turns as turns_module
from autoconfig.web.strangers.cache import MemoryCache, open_cache
from autoconfig.web.strangers.counts import PLACES, CountTable
from autoconfig.web.strangers.redis_cache import RedisCache
from autoconfig.web.strangers.slots import SlotTable
from autoconfig.web.strangers.turns import TURN_SECONDS, Turns
from tests.web.resolving import FakeClock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(1000.0)


# --- values


def test_what_was_put_there_is_there_for_its_time(clock: FakeClock) -> None:
    slots = SlotTable(clock=clock)
    slots.put("key", b"value", 10)
    clock.now += 9.9
    assert slots.get("key") == b"value"
    clock.now += 0.1
    assert slots.get("key") is None


def test_what_was_never_put_there_is_not_there() -> None:
    assert SlotTable().get("key") is None


def test_a_second_value_takes_the_place_and_has_a_time_of_its_own(clock: FakeClock) -> None:
    slots = SlotTable(clock=clock)
    slots.put("key", b"a longer value", 10)
    clock.now += 5
    slots.put("key", b"two", 10)
    clock.now += 9
    assert slots.get("key") == b"two"


def test_the_value_whose_time_ends_first_makes_room(clock: FakeClock) -> None:
    slots = SlotTable(slots=slots_module.PLACES, clock=clock)
    for number in range(slots_module.PLACES):
        slots.put(f"key{number}", b"value", 60 - number)
    slots.put("one more", b"more", 300)
    kept = [number for number in range(slots_module.PLACES) if slots.get(f"key{number}")]
    assert kept == list(range(slots_module.PLACES - 1))
    assert slots.get("one more") == b"more"


def test_many_values_are_kept_apart() -> None:
    slots = SlotTable()
    for number in range(1000):
        slots.put(f"key{number}", f"value{number}".encode(), 60)
    assert [slots.get(f"key{number}") for number in range(1000)] == [
        f"value{number}".encode() for number in range(1000)
    ]


def test_a_value_that_does_not_fit_is_not_kept() -> None:
    slots = SlotTable()
    noise = random.Random(1).randbytes
    slots.put("fits", noise(slots_module.SLOT_BYTES - 100), 60)
    slots.put("does not", noise(slots_module.SLOT_BYTES), 60)
    assert (slots.get("fits") is not None, slots.get("does not")) == (True, None)


@given(values=st.dictionaries(st.text(max_size=5), st.binary(max_size=300), max_size=8))
@settings(deadline=None)
def test_a_few_values_are_what_they_were(values: dict[str, bytes]) -> None:
    slots = SlotTable()
    for key, value in values.items():
        slots.put(key, value, 60)
    assert {key: slots.get(key) for key in values} == values


def test_a_value_that_two_processes_wrote_at_once_is_gone() -> None:
    slots = SlotTable(slots=1)
    slots.put("key", b"value" * 20, 60)
    slots._memory[-slots_module.SLOT_BYTES + slots_module._HEAD.size + 3] ^= 0xFF
    assert slots.get("key") is None


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_processes_forked_off_share_the_values() -> None:
    slots = SlotTable()
    in_a_child(lambda: slots.put("key", b"value", 60))
    assert slots.get("key") == b"value"


# --- turns


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_a_process_waits_for_another_one_at_the_same_thing() -> None:
    turns = Turns()
    with busy_child(turns, "key", 0.3):
        started = time.monotonic()
        with turns.turn("other key"):
            assert time.monotonic() - started < 0.2
        with turns.turn("key"):
            assert 0.2 <= time.monotonic() - started < TURN_SECONDS


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_a_process_waits_for_a_while_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns_module, "TURN_SECONDS", 0.1)
    turns = Turns()
    with busy_child(turns, "key", 30):
        started = time.monotonic()
        with turns.turn("key"):
            assert 0.1 <= time.monotonic() - started < 5


def test_a_turn_is_over_after_an_error() -> None:
    turns = Turns()
    with pytest.raises(LookupError), turns.turn("key"):
        raise LookupError
    assert lock_is_free(turns, "key")


def lock_is_free(turns: Turns, key: str) -> bool:
    """Whether another process could take the turn at once."""
    reading, writing = os.pipe()

    def work() -> None:
        started = time.monotonic()
        with turns.turn(key):
            os.write(writing, b"y" if time.monotonic() - started < 1 else b"n")

    in_a_child(work)
    os.close(writing)
    answer = os.read(reading, 1)
    os.close(reading)
    return answer == b"y"


@contextmanager
def busy_child(turns: Turns, key: str, seconds: float) -> Iterator[None]:
    """A process forked off that is at it for so long, or until the test is over."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            with turns.turn(key):
                os.write(writing, b"x")
                time.sleep(seconds)
        finally:
            os._exit(0)
    try:
        assert os.read(reading, 1) == b"x"
        yield
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(reading)
        os.close(writing)


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


# --- which cache


def test_memory_is_a_url() -> None:
    memory = MemoryCache()
    assert open_cache("memory://", memory) is memory
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
