"""The MX record: whoever takes the mail of a domain may know its settings.

The most preferred host alone counts (draft-ietf-mailmaint-autoconfig-06 §4): its name less the first label,
then its registrable domain, each looked for in the local store, at the provider's site and in the ISPDB. Of
equally preferred hosts, by name, the local store is asked about each, strangers about the first that is
not the domain's own.
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from autoconfig.errors import LookupFailed, StoreDown
from autoconfig.net.mx import best_hosts, why_nobody
from autoconfig.net.suffixes import mx_domains
from autoconfig.resolver.clientconfig import by_dns, fetch, site_url
from autoconfig.resolver.methods.ispdb import url_of
from autoconfig.resolver.methods.step import Step
from autoconfig.resolver.outcome import Failed, Found, Nothing, Outcome, Trust, worst
from autoconfig.resolver.race import Race
from autoconfig.resolver.recorder import judged

if TYPE_CHECKING:
    from autoconfig.resolver.inquiry import Inquiry, Options
    from autoconfig.resolver.race import Runner

NAME = "mx"


def steps(_options: Options) -> tuple[Step, ...]:
    """One: its parts depend on each other."""
    return (Step(method=NAME, name="MX", ask=_ask, first=(("", "MX"),)),)


async def _ask(inquiry: Inquiry) -> Outcome:
    try:
        answer = await inquiry.dns.look_up(inquiry.domain, "MX")
    except LookupFailed as error:
        return Failed.by(error)
    reason = f"{inquiry.domain} {why_nobody(answer)}"
    if not answer.records:
        return Nothing(reason=f"{reason} ({answer.absent}).")
    hosts = best_hosts(answer)
    if not hosts:
        return judged(f"MX {inquiry.domain}", Nothing(reason=f"{reason}."))
    trust = by_dns(authenticated=answer.authenticated)
    local = await asyncio.to_thread(_local, inquiry, hosts, trust)
    return local if local is not None else await _elsewhere(inquiry, hosts, trust)


def _local(inquiry: Inquiry, hosts: tuple[str, ...], trust: Trust) -> Outcome | None:
    if inquiry.store is None:
        return None
    try:
        for host in hosts:
            for name in (host, *mx_domains(host, inquiry.domain)):
                entry = inquiry.store.find_by_mx(name)
                if entry is not None and entry.provider.servers:
                    provider = entry.provider_for(inquiry.address).for_address(inquiry.address)
                    return Found(provider=provider, source=entry.source, trust=trust, detail=f"MX {host}")
    except StoreDown as error:
        return Failed(reason=str(error))
    return None


async def _elsewhere(inquiry: Inquiry, hosts: tuple[str, ...], trust: Trust) -> Outcome:
    """The provider's site and the ISPDB for each domain, all at once, the better-placed first."""
    runners: list[Runner] = []
    domains = (mx_domains(host, inquiry.domain) for host in hosts)
    for name in next(filter(None, domains), ()):
        runners.append(partial(fetch, inquiry, site_url(f"autoconfig.{name}", inquiry), trust=trust))
        runners += [
            partial(fetch, inquiry, url_of(base, name), trust=trust, plain=base.startswith("http:"))
            for base in inquiry.options.ispdb_urls
        ]
    options = inquiry.options
    finish = await Race(runners=runners, patience=options.patience, deadline=options.deadline).run()
    if finish.winner is not None:
        return finish.outcomes[finish.winner]
    return worst([finish.outcomes[place] for place in sorted(finish.outcomes)])
