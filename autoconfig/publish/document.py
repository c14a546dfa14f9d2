"""A document as it goes out: bytes, and what HTTP says about them."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from autoconfig.formats.autodiscover import Form

    Header = tuple[str, str]

MAX_AGE = 3600
"""Seconds for which a client may keep a document."""

PUBLIC = f"public, max-age={MAX_AGE}"
PRIVATE = "private, no-cache"
PUBLIC_AS_IT_IS = f"{PUBLIC}, no-transform"
"""For bytes whose digest stands in the DNS: no proxy may compress or rewrite them (RFC 9111 §5.2.2.6)."""

_PRIVATELY = ("Cache-Control", PRIVATE)


@dataclass(slots=True)
class Document:
    """The exact bytes of an answer and what HTTP says about them.

    Many threads send the same one: nobody changes it, though it is not frozen, which would slow its making.
    """

    body: bytes
    headers: tuple[Header, ...]
    """All but the length, in the order they are sent; the type is the first."""
    form: Form | None = None
    """The body cut at its placeholders, where an address is to be put into it."""

    @classmethod
    def of(cls, body: bytes, media_type: str, cache_control: str = PUBLIC) -> Self:
        """A document with the entity tag of its bytes."""
        return cls(body, (*common_headers(media_type, cache_control), ("ETag", etag_of(body))))

    def with_body(self, body: bytes, etag: str) -> Document:
        """The same for one mailbox, whose bytes are others."""
        media_type, _cache_control, no_sniffing, _etag = self.headers
        return Document(body, (media_type, _PRIVATELY, no_sniffing, ("ETag", etag)))

    @property
    def media_type(self) -> str:
        """The Content-Type."""
        return self.headers[0][1]

    @property
    def etag(self) -> str:
        """The entity tag, in its quotation marks."""
        return self.headers[3][1]

    @property
    def cache_control(self) -> str:
        """Who may keep it, and for how long."""
        return self.headers[1][1]


def common_headers(media_type: str, cache_control: str) -> tuple[Header, Header, Header]:
    """All headers but the ETag, which thousands of documents have in common."""
    return (
        ("Content-Type", media_type),
        ("Cache-Control", cache_control),
        ("X-Content-Type-Options", "nosniff"),
    )


def etag_of(body: bytes) -> str:
    """A strong entity tag: the same for the same bytes on every machine (RFC 9110 §8.8.3)."""
    return f'"{blake2b(body, digest_size=12).hexdigest()}"'
