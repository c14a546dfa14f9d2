"""The documents for everybody at a domain, rendered once and kept until the store changes."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from autoconfig.errors import StoreDown
from autoconfig.publish.document import Document
from autoconfig.publish.template import Template
from autoconfig.stores import pulses_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from autoconfig.publish.kind import Kind
    from autoconfig.stores import Entry, Store

Key = TypeVar("Key")
Value = TypeVar("Value")

KEPT_DOCUMENTS = 20_000
"""How many rendered documents are kept at most; about a kilobyte each."""
FEW_DOCUMENTS = 2_000
"""Up to how many one is kept that a template makes: more do not fit into the processor's caches, and to write
each into memory that lies in none costs more than making it again."""


_NOT_RENDERED = Document(b"", ())
"""Stands where nothing is kept; None is kept for a provider with nothing to say."""


class Kept(NamedTuple):
    """The documents rendered from one version of the store."""

    version: int
    documents: dict[tuple[str, str, str], Document | None]
    endpoints: dict[tuple[str, str], dict[str, str]]
    templates: dict[tuple[str, int], Template]
    """By kind and identity of the provider, which the template keeps alive."""


class KeptDocuments:
    """Renders the documents of one store that do not depend on the mailbox, and keeps them."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._pulses = tuple(pulse for pulse in pulses_of(store) if pulse is not None)
        self._kept = Kept(store.version, {}, {}, {})

    def _entry(self, domain: str, mx_domain: str | None) -> Entry | None:
        entry = self.store.find(domain)
        return self.store.find_by_mx(mx_domain) if entry is None and mx_domain is not None else entry

    def _at_hand(self, kind: Kind, domain: str) -> Document | None:
        """The document for everybody at a listed domain if it lies ready."""
        kept = self._kept
        document = kept.documents.get((kind.name, domain, ""))
        if document is None or kept.version != self.store.version:
            return None
        for pulse in self._pulses:
            if pulse.failure is not None:
                # The store is looked into all the same: it counts the answers that may be old.
                with suppress(StoreDown):
                    self.store.find(domain)
                break
        return document

    def _document(
        self,
        kind: Kind,
        domain: str,
        mx_domain: str | None = None,
        *,
        made: Callable[[str, bytes], None] | None = None,
        everybody: bool = False,
    ) -> Document | None:
        """The document for everybody at a domain, kept from one change of the store to the next.

        With ``everybody`` none where a mailbox may get another. ``made`` is told of what is rendered, once:
        such documents are always kept.
        """
        kept = self._kept_now()
        entry = listed = self.store.find(domain)
        if entry is None and mx_domain is not None:
            entry = self.store.find_by_mx(mx_domain)
        if entry is None:
            return None
        personal = entry.mailbox is not None
        if personal and everybody:
            return None
        # What a mailbox may get otherwise lies out of the way of _at_hand, which knows no mailbox.
        name = f"{kind.name} for anybody" if personal else kind.name
        key = (name, domain, "" if listed is not None else mx_domain or "")
        document = kept.documents.get(key, _NOT_RENDERED)
        if document is not _NOT_RENDERED:
            return document
        template = kept.templates.get((name, id(entry.provider)))
        if template is None:
            template = Template(entry.provider, kind, personal=personal)
            keep(kept.templates, (name, id(entry.provider)), template)
        document = template.document(domain)
        if document is not None and made is not None:
            made(domain, document.body)
        if made is not None or len(kept.documents) < FEW_DOCUMENTS or not template.serves(domain):
            keep(kept.documents, key, document)
        return document

    def _kept_now(self) -> Kept:
        """What is kept of the store as it is; ask before the provider, so that it is newer if anything."""
        kept = self._kept
        version = self.store.version
        if kept.version != version:
            self._kept = kept = Kept(version, {}, {}, {})
        return kept


def keep(table: dict[Key, Value], key: Key, value: Value) -> None:
    if len(table) >= KEPT_DOCUMENTS:
        table.clear()
    table[key] = value
