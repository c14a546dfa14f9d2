"""The result of ``autoconfig check`` as a person reads it: programs, their servers, what to mend."""

from __future__ import annotations

from typing import TYPE_CHECKING

from autoconfig.cli.screen import padded, printable, width_of, wrapped
from autoconfig.doctor.fixes import Severity
from autoconfig.doctor.predict import Outcome
from autoconfig.doctor.words import from_where, place, security, summary
from autoconfig.model.address import to_unicode

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from autoconfig.advice.clients.reading import ReadServer
    from autoconfig.cli.screen import Line, Screen
    from autoconfig.doctor import Checkup, Fix

_STYLES: Mapping[str, str] = {
    Outcome.CONFIGURES: "green",
    Outcome.PARTLY: "yellow",
    Outcome.ASKS: "",
    Outcome.FAILS: "red",
    Severity.ERROR: "red",
    Severity.WARNING: "yellow",
    Severity.NOTE: "dim",
}
_MARKS: Mapping[Outcome, tuple[str, str]] = {
    Outcome.CONFIGURES: ("✓", "+"),
    Outcome.PARTLY: ("~", "~"),
    Outcome.ASKS: ("?", "?"),
    Outcome.FAILS: ("✗", "x"),
}
_GAP = "  "
_OUTCOME = max(map(len, Outcome))
_LABEL = max(map(len, Severity)) + len(_GAP)


def report(checkup: Checkup, screen: Screen) -> list[Line]:
    """Every line."""
    title = f"{printable(to_unicode(checkup.domain))} as mail programs see it"
    lines: list[Line] = [((title, "bold"),), ()]
    lines += _programs(checkup, screen)
    lines += _servers(checkup, screen)
    lines += problems(checkup, screen)
    worst = "" if checkup.healthy else "yellow"
    return [*lines, ((f"{summary(checkup)} ({checkup.elapsed_ms} ms)", worst),)]


def problems(checkup: Checkup, screen: Screen, *, notes: bool = True) -> list[Line]:
    """What to mend, worst first; nothing where nothing is."""
    lines: list[Line] = []
    for fix in checkup.fixes:
        if notes or fix.severity is not Severity.NOTE:
            lines += _fix(fix, screen)
    return lines


def _programs(checkup: Checkup, screen: Screen) -> Iterator[Line]:
    name = max(width_of(prediction.name) for prediction in checkup.predictions)
    indent = name + _OUTCOME + 2 * len(_GAP) + 2
    for prediction in checkup.predictions:
        mark = _MARKS[prediction.outcome][0 if screen.unicode else 1]
        style = _STYLES[prediction.outcome]
        text = prediction.why or from_where(prediction)
        first, *rest = _in_lines(printable(text), screen, indent)
        yield (
            (f"{mark} ", style),
            (padded(prediction.name, name) + _GAP, ""),
            (f"{prediction.outcome:{_OUTCOME}}{_GAP}", style),
            (first, "dim" if not prediction.why else ""),
        )
        for part in rest:
            yield ((" " * indent + part, ""),)
    yield ()


def _servers(checkup: Checkup, screen: Screen) -> Iterator[Line]:
    """The servers in use, each with the programs that use it."""
    users: dict[tuple[str, ...], list[str]] = {}
    for prediction in checkup.predictions:
        for server in prediction.used:
            users.setdefault(_row(server), []).append(prediction.name)
    if not users:
        return
    widths = [max(map(width_of, column)) for column in zip(*users, strict=True)]
    everybody = sum(1 for prediction in checkup.predictions if prediction.used)
    for row, names in users.items():
        cells = _GAP.join(padded(text, width) for text, width in zip(row, widths, strict=True)).rstrip()
        yield ((cells, "red" if row[2] == "no encryption" else "cyan"),)
        said = "all of them" if len(names) == everybody > 1 else ", ".join(names)
        for part in _in_lines(f"used by {said}", screen, len(_GAP)):
            yield ((_GAP + part, "dim"),)
    yield ()


def _row(server: ReadServer) -> tuple[str, ...]:
    login = "the address" if server.username is None else f"as {server.username}"
    return (server.type, printable(place(server)), security(server), printable(login))


def _fix(fix: Fix, screen: Screen) -> Iterator[Line]:
    style = _STYLES[fix.severity]
    label = padded(fix.severity, _LABEL)
    yield ((label, style), (f"{fix.code}{_GAP}", "bold"), (printable(fix.where), ""))
    arrow = "→" if screen.unicode else "->"
    texts = [(printable(fix.why), ""), (f"{arrow} {printable(fix.do)}", "green")]
    if fix.clients:
        texts.append((", ".join(fix.clients), "dim"))
    for text, shade in texts:
        for part in _in_lines(text, screen, _LABEL):
            yield ((" " * _LABEL + part, shade),)
    yield ()


def _in_lines(text: str, screen: Screen, indent: int) -> Iterable[str]:
    return [text] if screen.width is None else wrapped(text, screen.width - indent)
