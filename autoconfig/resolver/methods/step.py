"""One question of a method: what the race runs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from autoconfig.resolver.inquiry import Inquiry
from autoconfig.resolver.outcome import Outcome


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
