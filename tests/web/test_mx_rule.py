"""The MX rule: whose customers are served, what is kept of that, and what a question may cost."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autoconfig.errors import StoreDown
from autoconfig.web.strangers import mx_rule
from autoconfig.web.strangers.mx_entry import LONGEST, STALE_SECONDS, MxEntry
from autoconfig.web.strangers.mx_rule import MxRule
from tests.web.mx import SERVFAIL, SILENCE, UNREACHABLE, FakeMx, mx
from tests.web.resolving import FakeClock, SeenCache

if TYPE_CHECKING:
    from autoconfig.errors import LookupFailed
    from autoconfig.net.records import Answer

OURS = "mx.example.net"
CUSTOMER = "customer.org"


class MxStore:
    """Has one MX domain, or is down."""

    def __init__(self, *names: str) -> None:
        self.names = names
        self.down = False

    def find_by_mx(self, name: str) -> object:
        if self.down:
            raise StoreDown("The store does not answer.")
        return "a provider" if name in self.names else None


class World(NamedTuple):
    rule: MxRule
    dns: FakeMx
    store: MxStore
    clock: FakeClock
    cache: SeenCache
    counted: list[str]


def world_of(answers: dict[str, Answer] | None = None, *, places: int = 2, **options: bool) -> World:
    """A rule whose DNS has one customer, unless told otherwise."""
    dns = FakeMx({CUSTOMER: mx((10, f"a.{OURS}"))} if answers is None else answers)
    store, clock, counted = MxStore(OURS), FakeClock(), []
    cache = SeenCache(clock)
    rule = MxRule(
        store=store,  # type: ignore[arg-type]
        cache=cache,
        asking=dns,
        places=places,
        clock=clock,
        count=counted.append,
        **options,
    )
    return World(rule, dns, store, clock, cache, counted)


def ask(world: World, domain: str = CUSTOMER) -> str | None:
    return world.rule.mx_domain(domain, lambda: True)


# Whose customers


@pytest.mark.parametrize(
    ("records", "served"),
    [
        ([(10, OURS)], True),
        ([(10, f"a.{OURS}")], True),
        ([(10, f"a.b.{OURS}")], False),
        ([(10, "mx.example.org")], False),
        ([(20, f"a.{OURS}"), (10, "mx.example.org")], False),
        ([(10, f"a.{OURS}"), (20, "mx.example.org")], True),
        ([(10, "a.example.org"), (10, f"b.{OURS}")], True),
        ([(10, f"{name}.example.org") for name in "abcdef"] + [(10, f"z.{OURS}")], True),
        ([(0, ".")], False),
        ([], False),
    ],
)
def test_the_most_preferred_host_decides(records: list[tuple[int, str]], served: bool) -> None:
    world = world_of({CUSTOMER: mx(*records)})
    expected = OURS if served else None
    assert ask(world) == expected
    assert ask(world) == expected, "and what is kept says the same"
    assert world.dns.questions == [CUSTOMER]


def test_the_registrable_domain_of_the_host_counts_too() -> None:
    world = world_of({CUSTOMER: mx((10, "a.b.c.example.net"))})
    world.store.names = ("example.net",)
    assert ask(world) == "example.net"


# What may be asked


@pytest.mark.parametrize(
    "domain", ["org", "co.uk", "localhost", "a.test", "a.example", "b.internal", "c.home.arpa"]
)
def test_names_that_nobody_can_have_are_not_asked_for(domain: str) -> None:
    world = world_of()
    assert ask(world, domain) is None
    assert world.dns.questions == []
    assert world.counted == ["mx_cache_missed", "mx_refused"]


def test_name_servers_of_ones_own_may_have_any_name_but_a_public_suffix() -> None:
    world = world_of({"a.test": mx((10, OURS)), "test": mx((10, OURS))}, any_name=True)
    assert ask(world, "a.test") == OURS
    assert ask(world, "test") is None
    assert world.dns.questions == ["a.test"]


def test_who_may_not_ask_learns_what_is_known_and_nothing_else() -> None:
    world = world_of()
    assert world.rule.mx_domain(CUSTOMER, lambda: False) is None
    assert world.dns.questions == []
    ask(world)
    assert world.rule.mx_domain(CUSTOMER, lambda: False) == OURS


def test_nobody_counts_who_asks_about_what_is_known() -> None:
    world = world_of()
    ask(world)
    allowed: list[None] = []
    world.rule.mx_domain(CUSTOMER, lambda: allowed.append(None) or True)  # type: ignore[func-returns-value]
    assert allowed == []


# What is kept


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        (mx((10, OURS), ttl=600), 600),
        (mx((10, OURS), ttl=1), 60),
        (mx((10, OURS), ttl=10**6), LONGEST),
        (mx((10, "mx.example.org"), ttl=600), 600),
        (mx(ttl=10), 60),
        (mx(ttl=10**6), 300),
    ],
)
def test_an_answer_is_fresh_for_its_ttl_within_bounds(answer: Answer, seconds: int) -> None:
    world = world_of({CUSTOMER: answer})
    ask(world)
    world.clock.now += seconds - 1
    ask(world)
    assert len(world.dns.questions) == 1
    world.clock.now += 1
    ask(world)
    assert len(world.dns.questions) == 2


def test_a_customer_is_told_what_was_known_and_asked_for_again_behind_its_back() -> None:
    world = world_of()
    ask(world)
    world.clock.now += LONGEST
    world.dns.answers[CUSTOMER] = SILENCE
    started = time.monotonic()
    assert ask(world) == OURS
    assert ask(world) == OURS
    assert time.monotonic() - started < mx_rule.WAIT_SECONDS / 2
    assert len(world.dns.questions) == 2, "one question, however often it is wanted"
    world.dns.answers[CUSTOMER] = mx((10, "mx.example.org"))
    world.dns.go_on()
    assert ask(world) is None


def test_a_customer_stays_one_for_a_week_without_the_dns() -> None:
    world = world_of()
    ask(world)
    world.dns.answers[CUSTOMER] = UNREACHABLE
    world.clock.now += STALE_SECONDS - 1
    assert ask(world) == OURS
    world.clock.now += 1
    assert ask(world) is None


def test_nobody_else_is_kept_beyond_the_ttl() -> None:
    world = world_of({CUSTOMER: mx((10, "mx.example.org"), ttl=600)})
    ask(world)
    world.dns.answers[CUSTOMER] = mx((10, OURS))
    world.clock.now += 600
    assert ask(world) == OURS


def test_a_provider_that_is_listed_later_has_its_customers_at_once() -> None:
    world = world_of({CUSTOMER: mx((10, "mx.example.org"))})
    assert ask(world) is None
    world.store.names = ("mx.example.org",)
    assert ask(world) == "mx.example.org"
    assert len(world.dns.questions) == 1


def test_a_failure_is_not_kept() -> None:
    world = world_of({CUSTOMER: SERVFAIL})
    assert ask(world) is None
    world.dns.answers[CUSTOMER] = mx((10, OURS))
    assert ask(world) == OURS


def test_rules_under_other_settings_keep_apart() -> None:
    world = world_of()
    ask(world)
    other = MxRule(store=world.store, cache=world.cache, asking=world.dns, places=1, scope="other")  # type: ignore[arg-type]
    assert other.mx_domain(CUSTOMER, lambda: False) is None


def test_a_store_that_is_down_does_not_make_a_no() -> None:
    world = world_of()
    world.store.down = True
    with pytest.raises(StoreDown):
        ask(world)
    world.store.down = False
    assert ask(world) == OURS


@given(
    st.binary(max_size=80)
    | st.from_regex(rb"mx1 [0-9]{1,12} [0-9]{1,5}( [a-zA-Z. @]{0,9}){0,4}", fullmatch=True)
)
def test_nonsense_in_the_cache_is_not_believed(data: bytes) -> None:
    entry = MxEntry.from_bytes(data)
    assert entry is None or MxEntry.from_bytes(entry.as_bytes()) == entry
    assert entry is None or (entry.fresh_seconds <= LONGEST and len(entry.hosts) <= 2)


@pytest.mark.parametrize(
    "data", [None, b"", b"mx1", b"mx1 x 60", b"mx2 1 60", b"mx1 1 60 A", b"mx1 1 60 a b c"]
)
def test_what_is_no_entry_is_none(data: bytes | None) -> None:
    assert MxEntry.from_bytes(data) is None


def test_a_clock_that_was_set_back_makes_no_entry_immortal() -> None:
    assert not MxEntry(2_000_000_000, 60, ()).is_fresh(1_800_000_000)


def test_the_longest_entry_fits_its_slot() -> None:
    labels = [letter * 60 for letter in ("q7x", "w2z", "j9k", "v4b")]
    hosts = tuple(
        ".".join([*(label[:60] for label in labels[:3]), end]) for end in ("example.net", "example.org")
    )
    world = world_of({CUSTOMER: mx(*((10, host) for host in hosts))})
    ask(world)
    ask(world)
    assert len(world.dns.questions) == 1


# What a question costs


def test_a_silent_dns_costs_a_second_and_a_half_and_then_next_to_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(mx_rule, "WAIT_SECONDS", 0.3)
    monkeypatch.setattr(mx_rule, "SILENT_WAIT_SECONDS", 0.01)
    world = world_of({f"{name}.org": SILENCE for name in "abc"})
    started = time.monotonic()
    assert ask(world, "a.org") is None
    assert 0.3 <= time.monotonic() - started < 1
    started = time.monotonic()
    assert ask(world, "b.org") is None
    assert time.monotonic() - started < 0.2
    assert world.dns.questions == ["a.org", "b.org"]
    assert world.counted.count("mx_unanswered") == 2


def test_who_makes_one_domain_silent_does_not_lock_new_customers_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name server of one's own that never answers is easily had."""
    monkeypatch.setattr(mx_rule, "WAIT_SECONDS", 0.05)
    monkeypatch.setattr(mx_rule, "SILENT_WAIT_SECONDS", 2)
    world = world_of({"attacker.org": SILENCE, CUSTOMER: SILENCE})
    assert ask(world, "attacker.org") is None
    with ThreadPoolExecutor(1) as pool:
        told = pool.submit(ask, world)
        until(lambda: CUSTOMER in world.dns.questions)
        world.dns.answers[CUSTOMER] = mx((10, OURS))
        world.dns.go_on()
        assert told.result() == OURS


