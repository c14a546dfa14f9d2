"""The local store: what the operator says about a domain comes before what anybody else says."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from autoconfig.errors import StoreDown
from autoconfig.resolver.methods.step import Step
from autoconfig.resolver.outcome import Failed, Found, Nothing, Outcome, Trust

if TYPE_CHECKING:
    from autoconfig.resolver.inquiry import Inquiry, Options

NAME = "local"


def steps(_options: Options) -> tuple[Step, ...]:
    """One look."""
    return (Step(method=NAME, name="local store", ask=_ask, needs_own_domain=False, asks_nobody=True),)


async def _ask(inquiry: Inquiry) -> Outcome:
    # In a thread: a database may take its time, and the loop has other things to do.
    return await asyncio.to_thread(_look, inquiry)


def _look(inquiry: Inquiry) -> Outcome:
    try:
        entry = None if inquiry.store is None else inquiry.store.find(inquiry.domain)
        if entry is None:
            return Nothing(reason=f"{inquiry.domain} is not in the local store.")
        if not entry.provider.servers:
            return Nothing(reason=f"The local store says of {inquiry.domain} only where Autodiscover leads.")
        provider = entry.provider_for(inquiry.address).for_address(inquiry.address)
    except StoreDown as error:
        return Failed(reason=str(error))
    return Found(provider=provider, source=entry.source, trust=Trust.LOCAL)
