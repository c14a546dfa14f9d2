"""Names: does the host exist, where does it lead, and may one go there?"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from autoconfig.errors import LookupFailed, NetworkError
from autoconfig.net.connections import NoSuchHost
from autoconfig.net.guard import is_address
from autoconfig.net.reasons import NotAllowed
from autoconfig.probes.facts import NameFacts

if TYPE_CHECKING:
    from autoconfig.net.connections import Connector
    from autoconfig.net.dns import Dns
    from autoconfig.net.records import Answer


async def look_up(dns: Dns, connector: Connector, host: str) -> tuple[NameFacts, tuple[str, ...]]:
    """What the DNS says about a host, and the addresses of it that are to be connected to, IPv6 first."""
    facts = await _named(dns, host)
    try:
        return facts, await connector.addresses(host)
    except NetworkError as error:
        if isinstance(error, NoSuchHost) and facts.ipv6:
            detail = f"{host} has IPv6 addresses only, and this machine has no IPv6."
            return _with_problem(facts, "not-probed", detail), ()
        return _with_problem(facts, _code(error), str(error)), ()


async def _named(dns: Dns, host: str) -> NameFacts:
    if is_address(host):
        ipv6 = ":" in host
        return NameFacts(
            host=host,
            canonical=host,
            ipv4=() if ipv6 else (host,),
            ipv6=(host,) if ipv6 else (),
            heard=False,
        )
    given = await asyncio.gather(*(dns.look_up(host, kind) for kind in ("A", "AAAA")), return_exceptions=True)
    for answer in given:
        if isinstance(answer, BaseException) and not isinstance(answer, LookupFailed):
            raise answer
    a, aaaa = (None if isinstance(answer, BaseException) else answer for answer in given)
    answers = [answer for answer in (a, aaaa) if answer is not None]
    silent = [isinstance(answer, LookupFailed) and answer.unreachable for answer in given]
    told = next((answer for answer in answers if answer.records), answers[0] if answers else None)
    return NameFacts(
        host=host,
        canonical=told.canonical if told is not None else host,
        ipv4=_addresses(a),
        ipv6=_addresses(aaaa),
        authenticated=bool(answers) and all(answer.authenticated for answer in answers),
        heard=not all(silent),
    )


def _addresses(answer: Answer | None) -> tuple[str, ...]:
    return () if answer is None else tuple(record for record in answer.records if isinstance(record, str))


def _with_problem(facts: NameFacts, code: str, detail: str) -> NameFacts:
    return replace(facts, problem=code, detail=detail)


def _code(error: NetworkError) -> str:
    if isinstance(error, NoSuchHost):
        return "name-unresolvable"
    return "address-private" if isinstance(error, NotAllowed) else "name-lookup-failed"
