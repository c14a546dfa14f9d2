"""Address and format to document bytes: the one way, for web, commands and export alike.

A document depends on the provider and the domain, never on the mailbox, so that each is rendered once and
kept until the store changes. POX alone names the address; it is put into the kept document.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeVar

from autoconfig.formats import autodiscover, autodiscover_json, mobileconfig, mobilesync, mozilla, pacc
from autoconfig.formats.selection import at_domain
from autoconfig.model import UrlServer
from autoconfig.model.placeholders import has_placeholder
from autoconfig.publish.document import PRIVATE, PUBLIC, PUBLIC_AS_IT_IS, Document, etag_of
from autoconfig.publish.template import Template

if TYPE_CHECKING:
    from collections.abc import Callable

    from autoconfig.model import EmailAddress, Provider, ServerType
    from autoconfig.stores import Store

Key = TypeVar("Key")
Value = TypeVar("Value")

KEPT_DOCUMENTS = 20_000
"""How many rendered documents are kept at most; about a kilobyte each."""


_NOT_RENDERED = Document(b"", "", "")
"""Stands where nothing is kept; None is kept for a provider with nothing to say."""


class _Kept(NamedTuple):
    """The documents rendered from one version of the store."""

    version: int
    documents: dict[tuple[str, str, str], Document | None]
    endpoints: dict[tuple[str, str], dict[str, str]]
    templates: dict[tuple[str, int], Template]
    """By kind and identity of the provider, which the template keeps alive."""


class Publisher:
    """Renders and keeps the documents of one store. Safe to use from many threads.

    ``sign`` makes a signed Apple profile of an unsigned one; without it they stay unsigned.
    """

    def __init__(self, store: Store, sign: Callable[[bytes], bytes] | None = None) -> None:
        self.store = store
        self._sign = sign
        self._kept = _Kept(store.version, {}, {}, {})

    def mozilla(self, domain: str, mx_domain: str | None = None, *, full: bool = False) -> Document | None:
        """Client configuration XML for a mail domain.

        ``mx_domain`` is the domain whose host was asked: its provider answers for a domain nobody lists.
        None where the domain is not served or nothing can be said.
        """
        if full:
            return self._document("mozilla-full", domain, mx_domain, _mozilla_full, mozilla.MEDIA_TYPE)
        return self._document("mozilla", domain, mx_domain, mozilla.render, mozilla.MEDIA_TYPE)

    def kept_mozilla(self, domain: str) -> Document | None:
        """The plain client configuration of a listed domain if it lies ready; one look, no work."""
        kept = self._kept
        if kept.version != self.store.version:
            return None
        return kept.documents.get(("mozilla", domain, ""))

    def autodiscover(
        self, domain: str, address: EmailAddress | None, mx_domain: str | None = None
    ) -> Document | None:
        """The POX answer for an address, or with placeholders where none is known."""
        render, media_type = autodiscover.render, autodiscover.MEDIA_TYPE
        document = self._document("autodiscover", domain, mx_domain, render, media_type, in_pieces=True)
        return _addressed(document, address)

    def mobilesync(
        self, domain: str, address: EmailAddress | None, mx_domain: str | None = None
    ) -> Document | None:
        """The POX answer in the mobilesync schema; None without an ActiveSync server."""
        render, media_type = mobilesync.render, mobilesync.MEDIA_TYPE
        document = self._document("mobilesync", domain, mx_domain, render, media_type, in_pieces=True)
        return _addressed(document, address)

    def pacc(self, domain: str) -> Document | None:
        """The PACC document of a mail domain; None where it is not served or its servers cannot be said.

        Nobody looks for it at the host of an MX record, so that no other domain is answered.
        """
        return self._document("pacc", domain, None, pacc.render, pacc.MEDIA_TYPE, PUBLIC_AS_IT_IS)

    def mobileconfig(
        self, address: EmailAddress, name: str | None = None, mx_domain: str | None = None
    ) -> Document | None:
        """The Apple profile of one mailbox, signed where a key is set; None where there is nothing to say.

        ``name`` is how the person is called. It is made anew each time: it is for one person, who asks once.
        Raises ValueRefused for a name that cannot be one.
        """
        provider = self.provider(address.domain, mx_domain)
        body = None if provider is None else mobileconfig.render(provider, address, name)
        if body is None:
            return None
        body = body if self._sign is None else self._sign(body)
        return Document(body, mobileconfig.MEDIA_TYPE, etag_of(body), PRIVATE)

    def endpoints(
        self, domain: str, autodiscover_url: str, mx_domain: str | None = None
    ) -> dict[str, str] | None:
        """The endpoints Autodiscover JSON v2 may name for a domain; None where it is not served."""
        found = self._endpoints(domain, mx_domain)
        return None if found is None else {name: url or autodiscover_url for name, url in found.items()}

    def endpoint(
        self, domain: str, protocol: str, autodiscover_url: str, mx_domain: str | None = None
    ) -> Document | None:
        """The JSON v2 answer that names one endpoint of a domain; None where it has none of that protocol."""
        found = self._endpoints(domain, mx_domain)
        if found is None or protocol not in found:
            return None
        body = autodiscover_json.render(protocol, found[protocol] or autodiscover_url)
        return Document(body, autodiscover_json.MEDIA_TYPE, etag_of(body))

    def _endpoints(self, domain: str, mx_domain: str | None) -> dict[str, str] | None:
        """The endpoints of a domain; empty is the URL of POX, which depends on how the client came here."""
        key = (domain, mx_domain or "")
        kept = self._kept_now()
        found = kept.endpoints.get(key)
        if found is None:
            provider = self.provider(domain, mx_domain)
            if provider is None:
                return None
            answers_pox = (
                self.autodiscover(domain, None, mx_domain) is not None
                or self.mobilesync(domain, None, mx_domain) is not None
            )
            found = autodiscover_json.endpoints(provider, domain, "" if answers_pox else None)
            _keep(kept.endpoints, key, found)
        return found

    def service_url(self, domain: str, server_type: ServerType) -> str | None:
        """The https URL of a domain's first server of a type; None where none fits everybody."""
        provider = self.provider(domain)
        here = None if provider is None else at_domain(provider, domain)
        for server in () if here is None else here.servers:
            if server.type is server_type and isinstance(server, UrlServer) and server.secure:
                return None if has_placeholder(server.url) else server.url
        return None

    def provider(self, domain: str, mx_domain: str | None = None) -> Provider | None:
        """Who serves a domain: the provider that lists it, else the one whose host was asked."""
        entry = self.store.find(domain)
        if entry is None and mx_domain is not None:
            entry = self.store.find_by_mx(mx_domain)
        return None if entry is None else entry.provider

    def _document(
        self,
        kind: str,
        domain: str,
        mx_domain: str | None,
        render: Callable[[Provider, str], bytes | None],
        media_type: str,
        cache_control: str = PUBLIC,
        *,
        in_pieces: bool = False,
    ) -> Document | None:
        kept = self._kept_now()
        listed = self.store.find(domain) is not None
        key = (kind, domain, "" if listed else mx_domain or "")
        document = kept.documents.get(key, _NOT_RENDERED)
        if document is not _NOT_RENDERED:
            return document
        provider = self.provider(domain, mx_domain)
        if provider is None:
            return None
        template = kept.templates.get((kind, id(provider)))
        if template is None:
            template = Template(provider, render)
            _keep(kept.templates, (kind, id(provider)), template)
        body = template.render(domain)
        document = None
        if body is not None:
            pieces = autodiscover.pieces(body) if in_pieces else ()
            document = Document(body, media_type, etag_of(body), cache_control, pieces)
        _keep(kept.documents, key, document)
        return document

    def _kept_now(self) -> _Kept:
        """What is kept of the store as it is; ask before the provider, so that it is newer if anything."""
        kept = self._kept
        version = self.store.version
        if kept.version != version:
            self._kept = kept = _Kept(version, {}, {}, {})
        return kept


def _keep(table: dict[Key, Value], key: Key, value: Value) -> None:
    if len(table) >= KEPT_DOCUMENTS:
        table.clear()
    table[key] = value


def _mozilla_full(provider: Provider, domain: str) -> bytes | None:
    return mozilla.render(provider, domain, full=True)


def _addressed(document: Document | None, address: EmailAddress | None) -> Document | None:
    if document is None or address is None:
        return document
    body = autodiscover.fill_address(document.pieces, address)
    # The same document around the same address is the same bytes: hashing all of them again says no more.
    etag = etag_of(f"{document.etag}{address}".encode())
    return Document(body, document.media_type, etag, PRIVATE)
