"""Answers that are kept, by a clock and a source in the test's hands."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, field

import pytest

from autoconfig.errors import StoreDown
from autoconfig.stores import pulse
from autoconfig.stores.kept import Kept
from autoconfig.stores.pulse import Pulse, SourceFailed, down


@dataclass
class Source:
    """Says what it is told to, or fails."""

    answers: dict[str, str] = field(default_factory=dict)
    version: int = 1
    unreachable: bool = False
    refuses: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)
    now: float = 1000.0

    def __post_init__(self) -> None:
        self.pulse = Pulse("source", self.probe, keep_seconds=60, clock=lambda: self.now)
        self.kept: Kept[str, str] = Kept(self.pulse)

    def probe(self) -> int:
        if self.unreachable:
            raise SourceFailed("no route", unreachable=True)
        return self.version

    def ask(self, key: str) -> str | None:
        self.asked.append(key)
        self.probe()
        if key in self.refuses:
            raise SourceFailed("odd question", unreachable=False)
        return self.answers.get(key)

    def get(self, key: str) -> str | None:
        return self.kept.get(key, self.ask)


@pytest.fixture
def source() -> Source:
    source = Source({"a": "one"})
    source.pulse.look()
    return source


def test_an_answer_is_asked_for_once(source: Source) -> None:
    assert [source.get("a"), source.get("a")] == ["one", "one"]
    assert source.asked == ["a"]
    assert (source.pulse.questions, source.pulse.hits) == (1, 1)


def test_that_there_is_none_is_kept_too(source: Source) -> None:
    assert [source.get("b"), source.get("b")] == [None, None]
    assert source.asked == ["b"]


def test_an_answer_is_asked_for_again_after_its_time(source: Source) -> None:
    source.get("a")
    source.answers["a"] = "two"
    source.now += 59
    assert source.get("a") == "one"
    source.now += 1
    assert source.get("a") == "two"


def test_an_answer_is_asked_for_again_when_the_source_says_that_something_changed(source: Source) -> None:
    source.get("a")
    source.answers["a"], source.version = "two", 2
    assert source.get("a") == "one", "nobody has looked yet"
    version = source.pulse.version
    source.pulse.look()
    assert source.pulse.version == version + 1
    assert source.get("a") == "two"


def test_a_look_that_finds_nothing_new_changes_nothing(source: Source) -> None:
    version = source.pulse.version
    source.pulse.look()
    assert source.pulse.version == version


def test_a_name_that_appears_is_found_and_one_that_goes_is_not(source: Source) -> None:
    assert source.get("b") is None
    source.answers = {"b": "two"}
    source.now += 60
    assert (source.get("a"), source.get("b")) == (None, "two")
    source.answers = {"a": "one"}
    source.now += 60
    assert (source.get("a"), source.get("b")) == ("one", None)


def test_while_the_source_is_down_everything_kept_is_told_and_the_version_stands_still(
    source: Source,
) -> None:
    source.get("a")
    source.get("b")
    source.unreachable = True
    source.pulse.look()
    version = source.pulse.version
    source.now += 3600
    assert (source.get("a"), source.get("b")) == ("one", None)
    assert source.pulse.version == version
    assert source.pulse.stale == 2
    assert source.pulse.age == 3600


def test_an_old_answer_is_told_when_asking_again_fails(source: Source) -> None:
    source.get("a")
    source.now += 60
    source.unreachable = True
    assert source.get("a") == "one"
    assert (source.pulse.errors, source.pulse.stale) == (1, 1)
    assert source.pulse.failure == "no route"


def test_what_was_never_asked_cannot_be_told_while_the_source_is_down(source: Source) -> None:
    source.unreachable = True
    with pytest.raises(StoreDown) as caught:
        source.get("a")
    assert str(caught.value) == "The store source does not answer: no route."


def test_a_source_that_is_down_is_left_alone_for_a_pause_that_grows(source: Source) -> None:
    source.unreachable = True
    tried = []
    for second in range(20):
        before = len(source.asked)
        with pytest.raises(StoreDown):
            source.get("a")
        if len(source.asked) > before:
            tried.append(second)
        source.now += 1
    assert tried == [0, 1, 3, 7, 12, 17]


def test_the_first_answer_ends_the_outage_and_everything_is_asked_anew(source: Source) -> None:
    source.get("a")
    source.unreachable = True
    source.pulse.look()
    source.unreachable = False
    source.answers["a"] = "two"
    source.now += 1
    assert source.get("b") is None
    assert source.pulse.failure is None
    assert source.get("a") == "two"


def test_one_question_that_is_refused_does_not_stop_the_others(source: Source) -> None:
    source.refuses = {"odd"}
    for _ in range(3):
        with pytest.raises(StoreDown, match="odd question"):
            source.get("odd")
    assert source.pulse.failure is None
    assert source.get("a") == "one"


def test_an_outage_is_logged_once_and_so_is_its_end(source: Source, caplog: pytest.LogCaptureFixture) -> None:
    source.unreachable = True
    for _ in range(3):
        source.pulse.look()
    source.unreachable = False
    for _ in range(3):
        source.pulse.look()
    assert [(record.levelno, record.message) for record in caplog.records] == [
        (logging.ERROR, "the store source does not answer: no route; what is kept is still served"),
        (logging.WARNING, "the store source answers again"),
    ]


def test_what_an_operator_is_told(source: Source) -> None:
    assert down(source.pulse) == ()
    source.unreachable = True
    source.pulse.look()
    (problem,) = down(source.pulse)
    assert str(problem) == "source: The store does not answer: no route; what is kept is still served."


def test_names_somebody_makes_up_push_out_no_real_one() -> None:
    source = Source({"a": "one"})
    source.kept = Kept(source.pulse, most=3, most_absent=3)
    source.get("a")
    for number in range(50):
        source.get(f"made-up-{number}")
    source.asked.clear()
    assert source.get("a") == "one"
    assert source.asked == []


def test_answers_are_bounded_and_the_oldest_goes_first() -> None:
    source = Source({str(number): "there" for number in range(10)})
    source.kept = Kept(source.pulse, most=3)
    for number in range(10):
        source.get(str(number))
    source.asked.clear()
    for number in (9, 8, 7, 6):
        source.get(str(number))
    assert source.asked == ["6"]
    assert len(source.kept) == 3


def test_who_is_asked_for_again_after_a_while_goes_last() -> None:
    source = Source(dict.fromkeys("abc", "there"))
    source.kept = Kept(source.pulse, most=2)
    for name in "ab":
        source.get(name)
    source.now += 61
    for name in "ac":
        source.get(name)
    source.asked.clear()
    source.get("a")
    assert source.asked == []


def test_mailboxes_that_are_there_and_that_are_not_are_forgotten_alike() -> None:
    source = Source({"there": "one"})
    source.kept = Kept(source.pulse, most=2, most_absent=None)
    source.get("there")
    source.get("x")
    source.get("y")
    source.asked.clear()
    source.get("there")
    assert source.asked == ["there"]


def test_a_watched_source_is_tried_again_by_the_watcher_alone(
    source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pulse, "PROBE_EVERY", 0.01)
    back = threading.Event()
    source.unreachable = True
    source.pulse.look()
    source.pulse.watch()
    try:
        source.now += 3600
        source.unreachable = False
        for _ in range(500):
            if source.pulse.failure is None:
                back.set()
                break
            threading.Event().wait(0.01)
        assert back.is_set()
        assert source.asked == []
    finally:
        source.pulse.close()


def test_two_threads_that_are_answered_at_once_lose_no_second(
    source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = threading.Barrier(2)
    times = threading.local()

    def perf_counter() -> float:
        """Nought, then one second later, when both threads are there."""
        times.now = getattr(times, "now", -1.0) + 1
        if times.now:
            both.wait(5)
        return float(times.now)

    monkeypatch.setattr(pulse.time, "perf_counter", perf_counter)
    threads = [threading.Thread(target=source.pulse.ask, args=(lambda: None,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (source.pulse.questions, source.pulse.seconds) == (2, 2.0)


def test_who_has_nothing_to_tell_looks_whether_a_watched_source_is_back(
    source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another worker has found out already, and a proxy sends everybody here."""
    monkeypatch.setattr(source.pulse, "_watching", True)
    source.answers["b"] = "two"
    source.unreachable = True
    for _ in range(2):
        with pytest.raises(StoreDown):
            source.get("b")
        source.now += 0.2
    asked = len(source.asked)
    with pytest.raises(StoreDown):
        source.get("b")
    assert len(source.asked) == asked
    source.unreachable = False
    with pytest.raises(StoreDown):
        source.get("b")  # it was looked at just now
    source.now += 0.2
    assert source.get("b") == "two"
    assert source.pulse.failure is None
