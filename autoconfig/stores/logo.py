"""The logo beside a provider file: read when it is asked for, small, and what it says it is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from autoconfig.errors import FormatError, StoreError
from autoconfig.formats import xml

if TYPE_CHECKING:
    from autoconfig.stores.store import Entry

MAX_BYTES = 16 * 1024
"""So that a whole page with it stays under 60 KiB."""

_FILES = (".toml", ".xml")


class Logo(NamedTuple):
    """A picture and its type."""

    body: bytes
    media_type: str


def read_logo(entry: Entry) -> Logo | None:
    """The logo of a provider, None where it names none. Raises StoreError in one sentence."""
    page = entry.provider.page
    provider_file = Path(entry.source)
    if page is None or page.logo is None or provider_file.suffix.lower() not in _FILES:
        return None
    path = provider_file.with_name(page.logo)
    try:
        with path.open("rb") as file:
            body = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise StoreError(
            f"The logo {path} cannot be read: {(error.strerror or str(error)).lower()}."
        ) from None
    if len(body) > MAX_BYTES:
        raise StoreError(f"The logo {path} is larger than {MAX_BYTES // 1024} KiB.")
    media_type = media_type_of(body)
    if media_type is None:
        raise StoreError(f"The logo {path} is no SVG (without a DOCTYPE), PNG or WebP.")
    return Logo(body, media_type)


def media_type_of(body: bytes) -> str | None:
    """What a picture is, by its content: a name may lie. None for what is neither SVG, PNG nor WebP."""
    if body.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if body.startswith(b"RIFF") and body[8:12] == b"WEBP":
        return "image/webp"
    try:
        root = xml.parse(body, max_bytes=MAX_BYTES)
    except FormatError:
        return None
    return "image/svg+xml" if root.tag == "{http://www.w3.org/2000/svg}svg" else None
