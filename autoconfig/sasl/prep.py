"""SASLprep (RFC 4013): one spelling of a name or password, so that both sides hash the same bytes."""

from __future__ import annotations

import stringprep
from unicodedata import ucd_3_2_0

from autoconfig.errors import SaslRefused

_PROHIBITED = (
    stringprep.in_table_c12,
    stringprep.in_table_c21_c22,
    stringprep.in_table_c3,
    stringprep.in_table_c4,
    stringprep.in_table_c5,
    stringprep.in_table_c6,
    stringprep.in_table_c7,
    stringprep.in_table_c8,
    stringprep.in_table_c9,
)
"""RFC 4013 §2.3."""


def prepared(text: str, what: str) -> str:
    """The text as RFC 4013 spells it; ``what`` names it in the sentence. Raises SaslRefused.

    Characters newer than Unicode 3.2 stay what they are (RFC 3454 §7, a query): passwords have emoji in them.
    """
    if text.isascii() and text.isprintable():
        return text
    mapped = "".join(
        " " if stringprep.in_table_c12(mark) else mark for mark in text if not stringprep.in_table_b1(mark)
    )
    normal = ucd_3_2_0.normalize("NFKC", mapped)
    if not normal or any(prohibits(mark) for prohibits in _PROHIBITED for mark in normal):
        raise SaslRefused(f"The {what} holds a character that this mechanism has no spelling for.")
    _check_direction(normal, what)
    return normal


def _check_direction(text: str, what: str) -> None:
    """RFC 3454 §6: a text from right to left has no letter from left to right, and begins and ends so."""
    if not any(map(stringprep.in_table_d1, text)):
        return
    if any(map(stringprep.in_table_d2, text)) or not all(map(stringprep.in_table_d1, (text[0], text[-1]))):
        raise SaslRefused(f"The {what} mixes directions of writing, which this mechanism does not allow.")
