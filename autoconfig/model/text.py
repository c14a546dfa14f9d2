"""Texts that fit every document: on one line, of characters that XML can hold."""

from __future__ import annotations

import re

from autoconfig.errors import ValueRefused

# What XML 1.0 §2.2 cannot hold, so that every text can go into every document.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def one_line(text: str, what: str) -> str:
    """Fold white space to single spaces. Raises ValueRefused where nothing is left or XML has no place."""
    folded = " ".join(text.split())
    if not folded:
        raise ValueRefused(f"{what} is empty.")
    if _UNWRITABLE.search(folded):
        raise ValueRefused(f"{what} holds a control character: {folded[:60]!r}.")
    return folded


def one_line_or_none(text: str | None, what: str) -> str | None:
    """The same for a text that may be absent."""
    return None if text is None else one_line(text, what)
