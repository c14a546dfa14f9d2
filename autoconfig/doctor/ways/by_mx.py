"""Whoever takes the mail may know the settings: the same ways at the domains that the MX host stands for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from autoconfig.doctor.look import Find
from autoconfig.net.mx import best_hosts
from autoconfig.net.suffixes import is_public_suffix

if TYPE_CHECKING:
    from collections.abc import Callable

    from autoconfig.doctor.look import Look, Search, Way


@dataclass(frozen=True, slots=True, kw_only=True)
class ByMx:
    """Ways that are gone at each of these domains in turn, until one brings servers or ends the search."""

    ways: tuple[Way, ...]
    domains: Callable[[str, str], tuple[str, ...]]
    """Given the most preferred MX host and the mail domain."""
    family: str = ""

    async def look(self, search: Search) -> list[Look]:
        """Look at one domain after the other; nowhere where the domain takes no mail."""
        mail_domain = search.visit.mailbox.domain
        answer = await search.visit.records(mail_domain, "MX")
        hosts = best_hosts(answer)
        if not hosts:
            return []
        looks: list[Look] = []
        for domain in self.domains(hosts[0], mail_domain):
            for way in self.ways:
                looks += await way.look(replace(search, domain=domain))
                if looks and (looks[-1].ends or looks[-1].find is Find.FOUND):
                    return looks
        return looks


def above(host: str) -> tuple[str, ...]:
    """The host and its name less one label after the other, up to where names are everybody's."""
    labels = host.split(".")
    names = (".".join(labels[start:]) for start in range(len(labels)))
    return tuple(name for name in names if not is_public_suffix(name))
