"""Address and format to document bytes: the one way, for web, commands and export alike.

A document depends on the provider and the domain, never on the mailbox, so that each is rendered once and
kept until the store changes. POX alone names the address; it is put into the kept document. Where a store
maps mailboxes to login names or hosts, every document is made anew for its mailbox, known or not, so that
both take the same way and the same time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from zlib import crc32

from autoconfig.formats import autodiscover, autodiscover_json, mobileconfig, pacc
from autoconfig.formats.selection import at_domain
from autoconfig.model import UrlServer
from autoconfig.model.placeholders import has_placeholder
from autoconfig.publish.document import PRIVATE, PUBLIC, Document
from autoconfig.publish.kept import KeptDocuments, keep
from autoconfig.publish.kind import AUTODISCOVER, MOBILESYNC, MOZILLA, MOZILLA_FULL, PACC
from autoconfig.publish.mailbox import logged_in
from autoconfig.stores import memory_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from autoconfig.model import EmailAddress, Provider, ServerType
    from autoconfig.publish.kind import Kind
    from autoconfig.stores import Store

ANYBODY = "EVOLUTIONUSER"
"""The local part that Evolution asks with instead of the user's own: the answer is for anybody."""


class Publisher(KeptDocuments):
    """Renders and keeps the documents of one store. Safe to use from many threads.

    ``sign`` makes a signed Apple profile of an unsigned one; without it they stay unsigned.
    """

    def __init__(self, store: Store, sign: Callable[[bytes], bytes] | None = None) -> None:
        super().__init__(store)
        self._sign = sign

    def mozilla(
        self,
        domain: str,
        mx_domain: str | None = None,
        *,
        full: bool = False,
        address: EmailAddress | None = None,
    ) -> Document | None:
        """Client configuration XML for a mail domain.

        ``mx_domain`` is the domain whose host was asked: its provider answers for a domain nobody lists.
        ``address`` matters only where the store maps mailboxes. None where the domain is not served or
        nothing can be said.
        """
        kind = MOZILLA_FULL if full else MOZILLA
        entry = self._entry(domain, mx_domain)
        if entry is None or entry.mailbox is None or address is None or address.local_part == ANYBODY:
            return self._document(kind, domain, mx_domain)
        body = kind.render(logged_in(entry.provider_for(address), address), domain)
        return None if body is None else Document.of(body, kind.format.MEDIA_TYPE, PRIVATE)

    def shared_mozilla(self, domain: str) -> Document | None:
        """The plain client configuration of a listed domain where every mailbox has the same, else None."""
        # One look is enough nearly always; of a domain nobody asked for lately the document is made.
        document = self._at_hand(MOZILLA, domain)
        return self._document(MOZILLA, domain, everybody=True) if document is None else document

    def autodiscover(
        self, domain: str, address: EmailAddress | None, mx_domain: str | None = None
    ) -> Document | None:
        """The POX answer for an address, or with placeholders where none is known."""
        if address is not None:
            # One look is enough nearly always; where mailboxes differ nothing lies there.
            document = self._at_hand(AUTODISCOVER, domain)
            if document is not None:
                return _with_address(document, address)
        return self._addressed(AUTODISCOVER, domain, mx_domain, address)

    def mobilesync(
        self, domain: str, address: EmailAddress | None, mx_domain: str | None = None
    ) -> Document | None:
        """The POX answer in the mobilesync schema; None without ActiveSync or an address to ask for."""
        return self._addressed(MOBILESYNC, domain, mx_domain, address)

    def autodiscover_url(self, domain: str, mx_domain: str | None = None) -> str | None:
        """The URL at which a domain's provider wants Autodiscover to be asked instead; None without one."""
        provider = self.provider(domain, mx_domain)
        here = None if provider is None else at_domain(provider, domain)
        return None if here is None or here.autodiscover is None else here.autodiscover.url

    def pacc(self, domain: str) -> Document | None:
        """The PACC document of a mail domain; None where it is not served or its servers cannot be said.

        Nobody looks for it at the host of an MX record, so that no other domain is answered.
        """
        return self._document(PACC, domain, made=self._note_digest)

    def _note_digest(self, domain: str, body: bytes) -> None:
        """Note what was published, for the day it changes; once for each version, not for each request."""
        memory = memory_of(self.store, domain)
        if memory is not None:
            memory.published(domain, pacc.digest(body))

    def mobileconfig(
        self, address: EmailAddress, name: str | None = None, mx_domain: str | None = None
    ) -> Document | None:
        """The Apple profile of one mailbox, signed where a key is set; None where there is nothing to say.

        ``name`` is how the person is called. It is made anew each time: it is for one person, who asks once.
        Raises ValueRefused for a name that cannot be one.
        """
        provider = self.provider(address.domain, mx_domain, address)
        body = None if provider is None else mobileconfig.render(provider, address, name)
        if body is None:
            return None
        body = body if self._sign is None else self._sign(body)
        return Document.of(body, mobileconfig.MEDIA_TYPE, PRIVATE)

    def endpoints(
        self,
        domain: str,
        autodiscover_url: str,
        mx_domain: str | None = None,
        address: EmailAddress | None = None,
    ) -> dict[str, str] | None:
        """The endpoints Autodiscover JSON v2 may name for a domain; None where it is not served."""
        found = self._endpoints(domain, mx_domain, address)
        return None if found is None else {name: url or autodiscover_url for name, url in found.items()}

    def endpoint(
        self,
        domain: str,
        protocol: str,
        autodiscover_url: str,
        mx_domain: str | None = None,
        address: EmailAddress | None = None,
    ) -> Document | None:
        """The JSON v2 answer that names one endpoint of a domain; None where it has none of that protocol."""
        found = self._endpoints(domain, mx_domain, address)
        if found is None or protocol not in found:
            return None
        body = autodiscover_json.render(protocol, found[protocol] or autodiscover_url)
        cache_control = PRIVATE if self.is_personal(domain, mx_domain) else PUBLIC
        return Document.of(body, autodiscover_json.MEDIA_TYPE, cache_control)

    def _endpoints(
        self, domain: str, mx_domain: str | None, address: EmailAddress | None
    ) -> dict[str, str] | None:
        """The endpoints of a domain; empty is the URL of POX, which depends on how the client came here."""
        kept = self._kept_now()
        entry = self._entry(domain, mx_domain)
        if entry is None:
            return None
        key = (domain, mx_domain or "")
        found = None if entry.mailbox is not None else kept.endpoints.get(key)
        if found is None:
            answers_pox = (
                self.autodiscover(domain, None, mx_domain) is not None
                or self.mobilesync(domain, None, mx_domain) is not None
            )
            provider = entry.provider_for(address)
            found = autodiscover_json.endpoints(provider, domain, "" if answers_pox else None)
            if entry.mailbox is None:
                keep(kept.endpoints, key, found)
        return found

    def service_url(self, domain: str, server_type: ServerType) -> str | None:
        """The https URL of a domain's first server of a type; None where none fits everybody."""
        provider = self.provider(domain)
        here = None if provider is None else at_domain(provider, domain)
        for server in () if here is None else here.servers:
            if server.type is server_type and isinstance(server, UrlServer) and server.secure:
                return None if has_placeholder(server.url) else server.url
        return None

    def provider(
        self, domain: str, mx_domain: str | None = None, address: EmailAddress | None = None
    ) -> Provider | None:
        """Who serves a domain: the provider that lists it, else the one whose host was asked.

        With ``address`` as it serves this mailbox; the placeholders of login names stay in.
        """
        entry = self._entry(domain, mx_domain)
        return None if entry is None else entry.provider_for(address)

    def is_personal(self, domain: str, mx_domain: str | None = None) -> bool:
        """Whether what is said about a domain depends on the mailbox, so that no cache may share it."""
        entry = self._entry(domain, mx_domain)
        return entry is not None and entry.mailbox is not None

    def _addressed(
        self,
        kind: Kind,
        domain: str,
        mx_domain: str | None,
        address: EmailAddress | None,
    ) -> Document | None:
        """A POX document with the address in it; the whole of it for this mailbox where the store says so."""
        entry = None if address is None else self._entry(domain, mx_domain)
        if address is not None and entry is not None and entry.mailbox is not None:
            body = kind.render(entry.provider_for(address), domain)
            if body is None:
                return None
            body = autodiscover.fill_address(autodiscover.form_of(body), address)
            return Document.of(body, kind.format.MEDIA_TYPE, PRIVATE)
        document = self._document(kind, domain, mx_domain)
        return document if address is None or document is None else _with_address(document, address)


def _with_address(document: Document, address: EmailAddress) -> Document:
    if document.form is None:
        return document
    body = autodiscover.fill_address(document.form, address)
    # Tags are compared within one URL, and there the address is one or nobody compares (POST).
    etag = f'{document.etag[:-1]}-{crc32(str(address).encode()):08x}"'
    return document.with_body(body, etag)
