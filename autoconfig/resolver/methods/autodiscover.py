"""Autodiscover as Outlook asks it: POX on both hosts, the http redirect, the SRV record, and JSON v2.

Redirects by address and by URL are followed, loops are stopped; no password is ever sent, at no status.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from autoconfig.errors import AddressError, FormatError, LookupFailed, NetworkError, ValueRefused
from autoconfig.formats import autodiscover, autodiscover_json
from autoconfig.formats.parsed import Parsed
from autoconfig.model import EmailAddress, Provider, ServerType, UrlServer
from autoconfig.net.connections import NoSuchHost
from autoconfig.net.records import Srv
from autoconfig.net.suffixes import is_public_suffix
from autoconfig.resolver.clientconfig import by_dns, refusal, trust_of, weakest
from autoconfig.resolver.methods.srv import in_order
from autoconfig.resolver.methods.step import Step
from autoconfig.resolver.outcome import Failed, Found, Nothing, Outcome, Trust, worst
from autoconfig.resolver.race import Race

if TYPE_CHECKING:
    from autoconfig.resolver.inquiry import Inquiry, Options

NAME = "autodiscover"

PATH = "/autodiscover/autodiscover.xml"
JSON_PATH = "/autodiscover/autodiscover.json"
MAX_HOPS = 10

_JSON_TYPES = {"ActiveSync": ServerType.ACTIVESYNC, "EWS": ServerType.EWS}


def steps(_options: Options) -> tuple[Step, ...]:
    """One: its parts stand for each other."""
    return (Step(method=NAME, name="Autodiscover", ask=_ask, adds=True),)


async def _ask(inquiry: Inquiry) -> Outcome:
    return await _asked(inquiry, inquiry.address, frozenset())


async def _asked(inquiry: Inquiry, address: EmailAddress, seen: frozenset[str]) -> Outcome:
    """Every way for one address, in order; ``seen`` are the addresses and URLs asked before."""
    domain = address.domain
    if is_public_suffix(domain):
        return Failed(reason=f"{domain} is a public suffix and is not asked.")
    runners = [
        partial(_pox, inquiry, f"https://{domain}{PATH}", address, seen),
        partial(_pox, inquiry, f"https://autodiscover.{domain}{PATH}", address, seen),
        partial(_by_http_redirect, inquiry, address, seen),
        partial(_by_srv, inquiry, address, seen),
        partial(_json, inquiry, address),
    ]
    options = inquiry.options
    finish = await Race(runners=runners, patience=options.patience, deadline=options.deadline).run()
    if finish.winner is not None:
        return finish.outcomes[finish.winner]
    return worst([finish.outcomes[place] for place in sorted(finish.outcomes)])


async def _pox(
    inquiry: Inquiry, url: str, address: EmailAddress, seen: frozenset[str], trust: Trust | None = None
) -> Outcome:
    """Post the address and read the answer: settings, a redirect, or a refusal."""
    if url in seen or len(seen) >= MAX_HOPS:
        return Failed(reason=f"Autodiscover at {_host(url)} leads round in a circle.")
    try:
        fetched = await inquiry.http.post(url, autodiscover.render_request(address), autodiscover.MEDIA_TYPE)
    except NoSuchHost as error:
        return Nothing(reason=str(error))
    except NetworkError as error:
        return Failed(reason=str(error), unreachable=error.unreachable)
    refused = refusal(fetched)
    if refused is not None:
        return refused
    try:
        answer = autodiscover.parse(fetched.body, inquiry.domain)
    except FormatError as error:
        return Failed(reason=f"{_host(url)} gives no Autodiscover answer: {error}")
    here = weakest(trust, trust_of(inquiry, fetched.url))
    if isinstance(answer, Parsed):
        provider = answer.provider.for_address(inquiry.address)
        return Found(provider=provider, source=fetched.url, trust=here)
    if isinstance(answer, autodiscover.Refused):
        return Nothing(reason=f"{_host(url)} says {answer.code}: {answer.message or 'no'}.")
    return await _redirected(inquiry, answer, address, seen | {url}, here)


async def _redirected(
    inquiry: Inquiry,
    redirect: autodiscover.Redirect,
    address: EmailAddress,
    seen: frozenset[str],
    trust: Trust,
) -> Outcome:
    if redirect.url is not None:
        return await _pox(inquiry, redirect.url, address, seen, trust)
    try:
        other = EmailAddress.parse(redirect.address or "")
    except AddressError:
        return Failed(reason="Autodiscover redirects to something that is no address.")
    if str(other) in seen or other == address:
        return Failed(reason="Autodiscover redirects to the address it was asked for.")
    outcome = await _asked(inquiry, other, seen | {str(address)})
    if isinstance(outcome, Found):
        return Found(provider=outcome.provider, source=outcome.source, trust=weakest(trust, outcome.trust))
    return outcome


async def _by_http_redirect(inquiry: Inquiry, address: EmailAddress, seen: frozenset[str]) -> Outcome:
    """Ask http without anything secret and believe only where it sends us, over https (MS-OXDISCO §3.1.5)."""
    url = f"http://autodiscover.{address.domain}{PATH}"
    try:
        fetched = await inquiry.http.get(url, follow=False, plain=True)
    except NoSuchHost as error:
        return Nothing(reason=str(error))
    except NetworkError as error:
        return Failed(reason=str(error), unreachable=error.unreachable)
    target = fetched.location
    if target is None or not target.startswith("https:"):
        return Nothing(reason=f"http://{_host(url)} does not redirect to https.")
    return await _pox(inquiry, target, address, seen, Trust.HTTP)


async def _by_srv(inquiry: Inquiry, address: EmailAddress, seen: frozenset[str]) -> Outcome:
    try:
        answer = await inquiry.dns.look_up(f"_autodiscover._tcp.{address.domain}", "SRV")
    except LookupFailed as error:
        return Failed(reason=str(error), unreachable=error.unreachable)
    records = [record for record in answer.records if isinstance(record, Srv) and record.target != "."]
    if not records:
        return Nothing(reason=f"{address.domain} has no _autodiscover record.")
    best = in_order(records)[0]
    port = "" if best.port == 443 else f":{best.port}"
    trust = by_dns(authenticated=answer.authenticated)
    return await _pox(inquiry, f"https://{best.target}{port}{PATH}", address, seen, trust)


async def _json(inquiry: Inquiry, address: EmailAddress) -> Outcome:
    """Ask JSON v2 for Exchange's own protocols; POX is asked anyway."""
    host = f"autodiscover.{address.domain}"
    servers = []
    outcome: Outcome = Nothing(reason=f"{host} names no Exchange service.")
    for protocol, server_type in _JSON_TYPES.items():
        url = f"https://{host}{JSON_PATH}?Email={quote(str(address), safe='@')}&Protocol={protocol}"
        try:
            fetched = await inquiry.http.get(url)
        except NoSuchHost as error:
            return Nothing(reason=str(error))
        except NetworkError as error:
            return Failed(reason=str(error), unreachable=error.unreachable)
        answer = autodiscover_json.parse(fetched.body) if fetched.status == 200 else None
        if answer is None:
            continue
        try:
            servers.append(UrlServer(type=server_type, url=answer[1], username=str(inquiry.address)))
        except ValueRefused as error:
            outcome = Failed(reason=str(error))
    if not servers:
        return outcome
    name = inquiry.domain
    provider = Provider(id=name, display_name=name, short_name=name, domains=(name,), incoming=tuple(servers))
    source = f"https://{host}{JSON_PATH}"
    return Found(provider=provider, source=source, trust=trust_of(inquiry, source))


def _host(url: str) -> str:
    return urlsplit(url).hostname or "the host"
