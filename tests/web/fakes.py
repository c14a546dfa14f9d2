"""A store whose state a test says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from autoconfig.errors import StoreDown
from autoconfig.stores import Entry, Health

if TYPE_CHECKING:
    from collections.abc import Iterable

    from autoconfig.model import Provider


class FakeStore:
    """Serves what it is given and is in the state it is given."""

    version = 1

    def __init__(self, health: tuple[Health, ...] = (), provider: Provider | None = None) -> None:
        self._health = health
        self._provider = provider
        self.watched = 0

    def find(self, domain: str) -> Entry | None:
        """The provider, whatever the domain."""
        return None if self._provider is None else Entry(provider=self._provider, source="fake")

    def find_by_mx(self, mx_domain: str) -> Entry | None:
        """The provider, whatever the MX domain."""
        return self.find(mx_domain)

    def entries(self) -> Iterable[Entry]:
        """The provider."""
        entry = self.find("")
        return () if entry is None else (entry,)

    def health(self) -> tuple[Health, ...]:
        """The state the test wants."""
        return self._health

    def watch(self) -> None:
        """Count only."""
        self.watched += 1

    def close(self) -> None:
        """Nothing is open."""


class Down(FakeStore):
    """Knows one domain, and cannot say anything about another; counts how often it was asked."""

    asked = 0

    def find(self, domain: str) -> Entry | None:
        """The provider of kept.example. Raises StoreDown."""
        self.asked += 1
        if domain != "kept.example":
            raise StoreDown("The store postgresql://db.internal/x does not answer: no route.")
        return super().find(domain)
