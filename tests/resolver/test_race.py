"""The race on a virtual clock: who wins, when, and what becomes of the others."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autoconfig.model import Authentication, Provider, ServerType, SocketType, TcpServer
from autoconfig.resolver.outcome import Failed, Found, Nothing, Outcome, Trust
from autoconfig.resolver.race import Finish, Race
from tests.resolver.clock import run

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from autoconfig.resolver.race import Runner

PATIENCE = 1.5
DEADLINE = 10.0

_SERVER = TcpServer(
    type=ServerType.IMAP,
    hostname="imap.example.com",
    port=993,
    socket_type=SocketType.SSL,
    authentication=(Authentication.PASSWORD_CLEARTEXT,),
)


def _found(name: str = "example.com") -> Found:
    provider = Provider(id=name, display_name=name, short_name=name, incoming=(_SERVER,))
    return Found(provider=provider, source=name, trust=Trust.HTTPS)


class _Course:
    """Runners with a time and an outcome each; remembers who was cancelled and when."""

    def __init__(self) -> None:
        self.cancelled: dict[int, float] = {}

    def runner(self, place: int, seconds: float, outcome: Outcome) -> Runner:
        async def go() -> Outcome:
            try:
                await asyncio.sleep(seconds)
            except asyncio.CancelledError:
                self.cancelled[place] = asyncio.get_running_loop().time()
                raise
            return outcome

        return go

    def race(self, *entries: tuple[float, Outcome], **options: object) -> Finish:
        runners = [self.runner(place, *entry) for place, entry in enumerate(entries)]
        settings = {"patience": PATIENCE, "deadline": DEADLINE, **options}
        return run(Race(runners=runners, **settings).run())  # type: ignore[arg-type]


@pytest.fixture
def course() -> _Course:
    return _Course()


_NOTHING = Nothing(reason="not there.")
_FAILED = Failed(reason="broken.")


def test_the_only_find_wins_as_soon_as_all_better_ones_are_done(course: _Course) -> None:
    finish = course.race((0.2, _NOTHING), (0.1, _found()), (9.0, _NOTHING))
    assert (finish.winner, finish.elapsed) == (1, pytest.approx(0.2))


def test_a_better_placed_find_within_patience_wins_over_an_earlier_one(course: _Course) -> None:
    finish = course.race((1.4, _found("best")), (0.1, _found("early")))
    assert (finish.winner, finish.elapsed) == (0, pytest.approx(1.4))


def test_after_the_patience_the_early_find_goes_out(course: _Course) -> None:
    finish = course.race((5.0, _found("late")), (0.1, _found("early")))
    assert (finish.winner, finish.elapsed) == (1, pytest.approx(1.6))


def test_patience_counts_from_the_first_find_not_from_a_better_second_one(course: _Course) -> None:
    finish = course.race((5.0, _found()), (1.0, _found()), (0.1, _found()))
    assert (finish.winner, finish.elapsed) == (1, pytest.approx(1.6))


def test_nobody_waits_for_a_worse_placed_runner(course: _Course) -> None:
    finish = course.race((0.1, _found()), (9.0, _found()))
    assert (finish.winner, finish.elapsed) == (0, pytest.approx(0.1))


def test_losers_are_cancelled_when_the_answer_stands(course: _Course) -> None:
    course.race((0.1, _found()), (9.0, _found()), (8.0, _NOTHING))
    assert course.cancelled == {1: pytest.approx(0.1), 2: pytest.approx(0.1)}


def test_without_a_find_the_race_ends_when_the_last_runner_is_done(course: _Course) -> None:
    finish = course.race((0.1, _NOTHING), (3.0, _FAILED))
    assert (finish.winner, finish.elapsed) == (None, pytest.approx(3.0))
    assert finish.outcomes == {0: _NOTHING, 1: _FAILED}


def test_without_a_find_the_deadline_ends_the_race(course: _Course) -> None:
    finish = course.race((60.0, _found()), (0.5, _NOTHING))
    assert (finish.winner, finish.elapsed) == (None, pytest.approx(DEADLINE))
    assert finish.outcomes == {1: _NOTHING}


def test_the_deadline_cuts_the_patience_short(course: _Course) -> None:
    finish = course.race((60.0, _found()), (9.5, _found()))
    assert (finish.winner, finish.elapsed) == (1, pytest.approx(DEADLINE))


def test_a_race_of_nobody_ends_at_once(course: _Course) -> None:
    assert course.race() == Finish(winner=None, outcomes={}, elapsed=0.0)


def test_a_find_that_cannot_win_does_not_start_the_patience(course: _Course) -> None:
    finish = course.race(
        (4.0, _found("mail")), (0.1, _found("dav")), wins=lambda found: found.source == "mail"
    )
    assert (finish.winner, finish.elapsed) == (0, pytest.approx(4.0))
    assert set(finish.outcomes) == {0, 1}


def test_a_welcome_runner_may_finish_within_the_grace(course: _Course) -> None:
    finish = course.race((1.0, _found()), (1.05, _found()), welcome=frozenset({1}), grace=0.1)
    assert finish.elapsed == pytest.approx(1.05)
    assert set(finish.outcomes) == {0, 1}


def test_a_welcome_runner_is_not_waited_for_beyond_the_grace(course: _Course) -> None:
    finish = course.race((1.0, _found()), (9.0, _found()), welcome=frozenset({1}), grace=0.1)
    assert finish.elapsed == pytest.approx(1.1)
    assert set(finish.outcomes) == {0}


def test_a_bug_in_one_runner_is_logged_and_does_not_stop_the_others(
    course: _Course, caplog: pytest.LogCaptureFixture
) -> None:
    async def bug() -> Outcome:
        raise KeyError("x")

    runners: list[Callable[[], Awaitable[Outcome]]] = [bug, course.runner(1, 0.1, _found())]
    with caplog.at_level(logging.ERROR):
        finish = run(Race(runners=runners, patience=PATIENCE, deadline=DEADLINE).run())
    assert finish.winner == 1
    assert finish.outcomes[0] == Failed(reason="A bug here: KeyError.")
    assert "a way of asking failed" in caplog.text


def test_a_cancelled_race_cancels_its_runners(course: _Course) -> None:
    async def cancelled_after_a_second() -> None:
        race = Race(runners=[course.runner(0, 60.0, _NOTHING)], patience=PATIENCE, deadline=DEADLINE)
        task = asyncio.ensure_future(race.run())
        await asyncio.sleep(1.0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    run(cancelled_after_a_second())
    assert course.cancelled == {0: 1.0}


@given(
    st.lists(
        st.tuples(
            st.integers(1, 150).map(lambda tenths: tenths / 10), st.sampled_from(["find", "not", "fail"])
        ),
        max_size=8,
    )
)
def test_the_winner_and_the_time_follow_from_the_rule(entries: list[tuple[float, str]]) -> None:
    """The rule said again in another way: the best find by the moment the answer goes out."""
    # A millisecond for each place: what happens at the very same moment has no order to test.
    entries = [(seconds + place / 1000, kind) for place, (seconds, kind) in enumerate(entries, start=1)]
    outcomes: dict[str, Outcome] = {"find": _found(), "not": _NOTHING, "fail": _FAILED}
    finish = _Course().race(*((seconds, outcomes[kind]) for seconds, kind in entries))
    finds = [(seconds, place) for place, (seconds, kind) in enumerate(entries) if kind == "find"]
    ends = min([DEADLINE, *(seconds + PATIENCE for seconds, _ in finds)])
    in_time = [place for seconds, place in finds if seconds <= ends]
    if not in_time:
        latest = max((seconds for seconds, _ in entries), default=0.0)
        assert (finish.winner, finish.elapsed) == (None, pytest.approx(min(latest, DEADLINE)))
        return
    # The answer stands once the best find so far has nobody better running.
    moments = sorted({seconds for seconds, _ in entries if seconds <= ends} | {ends})
    for moment in moments:
        best = min((place for seconds, place in finds if seconds <= moment), default=None)
        if best is not None and all(seconds <= moment for seconds, _ in entries[:best]):
            break
    assert finish.winner == best
    assert finish.elapsed == pytest.approx(moment)
