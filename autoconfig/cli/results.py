"""What came of logging in, as a person reads it: a line for each server, and what to do under it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from autoconfig.accounts.judgement import Outcome
from autoconfig.cli.screen import padded, printable, width_of, wrapped
from autoconfig.cli.sheet import place_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from autoconfig.accounts.report import LoginReport
    from autoconfig.cli.screen import Line, Screen

HEADINGS = ("KIND", "SERVER", "RESULT")
_GAP = "  "

WORDS: Mapping[Outcome, str] = {
    Outcome.ACCEPTED: "logged in",
    Outcome.WRONG_PASSWORD: "wrong password",
    Outcome.METHOD_REFUSED: "method refused",
    Outcome.BLOCKED: "blocked",
    Outcome.DOWN: "server down",
    Outcome.BAD_CERTIFICATE: "bad certificate",
    Outcome.NO_ENCRYPTION: "no encryption",
    Outcome.DISHONEST: "not to be trusted",
    Outcome.NOT_TRIED: "not tried",
}
_STYLES: Mapping[Outcome, str] = {Outcome.ACCEPTED: "green", Outcome.NOT_TRIED: "dim"}
_BAD = "red"
_TOKENS = frozenset({"XOAUTH2", "OAUTHBEARER", "Bearer"})


def results(reports: Sequence[LoginReport], screen: Screen) -> list[Line]:
    """The table: what each server said, and what can be done about it."""
    kinds = [str(report.server.type) for report in reports]
    places = [printable(place_of(report.server)) for report in reports]
    widths = [max(map(width_of, column)) for column in ([HEADINGS[0], *kinds], [HEADINGS[1], *places])]
    lines: list[Line] = [_row(*HEADINGS, widths, "bold", "bold")]
    for report, kind, place in zip(reports, kinds, places, strict=True):
        style = _STYLES.get(report.outcome, _BAD)
        lines.append(_row(kind, place, _result(report), widths, "cyan", style))
        lines += _below(report, widths[0] + len(_GAP), screen)
    return lines


def _row(kind: str, place: str, result: str, widths: Sequence[int], first: str, last: str) -> Line:
    middle = first if first == "bold" else ""
    return (
        (padded(kind, widths[0]) + _GAP, first),
        (padded(place, widths[1]) + _GAP, middle),
        (result, last),
    )


def _result(report: LoginReport) -> str:
    word = WORDS[report.outcome]
    if report.outcome is Outcome.WRONG_PASSWORD and report.method in _TOKENS:
        word = "token refused"
    if report.outcome is not Outcome.ACCEPTED:
        return word
    how = ", ".join(part for part in (report.method, report.tls or "no encryption") if part)
    return f"{word} ({how})"


def _below(report: LoginReport, indent: int, screen: Screen) -> Iterator[Line]:
    """The server's own words, what to do, and what is weak."""
    said = "" if report.accepted else printable(report.said)
    texts = [(said, "dim"), (report.advice, ""), *((remark, "yellow") for remark in report.remarks)]
    width = None if screen.width is None else screen.width - indent
    for text, style in texts:
        for part in wrapped(text, width) if text else ():
            yield ((" " * indent + part, style),)
