"""The drawing: which bar stands where."""

from __future__ import annotations

from typing import Any

import pytest

from autoconfig.resolver.methods import METHODS
from autoconfig.web.pages.trail import LookUp
from autoconfig.web.pages.waterfall import LEAST, WIDTH, Waterfall, waterfall


def line(method: str = "isp", start: int = 0, elapsed: int = 10, **changed: Any) -> dict[str, Any]:
    usual = {"target": f"{method} {start}", "outcome": "nothing", "detail": ""}
    return {"method": method, "started_ms": start, "elapsed_ms": elapsed} | usual | changed


def drawn(*lines: dict[str, Any], **ways: str) -> Waterfall:
    found = waterfall(LookUp(lines, ways))
    assert found is not None
    return found


def test_nothing_asked_is_nothing_to_draw() -> None:
    assert waterfall(LookUp()) is None


def test_bars_begin_and_end_where_their_questions_did() -> None:
    (row,) = drawn(line(start=0, elapsed=100), line(start=50, elapsed=50)).rows
    assert [(bar.start, bar.width) for bar in row.bars] == [(0, 1000), (500, 500)]
    assert row.milliseconds == 100


def test_the_shortest_bar_can_be_seen_and_stays_inside() -> None:
    (row,) = drawn(line(start=0, elapsed=1000), line(start=1000, elapsed=0)).rows
    assert (row.bars[1].start, row.bars[1].width) == (WIDTH - LEAST, LEAST)


def test_a_look_up_of_no_time_at_all_can_be_drawn() -> None:
    found = drawn(line(start=0, elapsed=0))
    assert (found.milliseconds, found.rows[0].bars[0].start) == (1, 0)


def test_the_axis_has_equal_steps() -> None:
    assert drawn(line(elapsed=200)).ticks == (0, 50, 100, 150, 200)


def test_rows_go_by_the_rank_of_their_ways() -> None:
    found = drawn(*(line(method) for method in reversed(METHODS)))
    assert tuple(row.method for row in found.rows) == METHODS


@pytest.mark.parametrize("outcome", ["found", "nothing", "failed"])
def test_a_way_says_what_it_came_to_and_a_question_what_came_back(outcome: str) -> None:
    (row,) = drawn(line(outcome="found"), isp=outcome).rows
    assert (row.outcome, row.bars[0].outcome) == (outcome, "found")


def test_what_was_no_longer_needed_did_not_fail() -> None:
    (row,) = drawn(line(outcome="failed", detail="given up")).rows
    assert (row.outcome, row.bars[0].outcome, row.bars[0].detail) == ("given-up", "given-up", "")


def test_parts_of_a_way_that_waited_for_one_answer_are_one_bar() -> None:
    (row,) = drawn(line(target="MX"), line(target="MX", start=3)).rows
    assert len(row.bars) == 1


def test_the_readers_address_is_not_drawn() -> None:
    (row,) = drawn(line(target="https://a.example/x?emailaddress=ada@example.com")).rows
    assert row.bars[0].target == "https://a.example/x"
