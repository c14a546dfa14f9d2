"""Where /.well-known/caldav, carddav and jmap lead: no files, but rules for the web server.

RFC 6764 §5 and RFC 8620 §2.2.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from autoconfig.export.layout import HOST_PREFIXES
from autoconfig.model import ServerType, UrlServer
from autoconfig.model.placeholders import EMAIL_DOMAIN
from autoconfig.publish import Publisher
from autoconfig.stores.single import SingleStore
from autoconfig.stores.store import Entry

if TYPE_CHECKING:
    from autoconfig.export.making import Facts

SERVICES = {
    ServerType.CALDAV: "caldav",
    ServerType.CARDDAV: "carddav",
    ServerType.JMAP: "jmap",
}

MOST_DOMAINS = 10_000
"""How many domains of one service the configuration of a web server shall name."""

_WRITTEN_SAFELY_NOWHERE = frozenset("${}")


@dataclass
class Service:
    """The redirects of one service."""

    domains: dict[str, list[str]] = field(default_factory=dict)
    """Mail domains by the URL they lead to; empty where there are too many."""
    too_many: bool = False
    everybody: str | None = None
    """The URL of every domain there is, where they all have one and the same."""
    _named: int = 0
    _seen: int = 0

    def add(self, domain: str, url: str | None) -> None:
        """Note where a domain leads, None for nowhere."""
        if self._seen == 0:
            self.everybody = url
        elif url != self.everybody:
            self.everybody = None
        self._seen += 1
        if url is None or self.too_many:
            return
        self.domains.setdefault(url, []).append(domain)
        self._named += 1
        if self._named > MOST_DOMAINS:
            self.too_many, self.domains = True, {}


class Redirects:
    """The redirects of all services, gathered domain by domain."""

    def __init__(self) -> None:
        self.services = {name: Service() for name in SERVICES.values()}
        self._facts: Facts | None = None
        self._urls: dict[str, str] | None = None
        """The URLs of every domain of a provider; None where each has its own."""

    def add(self, facts: Facts, domain: str) -> None:
        """Note where one domain's requests lead."""
        if facts is not self._facts:
            self._facts = facts
            self._urls = None if _differ(facts) else _urls(facts, domain)
        urls = _urls(facts, domain) if self._urls is None else self._urls
        for name, service in self.services.items():
            url = urls.get(name)
            service.add(domain, None if url is None or _is_there(url, name, domain) else url)

    @property
    def left_out(self) -> tuple[str, ...]:
        """The services with more domains than a configuration shall name."""
        return tuple(
            name for name, service in self.services.items() if service.too_many and not service.everybody
        )


def _differ(facts: Facts) -> bool:
    servers = facts.provider.servers
    return any(isinstance(server, UrlServer) and EMAIL_DOMAIN in server.url for server in servers)


def _urls(facts: Facts, domain: str) -> dict[str, str]:
    if not any(server.type in SERVICES for server in facts.provider.servers):
        return {}
    publisher = Publisher(SingleStore(Entry(provider=facts.provider, source=facts.source)))
    found = {name: publisher.service_url(domain, kind) for kind, name in SERVICES.items()}
    return {name: url for name, url in found.items() if url and not _WRITTEN_SAFELY_NOWHERE.intersection(url)}


def _is_there(url: str, name: str, domain: str) -> bool:
    """Whether the URL is the one that would be redirected: that would never end."""
    parts = urlsplit(url)
    hosts = {domain, *(f"{prefix}{domain}" for prefix in HOST_PREFIXES)}
    return parts.netloc in hosts and parts.path == f"/.well-known/{name}"
