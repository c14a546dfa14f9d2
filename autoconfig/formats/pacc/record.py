"""The digest of a PACC document and its TXT record at ``_ua-auto-config.D``."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

VERSION = "UAAC1"
ALGORITHM = "sha256"
DIGEST_BYTES = 32


def digest(body: bytes) -> str:
    """The SHA-256 of the exact bytes of a document, in base64."""
    return base64.b64encode(hashlib.sha256(body).digest()).decode("ascii")


def txt_record(body: bytes) -> str:
    """The text of the TXT record that vouches for a document."""
    return text_of(digest(body))


def text_of(digest: str) -> str:
    """The text of the TXT record with a digest."""
    return f"v={VERSION}; a={ALGORITHM}; d={digest}"


def digests_of(texts: Iterable[str]) -> frozenset[str]:
    """The digests that TXT records vouch for, spelled as :func:`digest` does; other records are passed over.

    Each text is one record, its strings joined. Several records stand beside each other while a document
    changes: any one that matches is enough.
    """
    return frozenset(found for text in texts if (found := _digest_of(text)) is not None)


def _digest_of(text: str) -> str | None:
    tags = {
        name.strip().lower(): "".join(value.split())
        for name, _, value in (part.partition("=") for part in text.split(";"))
    }
    if (tags.get("v", "").upper(), tags.get("a", "").lower()) != (VERSION, ALGORITHM):
        return None
    try:
        # Read and written again, so that a missing padding makes no difference.
        raw = base64.b64decode(tags.get("d", "").rstrip("=") + "=", validate=True)
    except ValueError:
        return None
    return base64.b64encode(raw).decode("ascii") if len(raw) == DIGEST_BYTES else None