def test_one_silent_domain_does_not_make_the_dns_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mx_rule, "WAIT_SECONDS", 0.2)
    world = world_of({"slow.org": SILENCE, CUSTOMER: mx((10, OURS))})
    assert ask(world, "heard.org") is None
    assert ask(world, "slow.org") is None
    assert ask(world) == OURS


@pytest.mark.parametrize("first", [mx(), SERVFAIL], ids=["nothing", "SERVFAIL"])
def test_the_first_answer_ends_the_silence(
    monkeypatch: pytest.MonkeyPatch, first: Answer | LookupFailed
) -> None:
    monkeypatch.setattr(mx_rule, "WAIT_SECONDS", 0.05)
    world = world_of({"slow.org": SILENCE, "other.org": SILENCE, CUSTOMER: mx((10, OURS))})
    ask(world, "slow.org")
    monkeypatch.setattr(mx_rule, "SILENT_WAIT_SECONDS", 0)
    ask(world, "other.org")
    world.dns.answers["slow.org"] = first
    world.dns.go_on()
    monkeypatch.setattr(mx_rule, "WAIT_SECONDS", 2)
    with ThreadPoolExecutor(1) as pool:
        world.dns.answers["new.org"] = SILENCE
        told = pool.submit(ask, world, "new.org")
        until(lambda: "new.org" in world.dns.questions)
        time.sleep(0.05)
        world.dns.answers["new.org"] = mx((10, OURS))
        world.dns.go_on()
        assert told.result() == OURS


