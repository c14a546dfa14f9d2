"""One question of a method: what the race runs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from autoconfig.resolver.inquiry import Inquiry
from autoconfig.resolver.outcome import Outcome

HOST = "host"
"""In place of a record type: the addresses of a host, of whatever kinds this machine can use."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Asks in one way. ``needs_own_domain`` where it asks names under the domain of the address."""

    method: str
    name: str
    """For people: what is asked."""
    ask: Callable[[Inquiry], Awaitable[Outcome]]
    needs_own_domain: bool = True
    adds: bool = False
    """Whether its answer is welcome beside the winner's: calendars, filters, Exchange."""
    asks_nobody: bool = False
    """Whether it needs no network: what it finds makes every question to others needless."""
    first: tuple[tuple[str, str], ...] = ()
    """What it asks the DNS before anything else: what stands before the domain, and a type or HOST."""
