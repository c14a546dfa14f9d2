"""The look-up drawn as a waterfall: each way a row, each question a bar from its start to its end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from autoconfig.web.pages.trail import LookUp

WIDTH = 1000
"""Units across the drawing; its true width is the reader's."""
LEAST = 8
"""Units of the shortest bar, so that it can be seen."""
TICKS = 4

GIVEN_UP = "given up"
"""What the trace says of a question whose answer was no longer needed."""

_ORDER = ("local", "isp", "pacc", "ispdb", "mx", "srv", "autodiscover", "mailconf", "guess")
"""The ways by rank, as the resolver has them."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One question and its place in the drawing."""

    target: str
    outcome: str
    detail: str
    milliseconds: int
    start: int
    width: int


@dataclass(frozen=True, slots=True)
class Row:
    """One way to find settings, and all it asked."""

    method: str
    outcome: str
    """What it came to: an address found in the DNS is no settings yet."""
    milliseconds: int
    """From its first question to its last answer."""
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Waterfall:
    """The whole look-up."""

    rows: tuple[Row, ...]
    milliseconds: int
    ticks: tuple[int, ...]
    """Milliseconds at equal steps across the drawing."""


def waterfall(look_up: LookUp) -> Waterfall | None:
    """Draw a look-up, the most trusted way first; None where nothing was asked."""
    lines = _each_once(look_up.lines)
    if not lines:
        return None
    total = max(1, *(line["started_ms"] + line["elapsed_ms"] for line in lines))
    by_method: dict[str, list[dict[str, Any]]] = {}
    for line in lines:
        by_method.setdefault(line["method"], []).append(line)
    rows = tuple(
        _row(method, look_up.ways.get(method, "given-up"), by_method[method], total)
        for method in _ORDER
        if method in by_method
    )
    return Waterfall(rows, total, tuple(round(total * step / TICKS) for step in range(TICKS + 1)))


def _each_once(trace: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """One line where parts of a way waited for the same answer."""
    first: dict[tuple[str, str], dict[str, Any]] = {}
    for line in trace:
        first.setdefault((line["method"], line["target"]), line)
    return list(first.values())


def _row(method: str, outcome: str, lines: Sequence[dict[str, Any]], total: int) -> Row:
    bars = tuple(_bar(line, total) for line in lines)
    begun = min(line["started_ms"] for line in lines)
    ended = max(line["started_ms"] + line["elapsed_ms"] for line in lines)
    return Row(method, outcome, ended - begun, bars)


def _bar(line: dict[str, Any], total: int) -> Bar:
    width = max(LEAST, round(line["elapsed_ms"] / total * WIDTH))
    start = min(round(line["started_ms"] / total * WIDTH), WIDTH - width)
    given_up = line["detail"] == GIVEN_UP
    return Bar(
        target=_without_address(line["target"]),
        outcome="given-up" if given_up else line["outcome"],
        detail="" if given_up else line["detail"],
        milliseconds=line["elapsed_ms"],
        start=max(0, start),
        width=width,
    )


def _without_address(target: str) -> str:
    """The target without its query, where the reader's own address makes it long."""
    return target.partition("?")[0]
