"""Where providers come from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from autoconfig.errors import StoreError
from autoconfig.settings import shipped_providers
from autoconfig.stores.memory import Memory, memory_of
from autoconfig.stores.pulse import Pulse, pulses_of
from autoconfig.stores.store import Entry, Health, Store

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "Entry",
    "Health",
    "Memory",
    "Pulse",
    "Store",
    "is_database",
    "memory_of",
    "open_store",
    "open_stores",
    "pulses_of",
]

_DATABASES = ("sqlite", "postgresql", "postgres", "mysql", "mariadb")
"""What a SQLAlchemy URL starts with."""

_DIRECTORIES = ("ldap", "ldaps", "ldapi")


def open_store(url: str) -> Store:
    """Open one store by its URL or path. Raises StoreError in one sentence."""
    scheme, separator, rest = url.partition("://")
    if is_database(url):
        from autoconfig.stores.sql import SqlStore

        return SqlStore(url)
    if scheme in _DIRECTORIES:
        from autoconfig.stores.mapped_ldap import open_ldap

        return open_ldap(url)
    if separator and scheme != "file":
        raise StoreError(
            f"The store {scheme}://… is of a kind this version cannot open; "
            "give a folder, a mapping file, a SQLAlchemy or LDAP URL in --providers or AUTOCONFIG_PROVIDERS."
        )
    path = Path(rest if separator else url)
    if path.is_file():
        from autoconfig.stores.mapping import open_mapping

        return open_mapping(path)
    from autoconfig.stores.directory import DirectoryStore

    # The database that ships is somebody else's: its domains are published by others, its folder stays clean.
    return DirectoryStore(path, remembers=path.resolve() != shipped_providers().resolve())


def is_database(url: str) -> bool:
    """Whether a store is a database, by its URL."""
    scheme, separator, _ = url.partition("://")
    return bool(separator) and scheme.partition("+")[0] in _DATABASES


def open_stores(urls: Sequence[str]) -> Store:
    """Open several stores in a row, the first match wins. Raises StoreError."""
    if not urls:
        raise StoreError("No provider store is given.")
    stores = [open_store(url) for url in urls]
    if len(stores) == 1:
        return stores[0]
    from autoconfig.stores.chain import ChainStore

    return ChainStore(stores)
