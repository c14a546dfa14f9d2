"""Lines of styled text: in colour on a terminal, plain and of no fixed width into a pipe or file."""

from __future__ import annotations

import sys
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import TextIO

MIN_WIDTH = 60
MAX_WIDTH = 120
"""Columns; longer lines are hard to follow."""
USUAL_WIDTH = 80

Piece = tuple[str, str]
"""A text and its style, as rich names styles; empty for none."""
Line = tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Screen:
    """What is written on: how wide, and whether it knows more characters than ASCII."""

    width: int | None = None
    """Columns; None where lines may be of any length."""
    unicode: bool = True

    @classmethod
    def of(cls, stream: TextIO) -> Screen:
        """The terminal behind a stream, else a pipe."""
        unicode = (stream.encoding or "").lower().startswith("utf")
        if not stream.isatty():
            return cls(None, unicode)
        import shutil

        columns = shutil.get_terminal_size((USUAL_WIDTH, 24)).columns
        return cls(min(max(columns, MIN_WIDTH), MAX_WIDTH), unicode)


def show(lines: Iterable[Line]) -> None:
    """Print on standard output, with styles where that is a terminal."""
    if not sys.stdout.isatty():
        for line in lines:
            click.echo("".join(text for text, _ in line).rstrip())
        return
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False)
    for line in lines:
        console.print(Text.assemble(*line), soft_wrap=True)


def printable(text: str) -> str:
    """What a stranger wrote, without anything a terminal would obey."""
    return "".join(mark if mark.isprintable() else "\N{REPLACEMENT CHARACTER}" for mark in text)


def width_of(text: str) -> int:
    """Columns on a terminal."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(mark) else 2 if unicodedata.east_asian_width(mark) in "WF" else 1
        for mark in text
    )


def padded(text: str, width: int) -> str:
    """The text, filled with spaces on its right."""
    return text + " " * (width - width_of(text))


def widths_of(rows: Sequence[Sequence[str]]) -> list[int]:
    """The widest cell of each column."""
    return [max(map(width_of, column)) for column in zip(*rows, strict=True)]


def wrapped(text: str, width: int | None) -> list[str]:
    """Lines of at most so many columns; a word is never broken, so that URLs and names can be copied."""
    first, *words = text.split(" ")
    lines = [first]
    for word in words:
        longer = f"{lines[-1]} {word}"
        fits = width is None or width_of(longer) <= width
        lines[-1:] = [longer] if fits else [lines[-1], word]
    return lines
