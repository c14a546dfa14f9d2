"""Strangers' settings: asked for once, told to many, and personal ones to nobody else."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from autoconfig.errors import Unavailable
from autoconfig.model import EmailAddress
from autoconfig.web.strangers.service import DEADLINE
from tests.web.resolving import (
    ADA,
    BOB,
    CALLERS,
    FAILED,
    FakeResolver,
    World,
    found,
    imap,
    kept,
    offline,
    username,
    world_with,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from autoconfig.resolver.resolution import Resolution
    from autoconfig.stores import Store


@pytest.fixture
def world() -> World:
    return world_with()


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
