"""Strangers' settings: asked for once, kept for a while, and there while the network is down."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import pytest

from autoconfig.errors import Unavailable
from autoconfig.model import EmailAddress
from autoconfig.web.strangers.cache import MemoryCache
from autoconfig.web.strangers.entry import FOUND_SECONDS, NOTHING_SECONDS, STALE_SECONDS
from autoconfig.web.strangers.service import DEADLINE, Strangers
from tests.web.fakes import FakeStore
from tests.web.resolving import FAILED, FakeClock, FakeResolver, found, imap, nothing, offline

if TYPE_CHECKING:
    from collections.abc import Callable

    from autoconfig.resolver.resolution import Resolution
    from autoconfig.stores import Store

ADA = EmailAddress("ada", "example.com")
BOB = EmailAddress("bob", "example.com")

CALLERS = 100


class World(NamedTuple):
    """The service, and what a test holds in its hands."""

    strangers: Strangers
    resolver: FakeResolver
    clock: FakeClock
    cache: SeenCache


class SeenCache(MemoryCache):
    """A cache that shows what was put there."""

    def __init__(self, clock: FakeClock) -> None:
        super().__init__(clock=clock)
        self.seen: dict[str, bytes] = {}
        keep = self.put

        def put(key: str, value: bytes, seconds: float) -> None:
            self.seen[key] = value
            keep(key, value, seconds)

        self.put = put


@pytest.fixture
def world() -> World:
    return world_with()


def world_with(
    resolver: FakeResolver | None = None, store: Store | None = None, *, most_waiting: int = CALLERS
) -> World:
    """A service with an empty store; all settings are found unless the resolver says otherwise."""
    resolver = resolver or FakeResolver()
    clock = FakeClock()
    cache = SeenCache(clock)
    strangers = Strangers(
        store=store or FakeStore(), cache=cache, resolver=resolver, clock=clock, most_waiting=most_waiting
    )
    return World(strangers, resolver, clock, cache)


def username(world: World, address: EmailAddress) -> str:
    """The login name an address is told."""
    told = world.strangers.settings_of(address)
    assert told.found
    return str(told.content["incoming"][0]["username"])


def at_once(count: int, work: Callable[[int], object]) -> list[object]:
    """Do the work in so many threads."""
    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(work, range(count)))


# --- asked once


def test_a_hundred_callers_of_one_domain_cause_one_question() -> None:
    gate = threading.Event()
    world = world_with(FakeResolver(gate=gate))
    addresses = [EmailAddress(f"user{number}", "example.com") for number in range(CALLERS)]

    def ask(number: int) -> str:
        if number == CALLERS - 1:
            gate.set()
        return username(world, addresses[number])

    assert at_once(CALLERS, ask) == [str(address) for address in addresses]
    assert len(world.resolver.questions) == 1


def test_callers_of_two_domains_cause_two_questions(world: World) -> None:
    addresses = [EmailAddress("ada", f"example{number % 2}.com") for number in range(CALLERS)]
    at_once(CALLERS, lambda number: username(world, addresses[number]))
    assert sorted(question.address for question in world.resolver.questions) == [
        "ada@example0.com",
        "ada@example1.com",
    ]


def test_the_question_is_asked_with_the_callers_own_address(world: World) -> None:
    world.strangers.settings_of(ADA)
    assert world.resolver.questions == [("ada@example.com", DEADLINE, ())]


def test_the_second_caller_is_told_its_own_login_name_without_a_question(world: World) -> None:
    assert username(world, ADA) == "ada@example.com"
    assert username(world, BOB) == "bob@example.com"
    assert len(world.resolver.questions) == 1


def test_whoever_waits_is_told_the_failure_too() -> None:
    gate = threading.Event()
    world = world_with(FakeResolver(offline, gate))

    def ask(number: int) -> str:
        if number == CALLERS - 1:
            gate.set()
        with pytest.raises(Unavailable) as caught:
            world.strangers.settings_of(ADA)
        return str(caught.value)

    said = at_once(CALLERS, ask)
    assert set(said) == {offline(ADA).reason}


# --- personal settings


def personal(address: EmailAddress) -> Resolution:
    """The settings of a server that maps mailboxes to numbers."""
    return found(address, imap("imap.example.com", f"u-{address.local_part.encode().hex()}"))


def test_two_mailboxes_with_mapped_login_names_are_told_their_own() -> None:
    world = world_with(FakeResolver(personal))
    assert username(world, ADA) == "u-616461"
    assert username(world, BOB) == "u-626f62"
    assert username(world, ADA) == "u-616461"
    assert len(world.resolver.questions) == 3


def test_a_crowd_of_mailboxes_with_mapped_login_names_are_told_their_own() -> None:
    gate = threading.Event()
    world = world_with(FakeResolver(personal, gate))
    addresses = [EmailAddress(f"user{number % 10}", "example.com") for number in range(CALLERS)]

    def ask(number: int) -> str:
        if number == CALLERS - 1:
            gate.set()
        return username(world, addresses[number])

    assert at_once(CALLERS, ask) == [f"u-{address.local_part.encode().hex()}" for address in addresses]


def test_personal_settings_are_not_kept() -> None:
    world = world_with(FakeResolver(personal))
    world.strangers.settings_of(ADA)
    assert kept(world) == []


def test_what_is_kept_holds_no_address(world: World) -> None:
    world.resolver.answer = lambda address: found(
        address, imap("imap.example.com", "%EMAILLOCALPART%"), trace=(replace(FAILED, target=str(address)),)
    )
    world.strangers.settings_of(EmailAddress("ada.lovelace", "example.com"))
    (value,) = kept(world)
    assert b"lovelace" not in value
    assert b"%EMAILLOCALPART%" in value


def kept(world: World) -> list[bytes]:
    """Every value that was put into the cache."""
    return list(world.cache.seen.values())


# --- how long


def test_found_settings_are_kept_for_an_hour(world: World) -> None:
    world.strangers.settings_of(ADA)
    world.clock.now += FOUND_SECONDS - 1
    told = world.strangers.settings_of(ADA)
    assert (told.age, told.seconds_left, len(world.resolver.questions)) == (3599, 1, 1)
    world.clock.now += 1
    told = world.strangers.settings_of(ADA)
    assert (told.age, told.seconds_left, len(world.resolver.questions)) == (0, 3600, 2)


def test_nothing_is_kept_for_five_minutes(world: World) -> None:
    world.resolver.answer = nothing
    assert not world.strangers.settings_of(ADA).found
    world.clock.now += NOTHING_SECONDS - 1
    assert not world.strangers.settings_of(BOB).found
    assert len(world.resolver.questions) == 1
    world.clock.now += 1
    world.resolver.answer = found
    assert world.strangers.settings_of(BOB).found


def test_nothing_after_a_failure_is_not_kept(world: World) -> None:
    world.resolver.answer = lambda address: nothing(address, trace=(FAILED,))
    assert not world.strangers.settings_of(ADA).found
    world.resolver.answer = found
    assert world.strangers.settings_of(ADA).found


def test_being_offline_is_not_kept(world: World) -> None:
    world.resolver.answer = offline
    with pytest.raises(Unavailable):
        world.strangers.settings_of(ADA)
    world.resolver.answer = found
    assert world.strangers.settings_of(ADA).found


def test_a_bug_of_the_resolver_is_not_kept(world: World) -> None:
    def broken(address: EmailAddress) -> Resolution:
        raise LookupError("a bug")

    world.resolver.answer = broken
    with pytest.raises(LookupError):
        world.strangers.settings_of(ADA)
    world.resolver.answer = found
    assert world.strangers.settings_of(ADA).found


def test_settings_by_the_mx_of_a_store_are_asked_for_anew(world: World) -> None:
    world.resolver.answer = lambda address: found(address, source="/etc/providers/hoster.toml")
    for _ in range(2):
        assert world.strangers.settings_of(ADA).content["source"] == "local store"
    assert len(world.resolver.questions) == 2


def test_other_settings_of_the_service_part_what_is_kept(world: World) -> None:
    world.strangers.settings_of(ADA)
    other = Strangers(
        store=FakeStore(), cache=world.cache, resolver=world.resolver, scope="x", clock=world.clock
    )
    other.settings_of(ADA)
    assert len(world.resolver.questions) == 2


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"\xff",
        b"[]",
        b"null",
        b"{}",
        b'{"version":0,"made":1,"found":true,"content":{}}',
        b'{"version":1,"made":"x","found":true,"content":{}}',
        b'{"version":1,"made":1,"found":true,"content":[]}',
        b"[" * 100_000,
    ],
)
def test_nonsense_in_the_cache_is_not_believed(world: World, value: bytes) -> None:
    world.strangers.settings_of(ADA)
    (key,) = world.cache.seen
    world.cache.put(key, value, 3600)
    assert username(world, BOB) == "bob@example.com"
    assert len(world.resolver.questions) == 2


# --- while the network is down


def timeout(_address: EmailAddress) -> Resolution:
    raise TimeoutError


def unsure(address: EmailAddress) -> Resolution:
    return nothing(address, trace=(FAILED,))


@pytest.mark.parametrize("trouble", [offline, timeout, unsure])
def test_old_settings_are_told_for_a_day_while_nobody_answers(
    world: World, trouble: Callable[[EmailAddress], Resolution]
) -> None:
    world.strangers.settings_of(ADA)
    world.resolver.answer = trouble
    world.clock.now += STALE_SECONDS - 1
    assert username(world, BOB) == "bob@example.com"
    told = world.strangers.settings_of(BOB)
    assert (told.age, told.seconds_left) == (STALE_SECONDS - 1, 0)
    assert len(world.resolver.questions) == 2


@pytest.mark.parametrize("trouble", [offline, timeout])
def test_settings_older_than_a_day_are_not_told(
    world: World, trouble: Callable[[EmailAddress], Resolution]
) -> None:
    world.strangers.settings_of(ADA)
    world.resolver.answer = trouble
    world.clock.now += STALE_SECONDS
    with pytest.raises(Unavailable):
        world.strangers.settings_of(ADA)


def test_a_domain_that_has_no_settings_any_more_is_believed(world: World) -> None:
    world.strangers.settings_of(ADA)
    world.resolver.answer = nothing
    world.clock.now += FOUND_SECONDS
    assert not world.strangers.settings_of(ADA).found
    world.resolver.answer = offline
    world.clock.now += NOTHING_SECONDS
    with pytest.raises(Unavailable):
        world.strangers.settings_of(ADA)


def test_nothing_does_not_stand_in_while_the_network_is_down(world: World) -> None:
    world.resolver.answer = nothing
    world.strangers.settings_of(ADA)
    world.resolver.answer = offline
    world.clock.now += NOTHING_SECONDS
    with pytest.raises(Unavailable):
        world.strangers.settings_of(ADA)


def test_the_network_comes_back(world: World) -> None:
    world.strangers.settings_of(ADA)
    world.clock.now += FOUND_SECONDS
    world.resolver.answer = offline
    assert world.strangers.settings_of(ADA).age == FOUND_SECONDS
    world.resolver.answer = found
    world.clock.now += 29
    assert world.strangers.settings_of(ADA).age == FOUND_SECONDS + 29
    world.clock.now += 1
    assert world.strangers.settings_of(ADA).age == 0


# --- too many


def test_more_than_may_wait_are_sent_away_at_once() -> None:
    gate = threading.Event()
    world = world_with(FakeResolver(gate=gate), most_waiting=2)
    with ThreadPoolExecutor(2) as pool:
        waiting = [pool.submit(username, world, EmailAddress("ada", f"slow{n}.com")) for n in range(2)]
        wait_until(lambda: len(world.resolver.questions) == 2)
        with pytest.raises(Unavailable, match=r"^Too many questions at once\.$") as caught:
            world.strangers.settings_of(ADA)
        gate.set()
        assert [done.result() for done in waiting] == ["ada@slow0.com", "ada@slow1.com"]
    assert caught.value.retry == 5
    assert username(world, ADA) == "ada@example.com"


def test_what_is_kept_needs_no_place_among_those_who_wait() -> None:
    gate = threading.Event()
    gate.set()
    world = world_with(FakeResolver(gate=gate), most_waiting=1)
    world.strangers.settings_of(ADA)
    gate.clear()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(username, world, EmailAddress("ada", "slow.com"))
        wait_until(lambda: len(world.resolver.questions) == 2)
        assert username(world, BOB) == "bob@example.com"
        gate.set()
        assert waiting.result() == "ada@slow.com"


def wait_until(true: Callable[[], bool]) -> None:
    """Give other threads time."""
    deadline = time.monotonic() + 10
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.001)


# --- listed domains, and traces


def test_a_listed_domain_is_asked_for_in_the_store_alone_and_not_kept(store: Store) -> None:
    world = world_with(store=store)
    for address in (ADA, BOB):
        assert username(world, address) == str(address)
    assert [question.methods for question in world.resolver.questions] == [("local",), ("local",)]
    assert kept(world) == []


def test_a_trace_is_asked_for_anew_and_is_the_callers_own(world: World) -> None:
    world.resolver.answer = lambda address: found(address, trace=(replace(FAILED, target=str(address)),))
    world.strangers.settings_of(ADA)
    told = world.strangers.settings_of(BOB, trace=True)
    assert [line["target"] for line in told.content["trace"]] == ["bob@example.com"]
    assert [question.address for question in world.resolver.questions] == [str(ADA), str(BOB)]


def test_closing_closes_the_resolver(world: World) -> None:
    world.strangers.close()
    assert world.resolver.closed
