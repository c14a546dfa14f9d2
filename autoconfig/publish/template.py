"""One rendering of a provider for all its domains.

A hoster has one provider and a million domains, and its documents differ in the domain's name only. Rendering
takes a tenth of a millisecond, putting a name into a rendered document a hundredth of that.
"""

from __future__ import annotations

import re
from dataclasses import replace
from hashlib import blake2b
from typing import TYPE_CHECKING

from autoconfig.formats import autodiscover
from autoconfig.publish.document import Document

if TYPE_CHECKING:
    from collections.abc import Sequence

    from autoconfig.model import Provider
    from autoconfig.publish.kind import Kind

_LONGEST = 100
"""Characters of a domain for which a template serves; longer ones may make a host name too long."""

_STANDINS = tuple(
    ".".join([letter * 30, letter * 30, letter * (_LONGEST - 62 - len(".example")), "example"])
    for letter in "qz"
)
"""Two domains that nobody has, as long as any the template serves for."""

_DOTTED = re.compile(r"[\w-]*\.[\w.-]*")


class Template:
    """What is published of one kind about one provider, for any of its domains.

    ``personal`` where mailboxes may get something else.
    """

    def __init__(self, provider: Provider, kind: Kind, *, personal: bool = False) -> None:
        self._provider = provider
        self._kind = kind
        self._headers = kind.headers(personal=personal)
        self._pieces: tuple[bytes, ...] | None = None
        self._tag = ""
        self._names: str | None = None
        """What the data and the document mention: a domain that is equal to something there is rendered."""
        self._asked = False

    def serves(self, domain: str) -> bool:
        """Whether this domain's document is put together, which costs next to nothing, and not rendered.

        Not so for a provider's own domain, which is part of the names of its servers.
        """
        names = self._names
        return (
            self._pieces is not None
            and names is not None
            and len(domain) <= _LONGEST
            and "." in domain
            and domain not in names
        )

    def document(self, domain: str) -> Document | None:
        """What the renderer writes for this domain, the same bytes; None where it has nothing to say."""
        if not self._asked:
            # The first domain may be the only one: not before the second is a template worth its making.
            self._asked = True
            return self._rendered(domain)
        if self._names is None:
            self._make()
        if self._pieces is None or not self.serves(domain):
            return self._rendered(domain)
        return self._document(domain, domain.encode().join(self._pieces), self._tag)

    def _rendered(self, domain: str) -> Document | None:
        body = self._kind.render(self._provider, domain)
        return None if body is None else self._document(domain, body, _tag_of(body.split(domain.encode())))

    def _document(self, domain: str, body: bytes, tag: str) -> Document:
        # The domain stands for its digest, which would cost more than all the rest.
        headers = (*self._headers, ("ETag", f'"{tag}-{domain}"'))
        return Document(body, headers, autodiscover.form_of(body) if self._kind.addressed else None)

    def _make(self) -> None:
        """Render for two domains: where both documents are one around the name, it is a template.

        Notes every name in the provider's data and in the document: a domain may be part of one.
        """
        first, second = (
            None if (body := self._kind.render(self._provider, name)) is None else body.split(name.encode())
            for name in _STANDINS
        )
        mentioned = repr(replace(self._provider, domains=()))
        if first is not None and first == second:
            self._tag = _tag_of(first)
            self._pieces = tuple(first)
            mentioned += b" ".join(first).decode()
        self._names = " ".join(set(_DOTTED.findall(mentioned)))  # the last: others may look meanwhile


def _tag_of(pieces: Sequence[bytes]) -> str:
    """An entity tag of a document cut at its domain, which is to stand behind it (RFC 9110 §8.8.3).

    The same on every machine, whether a template was made there or not, but for a domain that begins as the
    text before it ends (cloud.cloud after "cloud."): there a client may be sent again what it has.
    """
    return blake2b(b"\0".join(pieces), digest_size=12).hexdigest()
