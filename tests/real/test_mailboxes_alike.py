"""How long an answer takes does not tell whether there is such a mailbox.

The statistic is how often a mailbox that is there takes longer than one that is not, of all pairs of a
moment (the area under the curve of Mann and Whitney): a half where the times have one distribution, 0 or 1
where every single answer gives it away. A moment is a few requests of both kinds in random order: what the
machine is busy with besides meets both. With so many requests its own deviation is a fortieth; the bar is
three of them away from a half. A store that leaves out some work for mailboxes that are not there is told
apart by it.
"""

from __future__ import annotations

import gc
import random
import time
from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING

import pytest

from autoconfig.settings import Settings
from autoconfig.stores.mapped import MappedStore
from autoconfig.web import create_app
from tests.databases.fixtures import mariadb, new_url, postgresql
from tests.stores.mapping_files import SCHEMA, opened, written
from tests.stores.panels import fill
from tests.web.asking import call, environ_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from autoconfig.model import EmailAddress, Provider
    from autoconfig.stores.template import Template

__all__ = ["mariadb", "postgresql"]

pytestmark = pytest.mark.real

EACH = 300
MOMENT = 10
"""Requests of each kind that are compared with each other."""
TRIES = 3
FARTHEST = 0.08
"""From a half."""
GIVEN_AWAY = 0.16
"""What a store that leaks is away from a half at least."""
LEAKS = (3, 10, 30)
"""How often a look is repeated; the fewest are enough on a machine with nothing else to do."""

PATHS = ["/mail/config-v1.1.xml?emailaddress={}", "/autodiscover/autodiscover.xml?email={}"]
MAILBOXES = TRIES * len(PATHS) * EACH
"""Nobody is asked for twice."""


@pytest.fixture(scope="module", params=["sqlite", "postgresql", "mariadb"])
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MappedStore]:
    """An ISP's own schema with as many mailboxes as are asked for."""
    folder = tmp_path_factory.mktemp("alike")
    url = new_url(request.param, request, folder)
    people = ", ".join(f"('k{number:04}@example.com', 'u{number:04}', NULL)" for number in range(MAILBOXES))
    fill(url, f"{SCHEMA}; INSERT INTO people VALUES {people}")
    store = opened(written(folder, url=url))
    yield store
    store.close()


def times(store: MappedStore, path: str, first: int) -> list[tuple[list[float], list[float]]]:
    """Seconds of each answer at each moment: for mailboxes that are there, and for others."""
    application = create_app(Settings(providers=(), resolve="off"), store)
    for name in ("w", "x", "y"):  # imports and connections
        call(application.wsgi_app, environ_of("/v1.1/example.com"))
        where, _, query = path.format(f"{name}@example.com").partition("?")
        call(application.wsgi_app, environ_of(where, query=query))
    moments = []
    gc.disable()
    try:
        for moment in range(first, first + EACH, MOMENT):
            found: tuple[list[float], list[float]] = ([], [])
            numbers = range(moment, moment + MOMENT)
            asked = [(kind, f"{'kx'[kind]}{number:04}") for kind in (0, 1) for number in numbers]
            random.shuffle(asked)
            for kind, name in asked:
                where, _, query = path.format(f"{name}@example.com").partition("?")
                environ = environ_of(where, query=query)
                started = time.perf_counter()
                answer = call(application.wsgi_app, environ)
                found[kind].append(time.perf_counter() - started)
                assert answer.code == 200
            moments.append(found)
    finally:
        gc.enable()
    return moments


def longer(first: list[float], second: list[float]) -> float:
    """How often one of the first takes longer than one of the second, a tie counting half."""
    ordered = sorted(second)
    wins = sum(bisect_left(ordered, value) + bisect_right(ordered, value) for value in first)
    return wins / (2 * len(first) * len(second))


def away(store: MappedStore, path: str) -> float:
    """How far the statistic is from a half: the nearest of a few tries, as a machine may stumble.

    What gives a mailbox away does so at each try.
    """
    tries = []
    for attempt in range(TRIES):
        moments = times(store, path, (PATHS.index(path) * TRIES + attempt) * EACH)
        tries.append(abs(sum(longer(*moment) for moment in moments) / len(moments) - 0.5))
        if tries[-1] < FARTHEST:
            break
    return min(tries)


@pytest.mark.parametrize("path", PATHS)
def test_the_times_of_mailboxes_that_are_there_and_that_are_not_are_alike(
    store: MappedStore, path: str, record_property: Callable[[str, object], None]
) -> None:
    found = away(store, path)
    record_property(
        "figure",
        f"{store.name.partition(':')[0]} {path[:14]}: {found:.3f} away from one half (bar {FARTHEST})",
    )
    assert found < FARTHEST


def test_a_store_that_leaves_out_work_for_the_unknown_is_told_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, record_property: Callable[[str, object], None]
) -> None:
    """The statistic sees a fraction of a millisecond; on a machine busy with other things, a few."""
    honest = MappedStore._mailbox
    looks = 0

    def leaky(
        self: MappedStore,
        template: Template,
        given: Mapping[str, str],
        usual: Provider,
        address: EmailAddress,
    ) -> Provider:
        for _ in range(looks if address.local_part.startswith("k") else 0):
            honest(self, template, given, usual, address)
        return honest(self, template, given, usual, address)

    monkeypatch.setattr(MappedStore, "_mailbox", leaky)
    found = 0.0
    for looks in LEAKS:
        folder = tmp_path / str(looks)
        folder.mkdir()
        store = opened(written(folder))  # another one: nobody is asked for twice
        found = away(store, PATHS[0])
        store.close()
        if found > GIVEN_AWAY:
            break
    record_property(
        "figure",
        f"a store that repeats {looks} looks: {found:.3f} away from one half (more than {GIVEN_AWAY})",
    )
    assert found > GIVEN_AWAY
