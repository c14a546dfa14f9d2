"""The trace as a waterfall: one line for each question, its time as a bar beside the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from autoconfig.cli.screen import USUAL_WIDTH, printable
from autoconfig.resolver.methods import METHODS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from autoconfig.cli.screen import Line, Screen
    from autoconfig.resolver.resolution import Asked

GIVEN_UP = "given up"
"""What the trace says of a question whose answer was no longer needed."""

_STYLES = {"found": "green", "nothing": "", "failed": "red", GIVEN_UP: "dim"}
_METHOD = max(map(len, METHODS))
_OUTCOME = max(map(len, _STYLES))
_TIME = 8
_QUESTION = "QUESTION"
_MIN_BAR = 16


def waterfall(trace: Sequence[Asked], screen: Screen) -> list[Line]:
    """The questions by method, the most trusted method first, and below them why some failed."""
    if not trace:
        return [(("Nothing was asked of the network.", ""),)]
    ordered = _each_once(trace)
    width = screen.width or USUAL_WIDTH
    total = max(1, *(line.started_ms + line.elapsed_ms for line in ordered))
    room = width - _METHOD - _OUTCOME - _TIME - 4
    longest = max(len(_QUESTION), *(len(_question(line.target)) for line in ordered))
    question = min(longest, room - _MIN_BAR)
    bar = room - question
    scale = f"{total} ms"
    heading = f"{'METHOD':{_METHOD}} {_QUESTION:{question}} {'OUTCOME':{_OUTCOME}} {'TIME':>{_TIME}} 0"
    return [
        ((heading + scale.rjust(bar - 1), "bold"),),
        *(_line(line, question, bar, total, screen) for line in ordered),
        *_failures(ordered),
        (),
    ]


def _each_once(trace: Sequence[Asked]) -> list[Asked]:
    """One line where parts of a method waited for the same answer, in the order of the methods."""
    first: dict[tuple[str, str], Asked] = {}
    for line in sorted(trace, key=lambda line: (METHODS.index(line.method), line.started_ms)):
        first.setdefault((line.method, line.target), line)
    return list(first.values())


def _line(asked: Asked, question: int, bar: int, total: int, screen: Screen) -> Line:
    outcome = GIVEN_UP if asked.detail == GIVEN_UP else asked.outcome
    style = _STYLES[outcome]
    target = _shortened(_question(asked.target), question, "…" if screen.unicode else "...")
    spent = f"{asked.elapsed_ms} ms"
    return (
        (f"{asked.method:{_METHOD}} ", "cyan"),
        (f"{target:{question}} ", ""),
        (f"{outcome:{_OUTCOME}} {spent:>{_TIME}} ", style),
        (_bar(asked.started_ms / total, (asked.started_ms + asked.elapsed_ms) / total, bar, screen), style),
    )


def _bar(start: float, end: float, width: int, screen: Screen) -> str:
    """From start to end, parts of the whole, in halves of a column; never less than one half."""
    first = min(int(start * width * 2), width * 2 - 1)
    last = max(first + 1, min(round(end * width * 2), width * 2))
    if not screen.unicode:
        return " " * (first // 2) + "=" * ((last + 1) // 2 - first // 2)
    marks = {(True, True): "━", (True, False): "╸", (False, True): "╺", (False, False): " "}
    cells = ((first <= place < last, first <= place + 1 < last) for place in range(0, last, 2))
    return "".join(marks[cell] for cell in cells)


def _question(target: str) -> str:
    """The target without what is the same everywhere: the scheme, and the address of the reader."""
    text = target.replace("https://", "").partition("?")[0]
    return "".join(mark if mark.isascii() and mark.isprintable() else "?" for mark in text)


def _shortened(text: str, width: int, ellipsis: str) -> str:
    """Cut in the middle, where it differs least."""
    if len(text) <= width:
        return text
    kept = width - len(ellipsis)
    return text[: kept - kept // 3] + ellipsis + text[len(text) - kept // 3 :]


def _failures(trace: Sequence[Asked]) -> Iterator[Line]:
    reasons = dict.fromkeys(
        (line.method, line.detail)
        for line in trace
        if line.outcome == "failed" and line.detail != GIVEN_UP and line.detail
    )
    if reasons:
        yield ()
    for method, detail in reasons:
        yield ((f"{method:{_METHOD}} ", "cyan"), (printable(detail), "red"))
