"""The content of a signed profile: CMS SignedData (RFC 5652 §5.1), in DER or BER, or as PEM.

Whoever signed it is not looked at: the content is read as an unsigned profile would be. Only what leads to
the content is decoded, each step within the bytes that the step before it gave.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING, NamedTuple

from autoconfig.errors import FormatError

if TYPE_CHECKING:
    from collections.abc import Iterator

SEQUENCE, OBJECT_IDENTIFIER, OCTET_STRING = 0x30, 0x06, 0x04
_CONSTRUCTED_STRING = 0x24
_INNER = 0xA0
"""``[0] EXPLICIT``."""
_SIGNED_DATA = bytes.fromhex("2a864886f70d010702")
_DEPTH = 8
"""How deep strings may be cut into strings; senders that stream cut them once."""

_PEM = re.compile(rb"-----BEGIN (?:PKCS7|CMS)-----(.+?)-----END", re.DOTALL)


class _Value(NamedTuple):
    """One value: its tag, where its content is, and where the next value begins."""

    tag: int
    start: int
    end: int
    following: int


def is_signed(data: bytes) -> bool:
    """Whether this looks like a signed profile: the first byte of every SignedData, or PEM."""
    return data[:1] == bytes([SEQUENCE]) or data.lstrip().startswith(b"-----BEGIN ")


def content(data: bytes) -> bytes:
    """The profile inside the signature. Raises FormatError."""
    try:
        return _content(_from_pem(data) if data.lstrip().startswith(b"-") else data)
    except (IndexError, binascii.Error):
        raise FormatError("The signature ends in the middle.") from None


def _from_pem(data: bytes) -> bytes:
    found = _PEM.search(data)
    if found is None:
        raise FormatError("The profile is PEM, but no PKCS7 or CMS.")
    return base64.b64decode(b"".join(found[1].split()), validate=True)


def _content(data: bytes) -> bytes:
    kind, outer = _children(data, _value(data, 0, len(data)), SEQUENCE, 2)
    if data[kind.start : kind.end] != _SIGNED_DATA:
        raise FormatError("The profile is CMS, but not signed data; it may be encrypted.")
    (signed,) = _children(data, outer, _INNER, 1)
    _version, _digests, inside = _children(data, signed, SEQUENCE, 3)
    parts = list(_each(data, inside))
    if len(parts) < 2:
        raise FormatError("The signature stands alone; its profile is in another file.")
    (octets,) = _children(data, parts[1], _INNER, 1)
    return b"".join(_strings(data, octets, _DEPTH))


def _children(data: bytes, parent: _Value, tag: int, count: int) -> list[_Value]:
    """The first values inside one of the tag that is expected. Raises FormatError."""
    found = []
    if parent.tag == tag:
        for child in _each(data, parent):
            found.append(child)
            if len(found) == count:
                return found
    raise FormatError("This is no signed profile.")


def _each(data: bytes, parent: _Value) -> Iterator[_Value]:
    at = parent.start
    while at < parent.end:
        child = _value(data, at, parent.end)
        yield child
        at = child.following


def _strings(data: bytes, value: _Value, depth: int) -> Iterator[bytes]:
    """The bytes of a string, which BER lets be cut into pieces."""
    if value.tag == OCTET_STRING:
        yield data[value.start : value.end]
    elif value.tag == _CONSTRUCTED_STRING and depth:
        for piece in _each(data, value):
            yield from _strings(data, piece, depth - 1)
    else:
        raise FormatError("The content of the signature is no string.")


def _value(data: bytes, at: int, end: int, depth: int = 32) -> _Value:
    """The value that begins here. Raises IndexError where it does not end before ``end``."""
    tag, first = data[at], data[at + 1]
    start = at + 2
    if first == 0x80:
        return _endless(data, tag, start, end, depth)
    length = first
    if first & 0x80:
        octets = first & 0x7F
        if octets > 4:
            raise IndexError
        length = int.from_bytes(data[start : start + octets], "big")
        start += octets
    if start + length > end:
        raise IndexError
    return _Value(tag, start, start + length, start + length)


def _endless(data: bytes, tag: int, start: int, end: int, depth: int) -> _Value:
    """A value of no given length (BER): it ends with two zero bytes where a value would begin."""
    if not depth:
        raise FormatError("The signature is nested too deep.")
    at = start
    while data[at : at + 2] != b"\x00\x00":
        at = _value(data, at, end, depth - 1).following
    return _Value(tag, start, at, at + 2)
