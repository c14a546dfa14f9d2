"""The ISPDB: a database of providers kept by others, asked by domain; several bases, tried in their order."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from autoconfig.resolver.clientconfig import fetch
from autoconfig.resolver.methods.step import Step

if TYPE_CHECKING:
    from autoconfig.resolver.inquiry import Inquiry, Options
    from autoconfig.resolver.outcome import Outcome

NAME = "ispdb"


def steps(options: Options) -> tuple[Step, ...]:
    """One for each base."""
    return tuple(
        Step(method=NAME, name=base, ask=partial(_ask, base=base), needs_own_domain=False)
        for base in options.ispdb_urls
    )


async def _ask(inquiry: Inquiry, *, base: str) -> Outcome:
    return await fetch(inquiry, url_of(base, inquiry.domain), plain=base.startswith("http:"))


def url_of(base: str, domain: str) -> str:
    """The document of a domain below a base URL; a base that ends in a query gets it appended as it is."""
    return f"{base}{domain}" if base.endswith(("/", "=")) else f"{base}/{domain}"
