"""One line for each method while it runs, on a terminal only, gone when the answer is there."""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from autoconfig.cli.screen import printable
from autoconfig.resolver.outcome import Failed, Found, Nothing

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from rich.text import Text

    from autoconfig.resolver.methods.step import Step
    from autoconfig.resolver.outcome import Outcome
    from autoconfig.resolver.resolution import Asked
    from autoconfig.resolver.watcher import Watcher

DELAY = 0.2
"""Seconds until the lines appear: what is quicker needs none."""
REFRESH = 0.1
"""Seconds."""

WAYS = {
    "local": "your provider database",
    "isp": "the provider's own site",
    "pacc": "the provider's PACC document",
    "ispdb": "the ISPDB",
    "mx": "whoever takes the mail (MX)",
    "srv": "SRV records",
    "autodiscover": "Autodiscover",
    "mailconf": "a mailconf record",
    "guess": "guessing server names",
}
_FRAMES = {True: "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏", False: "|/-\\"}
_ENDS = {
    True: {"found": "✓", "nothing": "·", "failed": "✗"},
    False: {"found": "+", "nothing": ".", "failed": "!"},
}
_STYLES = {"found": "green", "nothing": "dim", "failed": "red"}
_BEST_FIRST = ("found", "failed", "nothing")


@asynccontextmanager
async def live_lines() -> AsyncIterator[Watcher | None]:
    """Show the lines on standard error while the body runs; None where that is no terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    lines = LiveLines(unicode=(sys.stderr.encoding or "").lower().startswith("utf"))
    drawing = asyncio.create_task(_draw(lines))
    try:
        yield lines
    finally:
        drawing.cancel()
        await asyncio.gather(drawing, return_exceptions=True)


async def _draw(lines: LiveLines) -> None:
    await asyncio.sleep(DELAY)
    from rich.console import Console
    from rich.live import Live

    with Live(console=Console(stderr=True), transient=True, auto_refresh=False) as live:
        while True:
            live.update(lines.text(), refresh=True)
            await asyncio.sleep(REFRESH)


class LiveLines:
    """What each method is about, as the resolver tells it."""

    def __init__(self, *, unicode: bool = True) -> None:
        self._frames = _FRAMES[unicode]
        self._ends = _ENDS[unicode]
        self._frame = 0
        self._open: Counter[str] = Counter()
        self._outcomes: dict[str, set[str]] = {}
        self._said: dict[str, str] = {}

    def begun(self, steps: Sequence[Step]) -> None:
        """Note the steps of each method, in their order."""
        for step in steps:
            self._open[step.method] += 1
            self._outcomes.setdefault(step.method, set())

    def asked(self, line: Asked) -> None:
        """Note the question that ended last."""
        target = line.target.replace("https://", "").partition("?")[0]
        self._said[line.method] = f"{target}: {line.outcome}"

    def settled(self, step: Step, outcome: Outcome) -> None:
        """Note that a step of a method is over."""
        self._open[step.method] -= 1
        words = {Found: "found", Nothing: "nothing", Failed: "failed"}
        self._outcomes[step.method].add(words[type(outcome)])

    def text(self) -> Text:
        """The lines as they are now; the next call turns the wheels."""
        from rich.text import Text

        self._frame = (self._frame + 1) % len(self._frames)
        text = Text(no_wrap=True, overflow="ellipsis")
        for method in self._outcomes:
            mark, said, style = self._state(method)
            text.append(f" {mark} ", style)
            text.append(f"{WAYS.get(method, method):28} ", "" if style == "cyan" else "dim")
            text.append(f"{printable(said)}\n", style if style != "cyan" else "dim")
        text.rstrip()
        return text

    def _state(self, method: str) -> tuple[str, str, str]:
        if self._open[method]:
            return self._frames[self._frame], self._said.get(method, ""), "cyan"
        word = next(word for word in _BEST_FIRST if word in self._outcomes[method])
        return self._ends[word], word, _STYLES[word]