def test_no_more_threads_wait_than_there_are_places() -> None:
    world = world_of({f"slow{number}.org": SILENCE for number in range(9)}, places=2)
    ask(world, "heard.org")
    with ThreadPoolExecutor(2) as waiting:
        for number in range(2):
            waiting.submit(ask, world, f"slow{number}.org")
        until(lambda: len(world.dns.questions) == 3)
        started = time.monotonic()
        assert ask(world, "slow8.org") is None
        assert time.monotonic() - started < 0.5
        world.dns.answers = {}
        world.dns.go_on()
    assert "slow8.org" in world.dns.questions, "it is asked for all the same"
    assert ask(world, "slow8.org") is None
    assert world.counted.count("mx_refused") == 1


def test_no_more_questions_are_under_way_than_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mx_rule, "MOST_ASKED", 3)
    monkeypatch.setattr(mx_rule, "WAIT_SECONDS", 0.02)
    world = world_of({f"slow{number}.org": SILENCE for number in range(9)})
    for number in range(9):
        ask(world, f"slow{number}.org")
    assert len(world.dns.questions) == 3
    world.dns.answers = {}
    world.dns.go_on()
    ask(world, "next.org")
    assert len(world.dns.questions) == 4


def test_equal_questions_are_asked_once() -> None:
    world = world_of({CUSTOMER: SILENCE}, places=8)
    with ThreadPoolExecutor(8) as pool:
        told = [pool.submit(ask, world) for _ in range(8)]
        until(lambda: world.counted.count("mx_cache_missed") == 8)
        world.dns.answers[CUSTOMER] = mx((10, OURS))
        world.dns.go_on()
        assert [answer.result() for answer in told] == [OURS] * 8
    assert world.dns.questions == [CUSTOMER]


def until(condition: object) -> None:
    deadline = time.monotonic() + 5
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline
        threading.Event().wait(0.005)
