"""How far a run over many addresses or providers has come, on a terminal only."""

from __future__ import annotations

import os
import stat
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_CHUNK = 1 << 20


@dataclass(slots=True)
class Tally:
    """How many addresses were asked about, and for how many there are settings."""

    asked: int = 0
    found: int = 0

    def add(self, *, found: bool) -> None:
        """Count one address."""
        self.asked += 1
        self.found += found

    def __str__(self) -> str:
        return f"{self.asked} addresses, {self.found} found"


class Counted(Protocol):
    """What a bar shows: how many are done, and in words."""

    asked: int


@contextmanager
def progress_bar(
    total_of: Callable[[], int | None], writer: int | None, tally: Counted
) -> Iterator[Callable[[], None]]:
    """A bar on standard error, and a function that shows the tally; none where lines go to a terminal.

    ``writer`` is where they go, None where there are none; how many there will be is asked only for a bar.
    """
    if not sys.stderr.isatty() or (writer is not None and os.isatty(writer)):
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    total = total_of()
    left = () if total is None else (TimeRemainingColumn(), TextColumn("left"))
    bar = Progress(
        BarColumn(bar_width=20),
        TextColumn("{task.fields[tally]}"),
        *(TimeElapsedColumn(), *left),
        console=Console(stderr=True),
    )
    with bar:
        task = bar.add_task("", total=total, tally=tally)
        yield lambda: bar.update(task, completed=tally.asked, tally=tally)


def count(descriptor: int) -> int | None:
    """How many addresses a file holds; None for what can be read only once."""
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        return None
    position, found, line_start = os.lseek(descriptor, 0, os.SEEK_CUR), 0, b""
    while chunk := os.pread(descriptor, _CHUNK, position):
        position += len(chunk)
        *whole, line_start = (line_start + chunk).split(b"\n")
        found += sum(map(_is_entry, whole))
    return found + _is_entry(line_start)


def _is_entry(line: bytes) -> bool:
    text = line.strip()
    return bool(text) and not text.startswith(b"#")
