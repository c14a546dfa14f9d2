"""Where providers come from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from autoconfig.errors import StoreError
from autoconfig.settings import shipped_providers
from autoconfig.stores.memory import Memory, memory_of
from autoconfig.stores.store import Entry, Health, Store

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Entry", "Health", "Memory", "Store", "memory_of", "open_store", "open_stores"]


def open_store(url: str) -> Store:
    """Open one store by its URL or path. Raises StoreError in one sentence."""
    scheme, separator, rest = url.partition("://")
    if separator and scheme != "file":
        raise StoreError(
            f"The store {scheme}://… is of a kind this version cannot open; "
            "give a folder in --providers or AUTOCONFIG_PROVIDERS."
        )
    from autoconfig.stores.directory import DirectoryStore

    path = Path(rest if separator else url)
    # The database that ships is somebody else's: its domains are published by others, its folder stays clean.
    return DirectoryStore(path, remembers=path.resolve() != shipped_providers().resolve())


def open_stores(urls: Sequence[str]) -> Store:
    """Open several stores in a row, the first match wins. Raises StoreError."""
    if not urls:
        raise StoreError("No provider store is given.")
    stores = [open_store(url) for url in urls]
    if len(stores) == 1:
        return stores[0]
    from autoconfig.stores.chain import ChainStore

    return ChainStore(stores)
