"""Importing what a test has in mind, without a file."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from autoconfig.stores.importing import Importer, Item, NewName, NewProvider
from tests.stores.folder import toml_text

if TYPE_CHECKING:
    from autoconfig.stores.takeover import Imported


def provider(provider_id: str, *, name: str = "", host: str = "") -> NewProvider:
    """A provider with its document, its names aside."""
    return NewProvider(provider_id, toml_text(name=name or provider_id, host=host), "test")


def domains(provider_id: str, *names: str) -> list[NewName]:
    """Mail domains of a provider."""
    return [NewName("domain", name, provider_id) for name in names]


def mx(provider_id: str, *names: str) -> list[NewName]:
    """MX domains of a provider."""
    return [NewName("mx", name, provider_id) for name in names]


def imported(
    url: str, *items: Item, replace: bool = True, move: bool = False, import_id: str = ""
) -> Imported:
    """Import the items, as a source of documents is."""
    importer = Importer(url)
    try:
        return importer.run(import_id or uuid.uuid4().hex, items, replace=replace, move=move)
    finally:
        importer.close()
