"""What probes work with, and the time that one probe has."""

from __future__ import annotations

import asyncio
import datetime
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from autoconfig.probes.contexts import Contexts

if TYPE_CHECKING:
    from autoconfig.net.connections import Connector
    from autoconfig.net.dns import Dns
    from autoconfig.net.http import Http
    from autoconfig.probes.pacer import Pacer

LIMIT = 10.0
"""Seconds of one probe, what is waited for a turn not counted: about fifteen with it."""
STEP = 6.0
"""Seconds for one connection until its greeting, and for one command."""
_LEAST = 0.5


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What every probe of a prober shares."""

    dns: Dns
    connector: Connector
    http: Http
    pacer: Pacer
    own: bool = False
    """Whether the servers are one's own, which may be asked more."""
    step: float = STEP
    limit: float = LIMIT
    contexts: Contexts = field(default_factory=Contexts)
    now: Callable[[], datetime.datetime] = _now


class OutOfTime(Exception):
    """The probe has used up its time."""


class Budget:
    """The time of one probe; waiting for one's turn does not count."""

    def __init__(self, limit: float) -> None:
        self._clock = asyncio.get_running_loop().time
        self._end = self._clock() + limit

    def forgive(self, seconds: float) -> None:
        """Time that was only waited."""
        self._end += seconds

    def step(self, most: float) -> float:
        """Seconds that the next step may take. Raises OutOfTime."""
        left = self._end - self._clock()
        if left < min(_LEAST, most):
            raise OutOfTime
        return min(most, left)
