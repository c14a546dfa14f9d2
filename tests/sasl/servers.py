"""A SCRAM server by the letter of RFC 5802, and the ways in which it can lie."""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass

SALT = b"sixteen bytes of"
NONCE = b"3rfcNHYJY1ZVvWVs7j"


@dataclass(kw_only=True)
class ScramServer:
    """What it knows about one user, and what it does with that."""

    algorithm: str = "sha256"
    password: bytes = b"pencil"
    iterations: int = 4096
    binding: bytes | None = None
    """The type and data that it sees on its own side of the connection, as ``p=type,,data``."""
    offers_plus: bool = False
    first: bytes | None = None
    """Said instead of the first message."""
    last: bytes | None = None
    """Said instead of the last message."""
    verdict: bool | None = None
    """Whether the proof was right; None before there was one."""

    def begin(self, message: bytes) -> bytes:
        """server-first-message for client-first-message."""
        flag, _, bare = message.split(b",", 2)
        self._header = flag + b",,"
        self._bare = bare
        if flag == b"y" and self.offers_plus:
            return b"e=server-does-support-channel-binding"
        nonce = bare.rpartition(b"r=")[2] + NONCE
        self._first = b"r=%s,s=%s,i=%d" % (nonce, base64.b64encode(SALT), self.iterations)
        return self._first if self.first is None else self.first

    def end(self, message: bytes) -> bytes:
        """server-final-message for client-final-message."""
        without_proof, _, proof = message.rpartition(b",p=")
        bound = base64.b64decode(without_proof.split(b",")[0].removeprefix(b"c="))
        if bound != (self._header if self.binding is None else self.binding):
            self.verdict = False
            return b"e=channel-bindings-dont-match"
        salted = hashlib.pbkdf2_hmac(self.algorithm, self.password, SALT, self.iterations)
        key = self._hmac(salted, b"Client Key")
        signed = b",".join((self._bare, self._first, without_proof))
        signature = self._hmac(hashlib.new(self.algorithm, key).digest(), signed)
        expected = bytes(a ^ b for a, b in zip(key, signature, strict=True))
        self.verdict = base64.b64decode(proof) == expected
        server_signature = self._hmac(self._hmac(salted, b"Server Key"), signed)
        if self.last is not None:
            return self.last
        return b"v=" + base64.b64encode(server_signature) if self.verdict else b"e=invalid-proof"

    def _hmac(self, key: bytes, message: bytes) -> bytes:
        return hmac.new(key, message, self.algorithm).digest()
