"""Providers by domain and by MX domain: an immutable table, swapped in whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from autoconfig.model import Remark

if TYPE_CHECKING:
    from collections.abc import Iterable

    from autoconfig.model import Provider
    from autoconfig.stores.store import Entry


class Index:
    """Look-ups in constant time, however many domains there are."""

    __slots__ = ("_by_domain", "_by_mx", "entries")

    def __init__(self) -> None:
        self._by_domain: dict[str, Entry] = {}
        self._by_mx: dict[str, Entry] = {}
        self.entries: list[Entry] = []

    @property
    def domains(self) -> int:
        """How many mail domains are served."""
        return len(self._by_domain)

    def find(self, domain: str) -> Entry | None:
        """The provider of a mail domain; an MX domain is found too, as clients ask the ISPDB for both."""
        return self._by_domain.get(domain) or self._by_mx.get(domain)

    def find_by_mx(self, mx_domain: str) -> Entry | None:
        """The provider with that MX domain.

        A document that marks no MX domain may mean any of its domains as one: the ISPDB writes so.
        """
        entry = self._by_mx.get(mx_domain)
        if entry is None:
            candidate = self._by_domain.get(mx_domain)
            if candidate is not None and not candidate.provider.mx_domains:
                return candidate
        return entry

    def conflict(self, provider: Provider) -> tuple[str, Entry] | None:
        """The first domain of the provider that another entry has already, and that entry."""
        for domains, taken in ((provider.domains, self._by_domain), (provider.mx_domains, self._by_mx)):
            for domain in domains:
                if domain in taken:
                    return domain, taken[domain]
        return None

    def add(self, entry: Entry) -> None:
        """Add a provider that conflicts with none."""
        self.entries.append(entry)
        self._by_domain.update(dict.fromkeys(entry.provider.domains, entry))
        self._by_mx.update(dict.fromkeys(entry.provider.mx_domains, entry))


def same_ids(entries: Iterable[Entry]) -> list[Remark]:
    """A remark for each provider whose id another one has already."""
    seen: dict[str, Entry] = {}
    remarks = []
    for entry in entries:
        other = seen.setdefault(entry.provider.id, entry)
        if other is not entry:
            message = f"The id stands in {other.source} already; give each provider one of its own."
            remarks.append(Remark(message=message, path="id", value=entry.provider.id, source=entry.source))
    return remarks
