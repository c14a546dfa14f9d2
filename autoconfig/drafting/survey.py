"""Finding out what a domain has: everything that names its servers, and the servers themselves."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from autoconfig.drafting.places import MAIL, mail_places, sieve_place, srv_labels, web_places
from autoconfig.errors import LookupFailed
from autoconfig.model import EmailAddress, ServerType, SocketType, TcpServer, UrlServer
from autoconfig.model.unfilled import server_without_mailbox
from autoconfig.net.records import Mx, Srv
from autoconfig.net.suffixes import registrable_domain
from autoconfig.probes.facts import TcpFacts, UrlFacts
from autoconfig.probes.judgement.login import ways_in
from autoconfig.resolver import Options

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from autoconfig.model import AnyServer, Authentication
    from autoconfig.net.dns import Dns
    from autoconfig.net.records import Answer
    from autoconfig.probes import Prober, ServerReport
    from autoconfig.resolver import Resolution, Resolver

MAILBOX = "postmaster"
"""Asked about because every domain has it (RFC 5321 §4.5.1)."""
METHODS = ("isp", "pacc", "ispdb", "mx", "srv", "autodiscover", "mailconf")
"""All but the operator's own store, which is what is to be filled, and guessing, which is done here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A server that was found, and who says so."""

    report: ServerReport
    origin: str

    @property
    def server(self) -> AnyServer:
        """The server as it was named."""
        return self.report.server

    @property
    def serves(self) -> bool:
        """Whether the service is really there, whatever its certificate."""
        facts = self.report.facts
        if isinstance(facts, TcpFacts):
            plain = facts.socket_type is SocketType.PLAIN
            return (facts.before if plain else facts.after) is not None
        return isinstance(facts, UrlFacts) and bool(facts.pages) and self.sound

    @property
    def unknown(self) -> bool:
        """Whether it is of a kind that nobody looks at (Exchange's own protocol, chat)."""
        return self.report.facts is None

    @property
    def sound(self) -> bool:
        """Whether no error was found."""
        return all(finding.severity != "error" for finding in self.report.findings)

    @property
    def ways(self) -> frozenset[Authentication]:
        """The ways to log in that the server offers."""
        facts = self.report.facts
        if not isinstance(facts, TcpFacts):
            return frozenset()
        offered = facts.before if facts.socket_type is SocketType.PLAIN else facts.after
        return frozenset() if offered is None else ways_in(offered, apop=facts.apop)


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What was found of one domain."""

    domain: str
    resolution: Resolution
    mail: tuple[Spot, ...] = ()
    """One server of each kind, those that are missing left out."""
    broken: tuple[Spot, ...] = ()
    """Servers that somebody names and that do not serve."""
    other: tuple[Spot, ...] = ()
    mx: tuple[str, ...] = ()
    """Hosts that take the domain's mail, the most preferred first."""
    reached: bool = True
    """Whether anybody was reached at all."""


async def survey(
    domain: str, *, resolver: Resolver, prober: Prober, dns: Dns, options: Options | None = None
) -> Survey:
    """Ask everybody who may know about a domain, and look at the servers. Takes up to half a minute.

    The methods of ``options`` are not used: see ``METHODS``.
    """
    address = EmailAddress.parse(f"{MAILBOX}@{domain}")
    chosen = replace(options or Options(), methods=METHODS, guess=False)
    resolution, mx = await asyncio.gather(resolver.resolve(address, chosen), _mx(dns, domain))
    named = await _named(resolution, prober)
    hosts = [spot.server.hostname for spot in named if isinstance(spot.server, TcpServer)]
    base = registrable_domain(domain)
    hosts += [host for host in mx if base is not None and registrable_domain(host) == base]
    mail = await asyncio.gather(*(_mail(kind, domain, named, hosts, prober, dns) for kind in MAIL))
    found = tuple(spot for spot in mail if spot is not None)
    other = await _other(domain, named, found, prober)
    broken = [spot for spot in named if not spot.serves and spot not in (*found, *other)]
    return Survey(
        domain=domain,
        resolution=resolution,
        mail=found,
        broken=tuple(broken),
        other=other,
        mx=mx,
        reached=not resolution.offline or any(spot.report.reached for spot in found),
    )


async def _mx(dns: Dns, domain: str) -> tuple[str, ...]:
    try:
        answer = await dns.look_up(domain, "MX")
    except LookupFailed:
        return ()
    records = sorted((record for record in answer.records if isinstance(record, Mx)), key=_place)
    return tuple(record.exchange for record in records if record.exchange != ".")


def _place(record: Mx) -> tuple[int, str]:
    return record.preference, record.exchange


