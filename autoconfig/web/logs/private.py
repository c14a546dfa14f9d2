"""What may stand in a log: no address, no query, nothing that forges a line."""

from __future__ import annotations

import re

from autoconfig.web.paths import CANONICAL_PREFIXES, canonical_path

_AT = re.compile("@|%(?:25)*40")
_WORD = re.compile(r"[^/\s]+")
_NOT_PRINTED = re.compile(r"[^\x20-\x7e]")


def without_addresses(text: str) -> str:
    """The text on one line, so that no client forges another, with every word around an @ taken out."""
    if _AT.search(text):
        # Word by word: one pattern for an @ with what is around it takes seconds for a long word without one.
        text = _WORD.sub(lambda word: "<address>" if _AT.search(word[0]) else word[0], text)
    return _NOT_PRINTED.sub(lambda found: f"\\x{ord(found[0]):02x}", text)


def private_path(path: str) -> str:
    """A path as it may be logged: Autodiscover JSON has addresses there, with slashes and spaces perhaps."""
    path = canonical_path(path)
    if _AT.search(path) is None:
        return without_addresses(path)
    prefix = next((prefix for prefix in CANONICAL_PREFIXES if path.startswith(prefix)), "/")
    return f"{prefix}<address>"
