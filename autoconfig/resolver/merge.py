"""Many outcomes, one answer: the winner's mail servers, what others add, and what they contradict."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from autoconfig.model import ServerType, TcpServer
from autoconfig.resolver.resolution import Conflict, ServerFound

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from autoconfig.model import AnyServer, Provider
    from autoconfig.resolver.outcome import Found

_CLASSIC = (ServerType.IMAP, ServerType.POP3, ServerType.SMTP)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Settings and the method that found them; ``adds`` where its other services are welcome."""

    method: str
    found: Found
    adds: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """The settings of all sources together."""

    provider: Provider
    incoming: tuple[ServerFound, ...]
    outgoing: tuple[ServerFound, ...]
    other: tuple[ServerFound, ...]
    conflicts: tuple[Conflict, ...]


def merge(sources: Sequence[Source]) -> Merged:
    """Join the sources, the winner first, the others by rank."""
    winner = sources[0]
    incoming = _servers(winner, winner.found.provider.incoming)
    outgoing = _servers(winner, winner.found.provider.outgoing)
    other = _servers(winner, winner.found.provider.other)
    for source in sources[1:]:
        provider = source.found.provider
        if not outgoing:
            outgoing = _servers(source, provider.outgoing)
        if source.adds:
            incoming += _new(source, provider.incoming, incoming)
            other += _new(source, provider.other, other)
    provider = replace(
        winner.found.provider,
        incoming=tuple(entry.server for entry in incoming),
        outgoing=tuple(entry.server for entry in outgoing),
        other=tuple(entry.server for entry in other),
    )
    conflicts = _conflicts((*incoming, *outgoing, *other), sources[1:])
    return Merged(provider=provider, incoming=incoming, outgoing=outgoing, other=other, conflicts=conflicts)


def _servers(source: Source, servers: Iterable[AnyServer]) -> tuple[ServerFound, ...]:
    return tuple(
        ServerFound(server=server, method=source.method, trust=source.found.trust) for server in servers
    )


def _new(
    source: Source, servers: Iterable[AnyServer], known: Sequence[ServerFound]
) -> tuple[ServerFound, ...]:
    """Servers of kinds that nobody better placed has named; IMAP and POP3 are the winner's alone."""
    types = {entry.server.type for entry in known}
    return _servers(
        source,
        (server for server in servers if server.type not in types and server.type not in _CLASSIC),
    )


def _conflicts(chosen: Sequence[ServerFound], others: Sequence[Source]) -> tuple[Conflict, ...]:
    """One for each source and type whose servers are none of those chosen."""
    found = []
    for source in others:
        for server_type in dict.fromkeys(server.type for server in source.found.provider.servers):
            ours = [entry for entry in chosen if entry.server.type is server_type]
            theirs = [entry for entry in source.found.provider.servers if entry.type is server_type]
            places = {_place(entry.server) for entry in ours}
            strange = [server for server in theirs if _place(server) not in places]
            if ours and strange and len(strange) == len(theirs):
                other = ServerFound(server=strange[0], method=source.method, trust=source.found.trust)
                found.append(Conflict(type=str(server_type), chosen=ours[0], other=other))
    return tuple(found)


def _place(server: AnyServer) -> tuple[str, int | None, str]:
    if isinstance(server, TcpServer):
        return server.hostname, server.port, str(server.socket_type)
    return server.url.rstrip("/"), None, ""
