"""Autodiscover as Outlook asks it: POX on both hosts, the http redirect, the SRV record, and JSON v2.

Redirects by address and by URL are followed, loops are stopped; no password is ever sent, at no status.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from autoconfig.errors import AddressError, FormatError, LookupFailed, NetworkError, ValueRefused
from autoconfig.formats import autodiscover, autodiscover_json
from autoconfig.formats.parsed import Parsed
from autoconfig.model import EmailAddress, Provider, ServerType, UrlServer
from autoconfig.model.server import checked_url
from autoconfig.net.connections import NoSuchHost
from autoconfig.net.records import Srv
from autoconfig.net.suffixes import is_public_suffix
from autoconfig.resolver.clientconfig import by_dns, refusal, trust_of, weakest
from autoconfig.resolver.methods.srv import in_order
from autoconfig.resolver.methods.step import HOST, Step
from autoconfig.resolver.outcome import Failed, Found, Nothing, Outcome, Trust, worst
from autoconfig.resolver.race import Race
from autoconfig.resolver.recorder import judged

if TYPE_CHECKING:
    from autoconfig.resolver.inquiry import Inquiry, Options

NAME = "autodiscover"

PATH = "/autodiscover/autodiscover.xml"
JSON_PATH = "/autodiscover/autodiscover.json"
MAX_HOPS = 10
"""Redirects one way may lead through; Outlook follows as many."""
MAX_REDIRECTS = 20
"""Redirects of all ways together: each new address is asked for in four ways, which would multiply."""

_JSON_TYPES = {"ActiveSync": ServerType.ACTIVESYNC, "EWS": ServerType.EWS}


_FIRST = (("autodiscover.", HOST), ("_autodiscover._tcp.", "SRV"))


def steps(_options: Options) -> tuple[Step, ...]:
    """The ways to POX stand for each other; JSON v2 names services that POX does not."""
    return (
        Step(method=NAME, name="Autodiscover", ask=_ask, adds=True, first=_FIRST),
        Step(method=NAME, name="Autodiscover JSON", ask=_json, adds=True),
    )


@dataclass(slots=True)
class _Budget:
    """How often all ways together may still be sent elsewhere."""

    left: int = MAX_REDIRECTS

    def take(self) -> bool:
        """Use up one redirect; False where none is left."""
        self.left -= 1
        return self.left >= 0


@dataclass(frozen=True, slots=True)
class _Way:
    """Where one way of asking stands: the address to ask for, and what was asked before."""

    inquiry: Inquiry
    address: EmailAddress
    budget: _Budget
    seen: frozenset[str] = field(default=frozenset())

    def past(self, place: str) -> _Way:
        """The way, one place further."""
        return replace(self, seen=self.seen | {place})


async def _ask(inquiry: Inquiry) -> Outcome:
    return await _asked(_Way(inquiry, inquiry.address, _Budget()))


async def _asked(way: _Way) -> Outcome:
    """Every way for one address, in order."""
    domain = way.address.domain
    if is_public_suffix(domain):
        return Failed(reason=f"{domain} is a public suffix and is not asked.")
    runners = [
        partial(_pox, way, f"https://{domain}{PATH}"),
        partial(_pox, way, f"https://autodiscover.{domain}{PATH}"),
        partial(_by_http_redirect, way),
        partial(_by_srv, way),
    ]
    options = way.inquiry.options
    finish = await Race(runners=runners, patience=options.patience, deadline=options.deadline).run()
    if finish.winner is not None:
        return finish.outcomes[finish.winner]
    return worst([finish.outcomes[place] for place in sorted(finish.outcomes)])


async def _pox(way: _Way, url: str, trust: Trust | None = None) -> Outcome:
    """Post the address and read the answer: settings, a redirect, or a refusal."""
    # The same URL may be asked again for another address: a hoster has one for all domains.
    asked = f"{way.address} at {url}"
    if asked in way.seen or len(way.seen) >= MAX_HOPS:
        return Failed(reason=f"Autodiscover at {_host(url)} leads round in a circle.")
    inquiry = way.inquiry
    answer = await _posted(way, url)
    if not isinstance(answer, _Answered):
        return judged(f"POST {url}", answer)
    here = weakest(trust, trust_of(inquiry, answer.url))
    if isinstance(answer.content, autodiscover.Redirect):
        return judged(f"POST {url}", await _redirected(way.past(asked), answer.content, here))
    provider = answer.content.provider.for_address(inquiry.address)
    return Found(provider=provider, source=answer.url, trust=here)


@dataclass(frozen=True, slots=True)
class _Answered:
    """Settings or a redirect, and the URL they came from."""

    url: str
    content: Parsed | autodiscover.Redirect


async def _posted(way: _Way, url: str) -> _Answered | Nothing | Failed:
    request = autodiscover.render_request(way.address)
    try:
        fetched = await way.inquiry.http.post(url, request, autodiscover.MEDIA_TYPE)
    except NoSuchHost as error:
        return Nothing(reason=str(error))
    except NetworkError as error:
        return Failed.by(error)
    refused = refusal(fetched)
    if refused is not None:
        return refused
    try:
        answer = autodiscover.parse(fetched.body, way.inquiry.domain)
    except FormatError as error:
        return Failed(reason=f"{_host(url)} gives no Autodiscover answer: {error}")
    if isinstance(answer, autodiscover.Refused):
        return Nothing(reason=f"{_host(url)} says {answer.code}: {answer.message or 'no'}.")
    return _Answered(fetched.url, answer)


async def _redirected(way: _Way, redirect: autodiscover.Redirect, trust: Trust) -> Outcome:
    if not way.budget.take():
        return Failed(reason=f"Autodiscover redirects more than {MAX_REDIRECTS} times.")
    if redirect.url is not None:
        return await _pox(way, redirect.url, trust)
    try:
        other = EmailAddress.parse(redirect.address or "")
    except AddressError:
        return Failed(reason="Autodiscover redirects to something that is no address.")
    if str(other) in way.seen or other == way.address:
        return Failed(reason="Autodiscover redirects to an address it was asked for before.")
    outcome = await _asked(replace(way.past(str(way.address)), address=other))
    return replace(outcome, trust=weakest(trust, outcome.trust)) if isinstance(outcome, Found) else outcome


async def _by_http_redirect(way: _Way) -> Outcome:
    """Ask http without anything secret and believe only where it sends us, over https (MS-OXDISCO §3.1.5)."""
    url = f"http://autodiscover.{way.address.domain}{PATH}"
    try:
        fetched = await way.inquiry.http.get(url, follow=False, plain=True)
    except NoSuchHost as error:
        return Nothing(reason=str(error))
    except NetworkError as error:
        return Failed.by(error)
    target = fetched.location
    if target is None or not target.startswith("https:"):
        return judged(url, Nothing(reason=f"http://{_host(url)} does not redirect to https."))
    return await _pox(way, target, Trust.HTTP)


async def _by_srv(way: _Way) -> Outcome:
    domain = way.address.domain
    try:
        answer = await way.inquiry.dns.look_up(f"_autodiscover._tcp.{domain}", "SRV")
    except LookupFailed as error:
        return Failed.by(error)
    records = [record for record in answer.records if isinstance(record, Srv) and record.target != "."]
    if not records:
        return Nothing(reason=f"{domain} has no _autodiscover record.")
    best = in_order(records)[0]
    port = "" if best.port == 443 else f":{best.port}"
    trust = by_dns(authenticated=answer.authenticated)
    return await _pox(way, f"https://{best.target}{port}{PATH}", trust)


async def _json(inquiry: Inquiry) -> Outcome:
    """Ask JSON v2 for Exchange's own protocols; POX is asked anyway."""
    place = f"https://autodiscover.{inquiry.domain}{JSON_PATH}"
    outcomes: list[Outcome] = []
    for word, server_type in _JSON_TYPES.items():
        url = f"{place}?Email={quote(str(inquiry.address), safe='')}&Protocol={word}"
        outcomes.append(judged(url, await _service(inquiry, url, server_type)))
        if isinstance(outcomes[-1], Failed):
            break
    found = [outcome for outcome in outcomes if isinstance(outcome, Found)]
    if not found:
        return worst(outcomes)
    servers = tuple(server for outcome in found for server in outcome.provider.incoming)
    return replace(
        found[0],
        provider=replace(found[0].provider, incoming=servers),
        source=place,
        trust=weakest(*(outcome.trust for outcome in found)),
    )


async def _service(inquiry: Inquiry, url: str, server_type: ServerType) -> Outcome:
    """Where one protocol of Exchange is, if anywhere."""
    try:
        fetched = await inquiry.http.get(url)
    except NoSuchHost as error:
        return Nothing(reason=str(error))
    except NetworkError as error:
        return Failed.by(error)
    # 400 is how JSON v2 says that it does not know the protocol.
    refused = None if fetched.status == 400 else refusal(fetched)
    if refused is not None:
        return refused
    answer = autodiscover_json.parse(fetched.body)
    if answer is None:
        return Nothing(reason=f"{_host(url)} names no {server_type} service.")
    try:
        place = checked_url(answer[1], schemes=("https",))
        server = UrlServer(type=server_type, url=place, username=str(inquiry.address))
    except ValueRefused as error:
        return Failed(reason=str(error))
    name = inquiry.domain
    provider = Provider(id=name, display_name=name, short_name=name, domains=(name,), incoming=(server,))
    return Found(provider=provider, source=url, trust=trust_of(inquiry, fetched.url))


def _host(url: str) -> str:
    return urlsplit(url).hostname or "the host"
