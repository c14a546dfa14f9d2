"""The two DNS messages that make up nearly all traffic, by hand: a question, and "nothing there".

Finding one address takes some twenty questions, most of them answered in the negative. dnspython judges every
answer with records; for these two its general machinery costs ten times what they need (RFC 1035 §4.1).
"""

from __future__ import annotations

import secrets
import struct
from typing import NamedTuple

KINDS = {"A": 1, "CNAME": 5, "SOA": 6, "MX": 15, "TXT": 16, "AAAA": 28, "SRV": 33}

RD, AD, TC, QR, AA, RA = 0x0100, 0x0020, 0x0200, 0x8000, 0x0400, 0x0080

PAYLOAD = 1232
"""Bytes of an answer over UDP that no path fragments (DNS flag day 2020)."""

_HEADER = struct.Struct("!HHHHHH")
_RECORD = struct.Struct("!HHIH")
_OPT = b"\0" + struct.pack("!HHIH", 41, PAYLOAD, 0, 0)
_SOA = KINDS["SOA"]
_WITHOUT_QUESTION = (1, 2, 4, 5)
"""FORMERR, SERVFAIL, NOTIMP, REFUSED: some servers do not repeat a question that they do not answer."""
_MAX_POINTERS_AND_LABELS = 128


class Query(NamedTuple):
    """A question as it goes out."""

    name: str
    kind: str
    number: int
    """The message id that the answer must repeat."""
    wire: bytes
    question: bytes
    """The question section in lower case, which the answer must repeat."""


class Negative(NamedTuple):
    """An answer without records."""

    flags: int
    rcode: int
    ttl: int | None
    """Seconds for which the zone says it holds (RFC 2308 §5), None where it does not say."""
    authority: bool
    """Whether the authority section says anything."""


def query_for(name: str, kind: str, *, number: int | None = None) -> Query:
    """A question that asks for the AD bit (RFC 6840 §5.7) and takes what fits one packet.

    ``name`` is in A-labels. Raises ValueError for what is no name.
    """
    labels = name.encode("ascii").split(b".")
    if len(name) > 253 or not all(0 < len(label) < 64 for label in labels):
        raise ValueError(f"{name[:80]!r} is no name")
    asked = b"".join(bytes((len(label),)) + label for label in labels) + b"\0"
    question = asked + struct.pack("!HH", KINDS[kind], 1)
    chosen = secrets.randbits(16) if number is None else number
    header = _HEADER.pack(chosen, RD | AD, 1, 0, 0, 1)
    return Query(name, kind, chosen, header + question + _OPT, question.lower())


def answers(query: Query, data: bytes) -> bool:
    """Whether a message is an answer to this question and no other."""
    if len(data) < _HEADER.size:
        return False
    number, flags, questions, *_ = _HEADER.unpack_from(data)
    if questions == 0 and number == query.number:
        return bool(flags & QR) and flags & 0x0F in _WITHOUT_QUESTION
    repeated = data[_HEADER.size : _HEADER.size + len(query.question)].lower()
    return number == query.number and bool(flags & QR) and questions == 1 and repeated == query.question


def read_negative(query: Query, data: bytes) -> Negative | None:
    """Read an answer without records; None where it has some, or cannot be read so simply."""
    _, flags, _, found, authorities, _ = _HEADER.unpack_from(data)
    if found or flags & TC:
        return None
    ttl = None
    place = _HEADER.size + len(query.question)
    try:
        for _ in range(authorities):
            place = _after_name(data, place)
            kind, _, record_ttl, length = _RECORD.unpack_from(data, place)
            place += _RECORD.size + length
            if place > len(data):
                return None
            if kind == _SOA and length >= 22:
                minimum = int.from_bytes(data[place - 4 : place], "big")
                ttl = min(record_ttl, minimum)
    except (struct.error, IndexError, ValueError):
        return None
    return Negative(flags, flags & 0x0F, ttl, authorities > 0)


def _after_name(data: bytes, place: int) -> int:
    """The place behind a name, which may end in a pointer (RFC 1035 §4.1.4)."""
    for _ in range(_MAX_POINTERS_AND_LABELS):
        length = data[place]
        if length == 0:
            return place + 1
        if length & 0xC0 == 0xC0:
            return place + 2
        place += 1 + length
    raise ValueError("a name without an end")
