"""DIGEST-MD5 (RFC 2831; made historic by RFC 6331), qop=auth: the server proves itself by ``rspauth``."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from typing import TYPE_CHECKING

from autoconfig.errors import SaslRefused
from autoconfig.sasl.exchange import Mechanism

if TYPE_CHECKING:
    from collections.abc import Mapping

    from autoconfig.sasl.exchange import Credentials, Peer

MAX_DIRECTIVES = 2048
"""Bytes (§2.1.1)."""

_DIRECTIVE = re.compile(
    rb'[\s,]*(?P<name>[a-z-]+)\s*=\s*(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<token>[^\s,"]+))\s*(?:,|\Z)',
    re.DOTALL,
)
_MANY = frozenset({b"realm"})
"""What may be said more than once."""
_FIRST_USE = "00000001"
"""The nonce count: each exchange has a nonce of its own."""
_FOREIGN = (
    "The password or login name holds letters that not every DIGEST-MD5 server spells alike; "
    "a refusal may be the server's mistake."
)


class DigestMd5(Mechanism):
    """DIGEST-MD5 without a security layer, which TLS makes needless."""

    def __init__(self, credentials: Credentials, peer: Peer, *, nonce: str = "") -> None:
        super().__init__("DIGEST-MD5")
        self._credentials = credentials
        self._uri = f"{peer.service}/{peer.host}"
        self._nonce = nonce or secrets.token_urlsafe(24)
        self._expected = b""
        self._proved = False

    def succeeded(self) -> None:
        """Raises SaslRefused unless the server has shown that it knows the password (§2.1.3)."""
        super().succeeded()
        if not self._proved:
            raise SaslRefused("The server has not proved that it knows the password (DIGEST-MD5).")

    def _answer(self, challenge: bytes) -> bytes:
        if len(challenge) > MAX_DIRECTIVES:
            raise SaslRefused("The server's DIGEST-MD5 challenge is longer than 2048 bytes.")
        said = _directives(challenge)
        if not self.spent:
            return self._response(said)
        if self._proved:
            raise self._unexpected()
        if not hmac.compare_digest(_one(said, "rspauth"), self._expected):
            raise SaslRefused("The server's proof that it knows the password is wrong (DIGEST-MD5).")
        self._proved = True
        return b""

    def _response(self, said: Mapping[str, list[bytes]]) -> bytes:
        """§2.1.2."""
        nonce = _one(said, "nonce")
        if _one(said, "algorithm") != b"md5-sess" or not nonce:
            raise SaslRefused("The server's DIGEST-MD5 challenge has no algorithm or nonce that is known.")
        qops = b",".join(said.get("qop", [b"auth"])).replace(b" ", b"").lower().split(b",")
        if b"auth" not in qops:
            raise SaslRefused("The server wants a security layer of DIGEST-MD5, which TLS makes needless.")
        utf8 = _one(said, "charset").lower() == b"utf-8"
        realm = said.get("realm", [b""])[0]
        name = self._encoded(self._credentials.username, utf8=utf8)
        inner = hashlib.md5(
            b":".join((self._hashed(name, utf8=utf8), self._hashed(realm, utf8=utf8), self._password(utf8))),
            usedforsecurity=False,
        ).digest()
        head = b":".join((inner, nonce, self._nonce.encode()))
        self._expected = self._digest(head, nonce, "")
        self.spent = True
        words = [b"charset=utf-8"] if utf8 else []
        words.append(b'username="%s"' % _escaped(name))
        words += [b'realm="%s"' % _escaped(realm)] if "realm" in said else []
        words += [b'nonce="%s"' % _escaped(nonce), b'cnonce="%s"' % self._nonce.encode()]
        words += [b"nc=" + _FIRST_USE.encode(), b"qop=auth", b'digest-uri="%s"' % self._uri.encode()]
        return b",".join([*words, b"response=" + self._digest(head, nonce, "AUTHENTICATE")])

    def _digest(self, head: bytes, nonce: bytes, verb: str) -> bytes:
        """§2.1.2.1; the server's own digest has no verb (§2.1.3)."""
        middle = b":".join((nonce, _FIRST_USE.encode(), self._nonce.encode(), b"auth"))
        tail = f"{verb}:{self._uri}".encode()
        return _hex(b":".join((_hex(head), middle, _hex(tail))))

    def _encoded(self, text: str, *, utf8: bool) -> bytes:
        try:
            return text.encode("utf-8" if utf8 else "latin-1")
        except UnicodeEncodeError:
            raise SaslRefused("The server's DIGEST-MD5 knows ISO 8859-1 only.") from None

    def _password(self, utf8: bool) -> bytes:
        return self._hashed(self._encoded(self._credentials.secret, utf8=utf8), utf8=utf8)

    def _hashed(self, text: bytes, *, utf8: bool) -> bytes:
        """§2.1.2.1: what can be written in ISO 8859-1 is hashed so, even where it travels as UTF-8."""
        if text.isascii():
            return text
        self.remarks = (_FOREIGN,)
        if not utf8:
            return text
        try:
            return text.decode().encode("latin-1")
        except UnicodeError:
            return text


def _directives(challenge: bytes) -> Mapping[str, list[bytes]]:
    found: dict[str, list[bytes]] = {}
    place = 0
    while place < len(challenge.rstrip(b" \t\r\n,")):
        directive = _DIRECTIVE.match(challenge, place)
        if directive is None:
            raise SaslRefused("The server's DIGEST-MD5 challenge cannot be read.")
        place = directive.end()
        value = directive["token"]
        if value is None:
            value = re.sub(rb"\\(.)", rb"\1", directive["quoted"], flags=re.DOTALL)
        values = found.setdefault(directive["name"].decode(), [])
        if values and directive["name"] not in _MANY:
            raise SaslRefused("The server's DIGEST-MD5 challenge says one thing twice.")
        values.append(value)
    return found


def _one(said: Mapping[str, list[bytes]], name: str) -> bytes:
    return said.get(name, [b""])[0]


def _escaped(text: bytes) -> bytes:
    return re.sub(rb'([\\"])', rb"\\\1", text)


def _hex(data: bytes) -> bytes:
    return hashlib.md5(data, usedforsecurity=False).hexdigest().encode()
