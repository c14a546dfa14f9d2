"""The local store: what the operator says about a domain comes before what anybody else says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from autoconfig.resolver.methods.step import Step
from autoconfig.resolver.outcome import Found, Nothing, Outcome, Trust

if TYPE_CHECKING:
    from autoconfig.resolver.inquiry import Inquiry, Options

NAME = "local"


def steps(_options: Options) -> tuple[Step, ...]:
    """One look."""
    return (Step(method=NAME, name="local store", ask=_ask, needs_own_domain=False, asks_nobody=True),)


async def _ask(inquiry: Inquiry) -> Outcome:
    entry = None if inquiry.store is None else inquiry.store.find(inquiry.domain)
    if entry is None:
        return Nothing(reason=f"{inquiry.domain} is not in the local store.")
    if not entry.provider.servers:
        return Nothing(reason=f"The local store says of {inquiry.domain} only where Autodiscover leads.")
    provider = entry.provider.for_address(inquiry.address)
    return Found(provider=provider, source=entry.source, trust=Trust.LOCAL)
