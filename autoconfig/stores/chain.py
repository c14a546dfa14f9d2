"""Several stores in a row: the first that knows a domain answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from autoconfig.stores.memory import memory_of
from autoconfig.stores.pulse import pulses_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from autoconfig.stores.memory import Memory
    from autoconfig.stores.pulse import Pulse
    from autoconfig.stores.store import Entry, Health, Store


class ChainStore:
    """Local overrides before a mirror of the ISPDB, say."""

    def __init__(self, stores: Sequence[Store]) -> None:
        self._stores = tuple(stores)

    @property
    def version(self) -> int:
        """Grows when any of the stores has changed."""
        return sum(store.version for store in self._stores)

    @property
    def pulses(self) -> tuple[Pulse | None, ...]:
        """How the source of each store answers."""
        return tuple(pulse for store in self._stores for pulse in pulses_of(store))

    def find(self, domain: str) -> Entry | None:
        """The first store's provider of a mail or MX domain."""
        return next((entry for store in self._stores if (entry := store.find(domain)) is not None), None)

    def find_by_mx(self, mx_domain: str) -> Entry | None:
        """The first store's provider with that MX domain."""
        return next(
            (entry for store in self._stores if (entry := store.find_by_mx(mx_domain)) is not None), None
        )

    def entries(self) -> Iterable[Entry]:
        """Every provider of every store, the first store's first."""
        return (entry for store in self._stores for entry in store.entries())

    def health(self) -> tuple[Health, ...]:
        """The state of each store."""
        return tuple(health for store in self._stores for health in store.health())

    def memory(self, domain: str) -> Memory | None:
        """The memory of the store that serves the domain."""
        store = next((store for store in self._stores if store.find(domain) is not None), None)
        return None if store is None else memory_of(store, domain)

    def watch(self) -> None:
        """Follow the changes of each store."""
        for store in self._stores:
            store.watch()

    def close(self) -> None:
        """Close each store."""
        for store in self._stores:
            store.close()
