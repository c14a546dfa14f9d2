"""The DNS plan of a mail domain: every record a client may ask for, as zone text and as JSON.

RFC 6186 and 8314 (mail), RFC 6764 (DAV), RFC 8620 (JMAP), RFC 5804 (filters), MS-OXDISCO (Autodiscover),
draft-ietf-mailmaint-pacc-03. What classic clients look for and the provider does not offer gets a target of
".", so that nobody guesses (RFC 6186 §3.4).
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from autoconfig.errors import ValueRefused
from autoconfig.formats.selection import at_domain
from autoconfig.model import ServerType, SocketType, TcpServer, normalize_domain
from autoconfig.model.placeholders import has_placeholder

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from autoconfig.model import AnyServer, Provider

TTL = 3600
"""Seconds."""

HTTPS_PORT = 443
AUTOCONFIG, AUTODISCOVER, PACC = "autoconfig", "autodiscover", "ua-auto-config"

_SSL, _STARTTLS, _PLAIN = SocketType.SSL, SocketType.STARTTLS, SocketType.PLAIN
SERVICES: dict[tuple[ServerType, SocketType], str] = {
    (ServerType.IMAP, _SSL): "_imaps",
    (ServerType.IMAP, _STARTTLS): "_imap",
    (ServerType.POP3, _SSL): "_pop3s",
    (ServerType.POP3, _STARTTLS): "_pop3",
    (ServerType.SMTP, _SSL): "_submissions",
    (ServerType.SMTP, _STARTTLS): "_submission",
    # RFC 6186 §3.2: _imap and its kin are for every connection that does not start with TLS.
    (ServerType.IMAP, _PLAIN): "_imap",
    (ServerType.POP3, _PLAIN): "_pop3",
    (ServerType.SMTP, _PLAIN): "_submission",
    (ServerType.MANAGESIEVE, _STARTTLS): "_sieve",
    (ServerType.MANAGESIEVE, _SSL): "_sieve",
}
URL_SERVICES = {
    ServerType.JMAP: "_jmap",
    ServerType.CALDAV: "_caldavs",
    ServerType.CARDDAV: "_carddavs",
}
DECLINED = ("_imaps", "_imap", "_pop3s", "_pop3", "_submission")
"""The five services of RFC 6186 that are declined where they are not offered."""

_STEP = 10
_MAX_STRING = 255


@dataclass(frozen=True, slots=True)
class DnsRecord:
    """One record: the owner's name with its final dot, the value as a zone file writes it."""

    name: str
    type: str
    value: str
    ttl: int = TTL

    def as_dict(self) -> dict[str, Any]:
        """The JSON of one record."""
        return {"name": self.name, "type": self.type, "ttl": self.ttl, "value": self.value}


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceHost:
    """Where this service is reached: by name, or by addresses where a CNAME is not wanted."""

    name: str
    addresses: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", normalize_domain(self.name))
        for address in self.addresses:
            try:
                ipaddress.ip_address(address)
            except ValueError:
                raise ValueRefused(f"{address!r} is not an IP address.") from None


def plan(
    provider: Provider, domain: str, host: ServiceHost, pacc_records: Sequence[str] = ()
) -> tuple[DnsRecord, ...]:
    """Every record of one mail domain; ``pacc_records`` are the texts with PACC's digests, newest first.

    A provider that knows no server at all, only where Autodiscover leads, declines nothing either.
    """
    names = [AUTOCONFIG, AUTODISCOVER, *([PACC] if pacc_records else [])]
    records = [record for name in names for record in _pointers(f"{name}.{domain}.", host)]
    records.append(_srv(f"_autodiscover._tcp.{domain}.", 0, HTTPS_PORT, host.name))
    here = at_domain(provider, domain)
    if provider.servers:
        records += _services(_published(here.servers) if here is not None else (), domain)
    records += [DnsRecord(f"_{PACC}.{domain}.", "TXT", quoted(text)) for text in pacc_records]
    return tuple(dict.fromkeys(records))


def render(domain: str, records: Iterable[DnsRecord]) -> str:
    """Write the records as a zone fragment that any name server loads (RFC 1035 §5)."""
    entries = list(records)
    width = max((len(record.name) for record in entries), default=0)
    lines = [f"; Mail settings of {domain}"]
    lines += [f"{record.name:<{width}} {record.ttl} IN {record.type:<5} {record.value}" for record in entries]
    return "\n".join(lines) + "\n"


def quoted(text: str) -> str:
    """A text as a zone file writes it: in strings of 255 bytes at most, quotes and backslashes escaped."""
    data = text.encode()
    parts = [data[start : start + _MAX_STRING] for start in range(0, len(data), _MAX_STRING)] or [b""]
    return " ".join(f'"{"".join(map(_character, part))}"' for part in parts)


def _character(byte: int) -> str:
    if byte in b'"\\':
        return f"\\{chr(byte)}"
    return chr(byte) if 0x20 <= byte < 0x7F else f"\\{byte:03d}"


def _pointers(name: str, host: ServiceHost) -> Iterator[DnsRecord]:
    """A name that leads to this service: by CNAME, or by address where that was asked for."""
    if not host.addresses:
        yield DnsRecord(name, "CNAME", f"{host.name}.")
    for address in host.addresses:
        yield DnsRecord(name, "AAAA" if ":" in address else "A", address)


def _published(servers: Sequence[AnyServer]) -> Iterator[AnyServer]:
    """The servers without the plain ones of a type that has a secure one."""
    secure = {server.type for server in servers if server.secure}
    return (server for server in servers if server.secure or server.type not in secure)


def _services(servers: Iterable[AnyServer], domain: str) -> Iterator[DnsRecord]:
    places: dict[str, list[tuple[str, int]]] = {}
    paths: dict[str, str] = {}
    for server in servers:
        found = _service(server)
        if found is None:
            continue
        service, host, port, path = found
        if (host, port) not in places.setdefault(service, []):
            places[service].append((host, port))
        if path:
            paths.setdefault(service, path)
    for service in dict.fromkeys((*SERVICES.values(), *URL_SERVICES.values())):
        name = f"{service}._tcp.{domain}."
        for index, (host, port) in enumerate(places.get(service, ())):
            yield _srv(name, index * _STEP, port, host)
        if service in DECLINED and service not in places:
            yield DnsRecord(name, "SRV", "0 0 0 .")
        if service in paths:
            yield DnsRecord(name, "TXT", quoted(f"path={paths[service]}"))


def _service(server: AnyServer) -> tuple[str, str, int, str] | None:
    """The service label, host, port and path of a server; None for what SRV records cannot say."""
    if isinstance(server, TcpServer):
        service = SERVICES.get((server.type, server.socket_type))
        if service is None or has_placeholder(server.hostname):
            return None
        return service, server.hostname, server.port, ""
    service = URL_SERVICES.get(server.type)
    parts = urlsplit(server.url)
    if service is None or parts.scheme != "https" or not parts.hostname or has_placeholder(server.url):
        return None
    path = parts.path if server.type is not ServerType.JMAP and parts.path != "/" else ""
    return service, parts.hostname, parts.port or HTTPS_PORT, path


def _srv(name: str, priority: int, port: int, target: str) -> DnsRecord:
    return DnsRecord(name, "SRV", f"{priority} 1 {port} {target}.")
