"""A look-up that is told while it happens: one JSON value a line, the last of them the page itself."""

from __future__ import annotations

import json
import queue
import threading
import time
from typing import TYPE_CHECKING, Any

from autoconfig.web.pages import words
from autoconfig.web.pages.trail import Begun, Settled, Trail

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from autoconfig.web.pages.finding import Finding, Problem

MEDIA_TYPE = "application/x-ndjson"

SECONDS = 20.0
"""More than any look-up takes; then the stream ends, and the browser asks the ordinary way."""
BREATH = 2.0
"""Seconds of silence after which an empty line is sent: so we notice that the reader has gone."""


def progress(
    find: Callable[[Trail], Finding | Problem], show: Callable[[Finding | Problem], dict[str, Any]]
) -> Iterator[bytes]:
    """Run ``find`` in a thread of its own and tell what happens; ``show`` makes the last line of its result.

    Strangers says how many may wait at once, so that the threads are bounded too.
    """
    events: queue.SimpleQueue[Begun | Settled | Finding | Problem | Exception] = queue.SimpleQueue()
    trail = Trail(events.put)

    def work() -> None:
        try:
            events.put(find(trail))
        except Exception as error:
            events.put(error)

    threading.Thread(target=work, name="look-up", daemon=True).start()
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        try:
            event = events.get(timeout=BREATH)
        except queue.Empty:
            yield b"\n"
            continue
        if isinstance(event, Begun):
            yield _line({"ways": [[method, words.way(method)] for method in event.methods]})
        elif isinstance(event, Settled):
            yield _line({"settled": [event.method, event.outcome, words.outcome(event.outcome)]})
        elif isinstance(event, Exception):
            raise event
        else:
            yield _line(show(event))
            return


def _line(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode() + b"\n"
