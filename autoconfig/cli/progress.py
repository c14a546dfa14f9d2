"""How far a run over many addresses has come, on a terminal only."""

from __future__ import annotations

import os
import stat
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

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


@contextmanager
def progress_bar(reader: int, writer: int) -> Iterator[Callable[[Tally], None]]:
    """A bar on standard error, and a function that moves it; none where the lines go to a terminal."""
    if not sys.stderr.isatty() or os.isatty(writer):
        yield lambda _tally: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    total = _count(reader)
    left = () if total is None else (TimeRemainingColumn(), TextColumn("left"))
    bar = Progress(
        BarColumn(bar_width=20),
        TextColumn("{task.completed} addresses, {task.fields[found]} found"),
        *(TimeElapsedColumn(), *left),
        console=Console(stderr=True),
    )
    with bar:
        task = bar.add_task("", total=total, found=0)
        yield lambda tally: bar.update(task, completed=tally.asked, found=tally.found)


def _count(descriptor: int) -> int | None:
    """How many addresses a file holds; None for what can be read only once."""
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        return None
    position, count, line_start = os.lseek(descriptor, 0, os.SEEK_CUR), 0, b""
    while chunk := os.pread(descriptor, _CHUNK, position):
        position += len(chunk)
        *whole, line_start = (line_start + chunk).split(b"\n")
        count += sum(map(_is_entry, whole))
    return count + _is_entry(line_start)


def _is_entry(line: bytes) -> bool:
    text = line.strip()
    return bool(text) and not text.startswith(b"#")