async def _named(resolution: Resolution, prober: Prober) -> list[Spot]:
    """The servers that documents and records name, looked at."""
    found = (*resolution.incoming, *resolution.outgoing, *resolution.other)
    servers = [server_without_mailbox(entry.server, resolution.address) for entry in found]
    reports = await asyncio.gather(*map(prober.probe, servers))
    origins = [_origin(resolution, entry.method) for entry in found]
    return [Spot(report=report, origin=origin) for report, origin in zip(reports, origins, strict=True)]


def _origin(resolution: Resolution, method: str) -> str:
    if method == resolution.method:
        return resolution.source.partition("?")[0]
    return {"srv": f"SRV {resolution.address.domain}", "autodiscover": "Autodiscover"}.get(method, method)


async def _mail(
    kind: ServerType, domain: str, named: Sequence[Spot], hosts: Sequence[str], prober: Prober, dns: Dns
) -> Spot | None:
    """The server of one kind: a named one that serves, else one at a usual place, else a named one."""
    of_kind = [spot for spot in named if spot.server.type is kind]
    serving = [spot for spot in of_kind if spot.serves]
    if serving:
        return _best(serving)
    declined = await _declined(kind, domain, dns)
    places = list(mail_places(kind, domain, hosts, declined))
    reports = await asyncio.gather(*map(prober.probe, places))
    spots = [Spot(report=report, origin="it answers; nobody names it") for report in reports]
    guessed = [spot for spot in spots if spot.serves]
    if guessed:
        return await _by_its_own_name(_best(guessed), prober)
    return of_kind[0] if of_kind else None


def _best(spots: Sequence[Spot]) -> Spot:
    """The first without an error, else the first."""
    return next((spot for spot in spots if spot.sound), spots[0])


async def _declined(kind: ServerType, domain: str, dns: Dns) -> list[SocketType]:
    """The kinds of socket that the domain says it does not offer (a target of ``.``, RFC 6186 §3.4)."""
    labels = srv_labels(kind)
    answers = await asyncio.gather(
        *(dns.look_up(f"{label}._tcp.{domain}", "SRV") for label in labels.values()), return_exceptions=True
    )
    return [
        socket_type
        for socket_type, answer in zip(labels, answers, strict=True)
        if not isinstance(answer, BaseException) and _is_declined(answer)
    ]


def _is_declined(answer: Answer) -> bool:
    return [record.target for record in answer.records if isinstance(record, Srv)] == ["."]


async def _by_its_own_name(spot: Spot, prober: Prober) -> Spot:
    """The same server under a name that its certificate has, where it leads to the same machine."""
    facts, server = spot.report.facts, spot.server
    if not isinstance(facts, TcpFacts) or not isinstance(server, TcpServer) or facts.tls is None:
        return spot
    certificate = facts.tls.certificate
    if facts.tls.name_matches or certificate is None:
        return spot
    names = [name for name in certificate.names if "*" not in name and "." in name][:3]
    for name in names:
        report = await prober.probe(replace(server, hostname=name))
        same = report.facts is not None and _addresses(report) & {each.address for each in facts.attempts}
        if same and not report.findings:
            origin = f"it answers as {server.hostname} too; its certificate is for this name"
            return Spot(report=report, origin=origin)
    return spot


def _addresses(report: ServerReport) -> set[str]:
    assert report.facts is not None
    return {attempt.address for attempt in report.facts.attempts}


async def _other(
    domain: str, named: Iterable[Spot], mail: Iterable[Spot], prober: Prober
) -> tuple[Spot, ...]:
    """Filters, calendars, address books and JMAP: named, or at their usual places."""
    known = [spot for spot in named if spot.server.type not in MAIL]
    types = {spot.server.type for spot in known}
    places: list[AnyServer] = list(web_places(domain, types))
    if ServerType.MANAGESIEVE not in types:
        places += [
            sieve_place(spot.server.hostname)
            for spot in mail
            if spot.server.type is ServerType.IMAP and isinstance(spot.server, TcpServer)
        ]
    reports = await asyncio.gather(*map(prober.probe, places))
    spots = [Spot(report=report, origin="it answers; nobody names it") for report in reports]
    kept = [spot for spot in known if spot.serves or spot.unknown]
    return (*kept, *(spot for spot in spots if spot.serves and spot.sound))


def final_url(spot: Spot) -> str:
    """The URL that a service on the web leads to."""
    facts = spot.report.facts
    assert isinstance(spot.server, UrlServer)
    return facts.pages[-1].url if isinstance(facts, UrlFacts) and facts.pages else spot.server.url
