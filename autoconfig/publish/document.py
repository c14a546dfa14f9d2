"""A document as it goes out: bytes, and what HTTP says about them."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from autoconfig.formats.autodiscover import Form

MAX_AGE = 3600
"""Seconds for which a client may keep a document."""

PUBLIC = f"public, max-age={MAX_AGE}"
PRIVATE = "private, no-cache"
PUBLIC_AS_IT_IS = f"{PUBLIC}, no-transform"
"""For bytes whose digest stands in the DNS: no proxy may compress or rewrite them (RFC 9111 §5.2.2.6)."""


class Document(NamedTuple):
    """The exact bytes of an answer and what HTTP says about them."""

    body: bytes
    media_type: str
    etag: str
    cache_control: str = PUBLIC
    form: Form | None = None
    """The body cut at its placeholders, where an address is to be put into it."""


def etag_of(body: bytes) -> str:
    """A strong entity tag: the same for the same bytes on every machine (RFC 9110 §8.8.3)."""
    return f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
