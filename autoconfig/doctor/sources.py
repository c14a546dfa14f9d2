"""What every source says about a domain's servers, and where they contradict each other."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from autoconfig.doctor.fixes import Problem
from autoconfig.doctor.predict import shown
from autoconfig.doctor.ways.pages import label
from autoconfig.errors import FormatError, ValueRefused
from autoconfig.formats import autodiscover, mozilla, pacc
from autoconfig.formats.parsed import Parsed
from autoconfig.formats.zone import SERVICES
from autoconfig.model import ServerType, TcpServer
from autoconfig.net.records import Srv

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from autoconfig.doctor.heard import Heard
    from autoconfig.doctor.visit import Visit
    from autoconfig.model import EmailAddress, Provider

LOCAL = "provider file"
NAMES = {
    "autoconfig": "autoconfig",
    "well-known": ".well-known",
    "pacc": "PACC",
    "autodiscover": "Autodiscover",
    "srv": "SRV records",
    "ispdb": "ISPDB",
}
"""By way, the most authoritative first."""

_TYPES = (ServerType.IMAP, ServerType.POP3, ServerType.SMTP)
_PACC_HOST = "https://ua-auto-config."


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One source and the mail servers it names, login names filled in."""

    name: str
    where: str
    servers: tuple[TcpServer, ...]

    def as_dict(self) -> dict[str, Any]:
        """The JSON of one source."""
        return {
            "name": self.name,
            "where": self.where,
            "servers": [
                {
                    "type": str(server.type),
                    "hostname": server.hostname,
                    "port": server.port,
                    "socket_type": str(server.socket_type),
                    "authentication": [str(word) for word in server.authentication],
                    "username": server.username,
                }
                for server in self.servers
            ],
        }


async def sources_of(visit: Visit, provider: Provider | None = None) -> tuple[Source, ...]:
    """Everybody who names servers, the most authoritative first; web servers are not asked again."""
    found: dict[str, Source] = {}
    for heard in sorted(visit.answers, key=lambda heard: heard.url):
        way = "pacc" if heard.url.startswith(_PACC_HOST) else label(heard.url)
        if way in NAMES and way not in found and (servers := _servers_in(heard, way, visit.mailbox)):
            found[way] = Source(name=NAMES[way], where=shown(heard.url), servers=servers)
    srv = await _srv(visit)
    if srv:
        found["srv"] = Source(name=NAMES["srv"], where=f"SRV {visit.mailbox.domain}", servers=srv)
    own = () if provider is None else _mail_servers(provider.for_address(visit.mailbox))
    first = (Source(name=LOCAL, where=provider.id, servers=own),) if provider is not None and own else ()
    return (*first, *(found[way] for way in NAMES if way in found))


def _servers_in(heard: Heard, way: str, mailbox: EmailAddress) -> tuple[TcpServer, ...]:
    if heard.fetched is None or heard.fetched.status != 200:
        return ()
    body = heard.fetched.body
    try:
        if way == "autodiscover":
            answer = autodiscover.parse(body, mailbox.domain)
            return _mail_servers(answer.provider.for_address(mailbox)) if isinstance(answer, Parsed) else ()
        parsed = pacc.parse(body, mailbox.domain) if way == "pacc" else mozilla.parse(body)
    except FormatError:
        return ()
    return _mail_servers(parsed.provider.for_address(mailbox))


def _mail_servers(provider: Provider) -> tuple[TcpServer, ...]:
    servers = (*provider.incoming, *provider.outgoing)
    return tuple(server for server in servers if isinstance(server, TcpServer) and server.type in _TYPES)


async def _srv(visit: Visit) -> tuple[TcpServer, ...]:
    labels = {label: kind for kind, label in reversed(SERVICES.items()) if kind[0] in _TYPES}
    names = [f"{label}._tcp.{visit.mailbox.domain}" for label in labels]
    answers = await asyncio.gather(*(visit.records(name, "SRV") for name in names))
    servers = []
    for (server_type, socket_type), answer in zip(labels.values(), answers, strict=True):
        for record in answer.records:
            if isinstance(record, Srv) and record.target != ".":
                try:
                    server = TcpServer(
                        type=server_type, hostname=record.target, port=record.port, socket_type=socket_type
                    )
                except ValueRefused:
                    continue
                servers.append(server)
    return tuple(servers)


def contradictions(sources: Sequence[Source]) -> Iterator[Problem]:
    """Sources that name none of the servers of a kind that a better-placed source names."""
    for server_type in _TYPES:
        best: Source | None = None
        for source in sources:
            here = _places(source.servers, server_type)
            if not here:
                continue
            if best is None:
                best = source
            elif not here & (there := _places(best.servers, server_type)):
                why = f"{source.name} says {_listed(here)}; {best.name} says {_listed(there)}."
                yield Problem("sources-differ", source.where, why)


def _places(servers: Iterable[TcpServer], server_type: ServerType) -> set[str]:
    return {
        f"{server.type} {server.hostname}:{server.port} {server.socket_type}"
        for server in servers
        if server.type is server_type
    }


def _listed(places: set[str]) -> str:
    return " or ".join(sorted(places))
