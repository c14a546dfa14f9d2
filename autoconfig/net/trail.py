"""What was asked of the network, in order, with outcome and time: the raw material of every trace.

Who wants to know sets a listener; it holds for everything asked in the same task and the tasks it starts.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator


class Question(NamedTuple):
    """One question to a name server, a web server or a mail server."""

    target: str
    """``MX example.com`` or the URL asked."""
    outcome: str
    """found, nothing, failed."""
    detail: str
    started: float
    """Seconds on the event loop's clock."""
    elapsed: float
    """Seconds."""
    kept: bool = False
    """Whether the answer had been kept from before: nobody was asked now."""


Listener = Callable[[Question], None]

_listener: ContextVar[Listener | None] = ContextVar("listener", default=None)


@contextmanager
def heard_by(listener: Listener) -> Iterator[None]:
    """Tell the listener of every question asked in here."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)


def tell(target: str, outcome: str, detail: str, started: float, *, kept: bool = False) -> None:
    """Report a question that is over; ``started`` is in seconds on the event loop's clock."""
    listener = _listener.get()
    if listener is not None:
        elapsed = asyncio.get_running_loop().time() - started
        listener(Question(target, outcome, detail, started, elapsed, kept))
