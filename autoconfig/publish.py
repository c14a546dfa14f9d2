"""Address and format to document bytes: the one way, for web, commands and export alike.

A document depends on the provider and the domain, never on the mailbox, so that each is rendered once and
kept until the store changes. POX alone names the address; it is put into the kept document. Where a store
maps mailboxes to login names or hosts, every document is made anew for its mailbox, known or not, so that
both take the same way and the same time.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from autoconfig.errors import ValueRefused
from autoconfig.formats import autodiscover, autodiscover_json, mobileconfig, mobilesync, mozilla, pacc
from autoconfig.formats.selection import at_domain
from autoconfig.model import UrlServer
from autoconfig.model.placeholders import fill, has_placeholder, values_for

if TYPE_CHECKING:
    from collections.abc import Callable

    from autoconfig.model import AnyServer, EmailAddress, Provider, ServerType
    from autoconfig.stores import Entry, Store

MAX_AGE = 3600
"""Seconds for which a client may keep a document."""

PUBLIC = f"public, max-age={MAX_AGE}"
PRIVATE = "private, no-cache"
PUBLIC_AS_IT_IS = f"{PUBLIC}, no-transform"
"""For bytes whose digest stands in the DNS: no proxy may compress or rewrite them (RFC 9111 §5.2.2.6)."""

KEPT_DOCUMENTS = 20_000
"""How many rendered documents are kept at most; about a kilobyte each."""


@dataclass(frozen=True, slots=True)
class Document:
    """The exact bytes of an answer and what HTTP says about them."""

    body: bytes
    media_type: str
    etag: str
    cache_control: str = PUBLIC


ANYBODY = "EVOLUTIONUSER"
"""The local part that Evolution asks with instead of the user's own: the answer is for anybody."""

_NOT_RENDERED = Document(b"", "", "")
"""Stands where nothing is kept; None is kept for a provider with nothing to say."""


class _Kept(NamedTuple):
    """The documents rendered from one version of the store."""

    version: int
    documents: dict[tuple[str, str, str], Document | None]


class Publisher:
    """Renders and keeps the documents of one store. Safe to use from many threads.

    ``sign`` makes a signed Apple profile of an unsigned one; without it they stay unsigned.
    """

    def __init__(self, store: Store, sign: Callable[[bytes], bytes] | None = None) -> None:
        self.store = store
        self._sign = sign
        self._kept = _Kept(store.version, {})

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
        kind, render = ("mozilla-full", _mozilla_full) if full else ("mozilla", mozilla.render)
        entry = self._entry(domain, mx_domain)
        if entry is None or entry.mailbox is None or address is None or address.local_part == ANYBODY:
            return self._document(kind, domain, mx_domain, render, mozilla.MEDIA_TYPE)
        body = render(_logged_in(entry.provider_for(address), address), domain)
        return None if body is None else Document(body, mozilla.MEDIA_TYPE, etag_of(body), PRIVATE)

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
        return self._addressed("autodiscover", domain, mx_domain, autodiscover.render, address)

    def mobilesync(
        self, domain: str, address: EmailAddress | None, mx_domain: str | None = None
    ) -> Document | None:
        """The POX answer in the mobilesync schema; None without an ActiveSync server."""
        return self._addressed("mobilesync", domain, mx_domain, mobilesync.render, address)

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
        provider = self.provider(address.domain, mx_domain, address)
        body = None if provider is None else mobileconfig.render(provider, address, name)
        if body is None:
            return None
        body = body if self._sign is None else self._sign(body)
        return Document(body, mobileconfig.MEDIA_TYPE, etag_of(body), PRIVATE)

    def endpoints(
        self,
        domain: str,
        autodiscover_url: str,
        mx_domain: str | None = None,
        address: EmailAddress | None = None,
    ) -> dict[str, str] | None:
        """The endpoints Autodiscover JSON v2 may name for a domain; None where it is not served."""
        provider = self.provider(domain, mx_domain, address)
        if provider is None:
            return None
        answers_pox = (
            self.autodiscover(domain, None, mx_domain) is not None
            or self.mobilesync(domain, None, mx_domain) is not None
        )
        return autodiscover_json.endpoints(provider, domain, autodiscover_url if answers_pox else None)

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

    def _entry(self, domain: str, mx_domain: str | None) -> Entry | None:
        entry = self.store.find(domain)
        return self.store.find_by_mx(mx_domain) if entry is None and mx_domain is not None else entry

    def _addressed(
        self,
        kind: str,
        domain: str,
        mx_domain: str | None,
        render: Callable[[Provider, str], bytes | None],
        address: EmailAddress | None,
    ) -> Document | None:
        """A POX document with the address in it; the whole of it for this mailbox where the store says so."""
        entry = None if address is None else self._entry(domain, mx_domain)
        if address is None or entry is None or entry.mailbox is None:
            document = self._document(kind, domain, mx_domain, render, autodiscover.MEDIA_TYPE)
            body = None if document is None else document.body
        else:
            document = None
            body = render(entry.provider_for(address), domain)
        if address is None or body is None:
            return document
        body = autodiscover.fill_address(body, address)
        return Document(body, autodiscover.MEDIA_TYPE, etag_of(body), PRIVATE)

    def _document(
        self,
        kind: str,
        domain: str,
        mx_domain: str | None,
        render: Callable[[Provider, str], bytes | None],
        media_type: str,
        cache_control: str = PUBLIC,
    ) -> Document | None:
        """The document for everybody at a domain, kept from one change of the store to the next."""
        # The version is read before the provider: what is kept may be newer than its version, never older.
        kept = self._kept
        version = self.store.version
        if kept.version != version:
            self._kept = kept = _Kept(version, {})
        entry = listed = self.store.find(domain)
        if entry is None and mx_domain is not None:
            entry = self.store.find_by_mx(mx_domain)
        if entry is None:
            return None
        if entry.mailbox is not None:
            # Out of the way of kept_mozilla, which knows no mailbox.
            kind = f"{kind} for anybody"
            # PACC names no login: it is the same for everybody.
            cache_control = PRIVATE if cache_control == PUBLIC else cache_control
        key = (kind, domain, "" if listed is not None else mx_domain or "")
        document = kept.documents.get(key, _NOT_RENDERED)
        if document is not _NOT_RENDERED:
            return document
        body = render(entry.provider, domain)
        document = None if body is None else Document(body, media_type, etag_of(body), cache_control)
        if len(kept.documents) >= KEPT_DOCUMENTS:
            kept.documents.clear()
        kept.documents[key] = document
        return document


def etag_of(body: bytes) -> str:
    """A strong entity tag: the same for the same bytes on every machine (RFC 9110 §8.8.3)."""
    return f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'


def _mozilla_full(provider: Provider, domain: str) -> bytes | None:
    return mozilla.render(provider, domain, full=True)


def _logged_in(provider: Provider, address: EmailAddress) -> Provider:
    """The provider with the login names of one mailbox: the same to look at for every mailbox of a domain."""
    values = values_for(address)
    incoming, outgoing, other = (
        tuple(_with_login(server, values) for server in servers)
        for servers in (provider.incoming, provider.outgoing, provider.other)
    )
    return replace(provider, incoming=incoming, outgoing=outgoing, other=other)


def _with_login(server: AnyServer, values: dict[str, str]) -> AnyServer:
    if server.username is None or "%" not in server.username:
        return server
    with suppress(ValueRefused):
        return replace(server, username=fill(server.username, values))
    return server
