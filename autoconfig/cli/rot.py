"""What is wrong with the servers of many providers, as a person reads it."""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import click

from autoconfig.cli.screen import Screen, padded, printable, show, wrapped

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from autoconfig.cli.screen import Line

    Verified = dict[str, Any]

_STYLES = {"error": "bold red", "warning": "yellow", "note": "dim"}
_LABEL = 9
"""Columns of the words on the left."""


@dataclass(slots=True)
class Tally:
    """How many providers were looked at, and what was found."""

    asked: int = 0
    servers: int = 0
    found: Counter[str] = field(default_factory=Counter)

    def add(self, verified: Verified) -> None:
        """Count one provider."""
        self.asked += 1
        self.servers += len(verified["servers"])
        self.found.update(finding["severity"] for _, finding in findings_of(verified))

    @property
    def errors(self) -> int:
        """How many errors there are."""
        return self.found["error"]

    def __str__(self) -> str:
        """How far one has come."""
        return ", ".join([_counted(self.asked, "provider"), *self._found])

    @property
    def summary(self) -> str:
        """What is said at the end."""
        looked = f"{_counted(self.asked, 'provider')}, {_counted(self.servers, 'server')}"
        return f"{looked}: {', '.join(self._found) or 'all is well'}"

    @property
    def _found(self) -> list[str]:
        return [_counted(self.found[kind], kind) for kind in _STYLES if self.found[kind]]


def findings_of(verified: Verified) -> Iterator[tuple[Verified, Verified]]:
    """Every finding with the server it is about."""
    return ((server, finding) for server in verified["servers"] for finding in server["findings"])


def show_rot(verified: Sequence[Verified]) -> None:
    """Print what is wrong; into a pipe as tab-separated lines, one for each finding."""
    if not sys.stdout.isatty():
        for each in verified:
            for server, finding in findings_of(each):
                said = (finding["severity"], finding["code"], finding["message"], finding["fix"] or "")
                cells = (each["id"], server["type"], place_of(server), *said)
                click.echo("\t".join(map(printable, cells)))
        return
    show(_lines(verified, Screen.of(sys.stdout)))


def place_of(server: Verified) -> str:
    """Where a server is: host, port and kind of socket, or its URL."""
    if "url" in server:
        return str(server["url"])
    host = f"[{server['hostname']}]" if ":" in server["hostname"] else server["hostname"]
    return f"{host}:{server['port']} {server['socket_type']}"


def _lines(verified: Iterable[Verified], screen: Screen) -> Iterator[Line]:
    for each in verified:
        if not any(server["findings"] for server in each["servers"]):
            continue
        yield ((printable(each["id"]), "bold"), (f"  {printable(each['name'])}", ""))
        for server in each["servers"]:
            if server["findings"]:
                yield ((f"  {server['type']} ", "cyan"), (printable(place_of(server)), ""))
            for finding in server["findings"]:
                yield from _finding(finding, screen)
        yield ()


def _finding(finding: Verified, screen: Screen) -> Iterator[Line]:
    style = _STYLES[finding["severity"]]
    yield from _text(finding["severity"], style, finding["message"], "", screen)
    if finding["fix"]:
        yield from _text("", "", finding["fix"], "dim", screen)


def _text(label: str, style: str, text: str, text_style: str, screen: Screen) -> Iterator[Line]:
    indent = 4 + _LABEL
    width = screen.width
    for number, part in enumerate([text] if width is None else wrapped(printable(text), width - indent)):
        first = padded("" if number else label, _LABEL)
        yield ((f"    {first}", style), (part, text_style))


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'s' if count != 1 else ''}"
