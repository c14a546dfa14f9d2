"""A PACC document changes, and no client refuses it: whatever it holds of the document and of the DNS."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pytest

from autoconfig.formats import pacc, zone
from autoconfig.formats.pacc.rollover import HELD_SECONDS, STILL_SERVED, PastDigest, Rollover
from autoconfig.publish import MAX_AGE, Publisher, rollover
from autoconfig.stores import memory_of
from autoconfig.stores.directory import DirectoryStore
from tests.publishing import OTHER, FakeStore, there
from tests.stores.folder import toml_text
from tests.stores.test_memory import Clock, clock

if TYPE_CHECKING:
    from pathlib import Path

    from autoconfig.stores import Memory

__all__ = ["clock"]

DOMAIN = "example.com"
A, B, C = (pacc.digest(text) for text in (b"a", b"b", b"c"))
NOW = 1_800_000_000.0


def test_a_document_is_held_as_long_as_http_lets_it() -> None:
    assert HELD_SECONDS >= MAX_AGE


def test_an_older_digest_is_needed_until_its_document_is_let_go() -> None:
    told = Rollover(digest=B, past=(PastDigest(A, NOW),))
    assert [pacc.digests_of([text]) for text in told.texts(NOW)] == [{B}, {A}]
    assert told.texts(NOW + HELD_SECONDS) == [pacc.text_of(B)]
    assert (told.done(NOW), told.done(NOW + HELD_SECONDS)) == (frozenset(), {A})
    assert told.draft is False


def test_what_is_served_while_there_is_a_draft_is_always_needed() -> None:
    told = Rollover(digest=B, past=(PastDigest(A, STILL_SERVED),))
    assert told.texts(NOW + 1e9) == [pacc.text_of(B), pacc.text_of(A)]
    assert told.draft is True


# Stores and drafts


def publisher(folder: Path, host: str) -> Publisher:
    """A publisher of a folder whose provider has its server at a host."""
    folder.mkdir(exist_ok=True)
    (folder / "example.com.toml").write_text(toml_text(DOMAIN, host=host))
    return Publisher(DirectoryStore(folder))


def memory_at(of: Publisher) -> Memory:
    memory = memory_of(of.store, DOMAIN)
    assert memory is not None
    return memory


def digest_of(of: Publisher) -> str:
    return pacc.digest(there(of.pacc(DOMAIN)).body)


def test_without_a_document_there_is_nothing_to_roll() -> None:
    assert rollover(Publisher(FakeStore(OTHER)), "nobody.example") is None


def test_a_store_that_remembers_nothing_has_the_newest_alone() -> None:
    of = Publisher(FakeStore(OTHER))
    digest = pacc.digest(there(of.pacc("other.example")).body)
    assert rollover(of, "other.example") == Rollover(digest=digest)


def test_a_document_that_is_served_is_noted_once(tmp_path: Path) -> None:
    of = publisher(tmp_path / "live", "one.example.net")
    there(of.pacc(DOMAIN))
    assert memory_at(of).keep()
    changed = publisher(tmp_path / "live", "two.example.net")
    told = rollover(changed, DOMAIN)
    assert told is not None
    assert [past.digest for past in told.past] == [digest_of(of)]


def test_a_draft_has_what_is_served_beside_it(tmp_path: Path) -> None:
    live, draft = (
        publisher(tmp_path / "live", "one.example.net"),
        publisher(tmp_path / "draft", "two.example.net"),
    )
    told = rollover(draft, DOMAIN, live)
    assert told == Rollover(digest=digest_of(draft), past=(PastDigest(digest_of(live), STILL_SERVED),))


def test_a_draft_that_changes_nothing_is_no_draft(tmp_path: Path) -> None:
    live, draft = (
        publisher(tmp_path / "live", "one.example.net"),
        publisher(tmp_path / "draft", "one.example.net"),
    )
    assert rollover(draft, DOMAIN, live) == Rollover(digest=digest_of(live))


def test_a_draft_of_a_new_domain_has_no_past(tmp_path: Path) -> None:
    draft = publisher(tmp_path / "draft", "one.example.net")
    assert rollover(draft, DOMAIN, Publisher(FakeStore(OTHER))) == Rollover(digest=digest_of(draft))


def test_a_draft_keeps_what_the_live_folder_still_needs(tmp_path: Path) -> None:
    first = publisher(tmp_path / "live", "one.example.net")
    there(first.pacc(DOMAIN))
    memory_at(first).keep()
    live = publisher(tmp_path / "live", "two.example.net")
    told = rollover(publisher(tmp_path / "draft", "three.example.net"), DOMAIN, live)
    assert told is not None
    assert [past.digest for past in told.past] == [digest_of(live), digest_of(first)]


def test_a_draft_that_goes_back_is_its_own_past_no_more(tmp_path: Path) -> None:
    first = publisher(tmp_path / "live", "one.example.net")
    there(first.pacc(DOMAIN))
    memory_at(first).keep()
    live = publisher(tmp_path / "live", "two.example.net")
    told = rollover(publisher(tmp_path / "draft", "one.example.net"), DOMAIN, live)
    assert told is not None
    assert [past.digest for past in told.past] == [digest_of(live)]


# The steps of docs/dns.md, and every client there may be meanwhile


@dataclass
class World:
    """What was served and what stood in the DNS, since when."""

    clock: Clock
    served: list[tuple[float, str]] = field(default_factory=list)
    zone: list[tuple[float, frozenset[str]]] = field(default_factory=list)

    def serve(self, of: Publisher) -> None:
        self.served.append((self.clock.now, digest_of(of)))
        # Somebody asks, and the thread that follows the folder writes it down.
        memory_at(of).keep()

    def publish(self, told: Rollover | None) -> None:
        assert told is not None
        self.zone.append((self.clock.now, pacc.digests_of(told.texts(time.time()))))

    def refused(self) -> list[tuple[float, float, float]]:
        """Every moment at which a client refuses, and for how long it holds the document and the records."""
        moments = sorted({moment for moment, _ in (*self.served, *self.zone)})
        looks = [moment + after for moment in moments for after in (0.0, 1.0, 1799.0, 3599.0, 3600.0, 7200.0)]
        return [
            (look, document_age, records_age)
            for look in looks
            for document_age in (0.0, 1800.0, MAX_AGE - 1.0)
            for records_age in (0.0, 1800.0, zone.TTL - 1.0)
            if self._holds(look - document_age, look - records_age) is False
        ]

    def _holds(self, documents: float, records: float) -> bool | None:
        """Whether a client is content that fetched document and records then; None before there were any."""
        served = [digest for moment, digest in self.served if moment <= documents]
        found = [digests for moment, digests in self.zone if moment <= records]
        return served[-1] in found[-1] if served and found else None


@pytest.fixture
def world(clock: Clock) -> World:
    return World(clock)


def begin(world: World, folder: Path) -> Publisher:
    """A domain that is published for a day."""
    live = publisher(folder, "one.example.net")
    world.publish(rollover(live, DOMAIN))
    world.serve(live)
    world.clock.now += 86_400
    return live


def test_by_the_steps_of_the_documentation_no_client_refuses(tmp_path: Path, world: World) -> None:
    live = begin(world, tmp_path / "live")
    draft = publisher(tmp_path / "draft", "two.example.net")
    world.publish(rollover(draft, DOMAIN, live))  # 2. both digests
    world.clock.now += zone.TTL  # 3. wait
    live = publisher(tmp_path / "live", "two.example.net")
    world.serve(live)  # 4. the draft takes its place
    world.clock.now += 5
    world.publish(rollover(live, DOMAIN))  # too early: nothing changes
    assert len(world.zone[-1][1]) == 2
    world.clock.now += HELD_SECONDS
    world.publish(rollover(live, DOMAIN))  # 5. the older one goes
    assert world.zone[-1][1] == {digest_of(live)}
    assert world.refused() == []


def test_in_the_wrong_order_clients_refuse(tmp_path: Path, world: World) -> None:
    """So that the test above can fail: the new document first, the records after it."""
    begin(world, tmp_path / "live")
    live = publisher(tmp_path / "live", "two.example.net")
    world.serve(live)
    world.publish(rollover(live, DOMAIN))
    assert world.refused() != []


@pytest.mark.parametrize(
    ("wait", "before"), [(zone.TTL - 600.0, 0.0), (float(zone.TTL), HELD_SECONDS - 600.0)]
)
def test_each_of_the_two_waits_is_needed(tmp_path: Path, world: World, wait: float, before: float) -> None:
    live = begin(world, tmp_path / "live")
    draft = publisher(tmp_path / "draft", "two.example.net")
    both = rollover(draft, DOMAIN, live)
    world.publish(both)
    world.clock.now += wait
    live = publisher(tmp_path / "live", "two.example.net")
    world.serve(live)
    if before:
        world.clock.now += before
        world.publish(Rollover(digest=digest_of(live)))
    assert world.refused() != []


def test_after_a_change_in_the_wrong_order_both_are_told(tmp_path: Path, world: World) -> None:
    """Nothing is forgotten then: who holds the old document is content, and the others soon will be."""
    old = begin(world, tmp_path / "live")
    live = publisher(tmp_path / "live", "two.example.net")
    world.serve(live)
    told = rollover(live, DOMAIN)
    assert told == Rollover(digest=digest_of(live), past=(PastDigest(digest_of(old), world.clock.now),))


def test_two_changes_within_the_hour_keep_three_digests(tmp_path: Path, world: World) -> None:
    begin(world, tmp_path / "live")
    for host in ("two.example.net", "three.example.net"):
        world.clock.now += 600
        world.serve(publisher(tmp_path / "live", host))
    told = rollover(publisher(tmp_path / "live", "three.example.net"), DOMAIN)
    assert told is not None
    assert len(told.texts(world.clock.now)) == 3


def test_only_the_document_of_pacc_is_noted(tmp_path: Path) -> None:
    of = publisher(tmp_path / "live", "one.example.net")
    there(of.mozilla(DOMAIN))
    there(of.autodiscover(DOMAIN, None))
    assert memory_at(of).keep()
    assert [path.name for path in (tmp_path / "live").iterdir()] == ["example.com.toml"]


def test_a_store_without_a_memory_publishes_as_ever() -> None:
    provider = replace(OTHER, domains=(DOMAIN,))
    assert there(Publisher(FakeStore(provider)).pacc(DOMAIN)).body
