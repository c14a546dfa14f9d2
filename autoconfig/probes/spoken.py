"""Which protocol speaks, by its first words."""

from __future__ import annotations

import re

_FIRST_WORDS: tuple[tuple[str, re.Pattern[bytes]], ...] = (
    ("imap", re.compile(rb"\* (?:OK|BYE|PREAUTH)\b", re.IGNORECASE)),
    ("pop3", re.compile(rb"(?:\+OK|-ERR)\b", re.IGNORECASE)),
    ("managesieve", re.compile(rb'"(?:IMPLEMENTATION|SIEVE|SASL|VERSION|NOTIFY|STARTTLS)"', re.IGNORECASE)),
    ("http", re.compile(rb"HTTP/[0-9]|<!doctype html|<html", re.IGNORECASE)),
    ("ssh", re.compile(rb"SSH-[0-9]")),
    # RFC 8446 §5.1: a record of type alert or handshake, of version 3.x.
    ("tls", re.compile(rb"[\x15\x16]\x03[\x00-\x04]", re.DOTALL)),
    ("ftp", re.compile(rb"220[ -].*\bFTP\b", re.IGNORECASE)),
    ("smtp", re.compile(rb"(?:220|421|554)[ -]")),
)


def protocol_of(said: bytes) -> str:
    """The protocol whose servers begin so; empty where none does."""
    return next((name for name, words in _FIRST_WORDS if words.match(said)), "")
