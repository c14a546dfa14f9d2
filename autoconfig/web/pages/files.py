"""Style sheet, script and icon, under a path that changes with them, so that browsers keep them for good."""

from __future__ import annotations

import hashlib
from importlib.resources import files
from typing import TYPE_CHECKING

from autoconfig.publish import Document
from autoconfig.web.answers import document_answer

if TYPE_CHECKING:
    from flask import Response

_TYPES = {
    "page.css": "text/css; charset=utf-8",
    "page.js": "text/javascript; charset=utf-8",
    "icon.svg": "image/svg+xml",
}
_FOR_GOOD = "public, max-age=31536000, immutable"
_ASK_AGAIN = "no-cache"
"""While servers are being renewed, a new page may ask an old one."""


class StaticFiles:
    """The files, read once."""

    def __init__(self) -> None:
        folder = files("autoconfig.web.pages") / "static"
        self._bodies = {name: (folder / name).read_bytes() for name in _TYPES}
        self.version = hashlib.blake2b(b"".join(self._bodies.values()), digest_size=6).hexdigest()

    def answer(self, version: str, name: str) -> Response | None:
        """A file, to be kept for good if it is the one that was meant; None for any other."""
        body = self._bodies.get(name)
        if body is None:
            return None
        keeping = _FOR_GOOD if version == self.version else _ASK_AGAIN
        return document_answer(Document.of(body, _TYPES[name], keeping))


def sheet_answer(sheet: str) -> Response:
    """A style sheet whose path says all that is in it."""
    body = sheet.encode()
    return document_answer(Document.of(body, _TYPES["page.css"], _FOR_GOOD))
