"""The logo beside a provider file, as an answer that can do no harm."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Response

from autoconfig.errors import FormatError
from autoconfig.formats import xml
from autoconfig.publish import Document, etag_of
from autoconfig.web.answers import document_answer

if TYPE_CHECKING:
    from autoconfig.stores import Entry

logger = logging.getLogger(__name__)

MAX_BYTES = 16 * 1024
"""So that a whole page stays under 60 KiB."""

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
"""A picture opened by itself is a document of our origin: nothing in it may run."""

_FILES = (".toml", ".xml")


def logo_answer(entry: Entry | None) -> Response | None:
    """The logo of a provider; None where it has none that can be shown."""
    if entry is None or entry.provider.page is None or entry.provider.page.logo is None:
        return None
    provider_file = Path(entry.source)
    if provider_file.suffix.lower() not in _FILES:  # a store that is no folder
        return None
    body = _content(provider_file.with_name(entry.provider.page.logo))
    media_type = None if body is None else media_type_of(body)
    if body is None or media_type is None:
        return None
    response = document_answer(Document(body, media_type, etag_of(body)))
    response.headers["Content-Security-Policy"] = _POLICY
    return response


def _content(path: Path) -> bytes | None:
    try:
        with path.open("rb") as file:
            body = file.read(MAX_BYTES + 1)
    except OSError as error:
        logger.warning("the logo %s cannot be read: %s", path, error.strerror or error)
        return None
    if len(body) > MAX_BYTES:
        logger.warning("the logo %s is larger than %d bytes", path, MAX_BYTES)
        return None
    return body


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
