"""The DNS plans of domains that nobody lists: customers whose MX record is ours, or soon will be."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import TYPE_CHECKING

from autoconfig.cli.dns_plans import Plan, planned
from autoconfig.errors import LookupFailed, NothingFound
from autoconfig.model import TcpServer

if TYPE_CHECKING:
    from collections.abc import Callable

    from autoconfig.formats.zone import ServiceHost
    from autoconfig.model import Provider
    from autoconfig.net.dns import Dns
    from autoconfig.net.records import Answer
    from autoconfig.publish import Publisher

_MEND = "add a provider file that lists it"
_NO_PACC = "PACC is for listed domains alone"


class Planner:
    """Plans the records of domains, listed or not.

    ``dns`` opens what is asked for MX records, None where the service does not follow them; with
    ``any_name`` it is asked for names too that the public DNS has not. ``provider_id`` says whose customers
    the domains will be.
    """

    def __init__(
        self,
        publisher: Publisher,
        live: Publisher | None,
        host: ServiceHost,
        dns: Callable[[], Dns] | None,
        *,
        any_name: bool = False,
        provider_id: str | None = None,
    ) -> None:
        self._publisher = publisher
        self._live = live
        self._host = host
        self._dns = dns
        self._any_name = any_name
        self._provider_id = provider_id

    def plan(self, domain: str) -> Plan:
        """The plan of one domain. Raises NothingFound where it is nobody's, StoreDown."""
        listed = self._publisher.provider(domain)
        if listed is not None and self._provider_id in (None, listed.id):
            return planned(self._publisher, self._live, domain, self._host)
        if self._provider_id is not None:
            return self._unlisted(domain, *self._coming(self._provider_id, listed))
        return self._unlisted(domain, *self._by_mx(domain))

    def _unlisted(self, domain: str, provider: Provider, note: str) -> Plan:
        from autoconfig.formats import zone

        # Without PACC, which goes by the list: a digest in the DNS without a document would refuse clients.
        return Plan(domain, zone.plan(provider, domain, self._host), None, note)

    def _coming(self, provider_id: str, listed: Provider | None) -> tuple[Provider, str]:
        """The provider that a domain will have, and what is still to be done for that."""
        entry = next((e for e in self._publisher.store.entries() if e.provider.id == provider_id), None)
        if entry is None:
            raise NothingFound(
                f"There is no provider {provider_id!r}; autoconfig providers list has them all."
            )
        provider = entry.provider
        if provider.mx_domains:
            # As the MX rule finds it: a mapping may know more by then.
            found = self._publisher.store.find_by_mx(provider.mx_domains[0])
            if found is not None and found.provider.id == provider_id:
                provider = found.provider
        if _is_open(provider):
            raise NothingFound(
                f"The servers of {provider_id} depend on what its database says of a domain; "
                "list the domain there first."
            )
        if listed is not None:
            return (
                provider,
                f"{listed.id} lists it now; it gets these servers when {provider_id} does instead.",
            )
        if self._dns is None or not entry.provider.mx_domains:
            return provider, f"nobody lists it yet; it is served as soon as {provider_id} does."
        ours = " or ".join(entry.provider.mx_domains)
        return (
            provider,
            f"nobody lists it; it is served as soon as its MX record leads to {ours} ({_NO_PACC}).",
        )

    def _by_mx(self, domain: str) -> tuple[Provider, str]:
        """The provider that takes a domain's mail."""
        from autoconfig.net.mx import best_hosts, is_askable, names_of, why_nobody

        if self._dns is None or not is_askable(domain, any_name=self._any_name):
            raise NothingFound(f"The domain {domain} is not served; {_MEND}.")
        try:
            answer = asyncio.run(_asked(self._dns(), domain))
        except LookupFailed as error:
            raise NothingFound(
                f"The domain {domain} is not listed, and its MX record cannot be looked up: {error}"
            ) from None
        hosts = best_hosts(answer)
        for host in hosts:
            for name in names_of(host):
                entry = self._publisher.store.find_by_mx(name)
                if entry is not None:
                    whose = entry.provider.id
                    return entry.provider, f"its mail goes to {host}, so that {whose} serves it ({_NO_PACC})."
        nobody = f"it {why_nobody(answer)}"
        mail = f"its mail goes to {hosts[0]}, which is nobody's here" if hosts else nobody
        raise NothingFound(
            f"The domain {domain} is not served: {mail}; {_MEND}, or say whose it will be with --provider ID."
        )


async def _asked(dns: Dns, domain: str) -> Answer:
    async with aclosing(dns):
        return await dns.look_up(domain, "MX")


def _is_open(provider: Provider) -> bool:
    """Whether names of servers are variables that a mapping fills for each domain."""
    hosts = (server.hostname for server in provider.servers if isinstance(server, TcpServer))
    return any(host.endswith(".invalid") for host in hosts)
