"""SCRAM (RFC 5802, RFC 7677): both sides prove that they know the password, and neither says it."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import secrets
from typing import TYPE_CHECKING

from autoconfig.errors import SaslRefused
from autoconfig.sasl.exchange import Mechanism, shown
from autoconfig.sasl.prep import prepared

if TYPE_CHECKING:
    from collections.abc import Mapping

    from autoconfig.sasl.binding import Binding
    from autoconfig.sasl.exchange import Credentials

HASHES: Mapping[str, str] = {
    "SCRAM-SHA-512": "sha512",
    "SCRAM-SHA-256": "sha256",
    "SCRAM-SHA-1": "sha1",
}
PLUS = "-PLUS"
"""The ending of the names that bind the login to the TLS connection."""

MAX_ITERATIONS = 1_000_000
"""About half a second of work; a server that asks for more wants to keep us busy."""
USUAL_ITERATIONS = 4096
"""RFC 7677 §4: the fewest that a server should ask for."""

_FIRST = re.compile(
    rb"r=(?P<nonce>[!-+\--~]+),s=(?P<salt>[A-Za-z0-9+/=]+),i=(?P<count>[1-9][0-9]{0,9})(?:,.*)?"
)
_LAST = re.compile(rb"(?P<kind>[ev])=(?P<value>[^,]+)(?:,.*)?", re.DOTALL)
_REASONS: Mapping[str, str] = {
    "channel-bindings-dont-match": "the TLS connection that the server sees is not the one that we see",
    "server-does-support-channel-binding": "somebody hides that the server can bind logins to TLS",
}
"""What RFC 5802 §7 means by its words, where that is more than the word."""


class Scram(Mechanism):
    """One exchange of the family.

    ``binding`` ties it to the TLS connection (the names that end in -PLUS). Without one, ``could_bind`` tells
    the server that we would have, had it offered that: then it knows that somebody took its offer away (§6).
    """

    def __init__(
        self,
        name: str,
        credentials: Credentials,
        *,
        binding: Binding | None = None,
        could_bind: bool = False,
        nonce: str = "",
    ) -> None:
        super().__init__(name)
        self._hash = HASHES[name.removesuffix(PLUS)]
        if name.endswith(PLUS) != (binding is not None):
            raise SaslRefused(f"{name} cannot be used on this connection.")
        flag = f"p={binding.type}" if binding else "y" if could_bind else "n"
        self._header = f"{flag},,".encode()
        self._bound = self._header + (binding.data if binding else b"")
        self._nonce = (nonce or secrets.token_urlsafe(24)).encode()
        username = prepared(credentials.username, "login name").replace("=", "=3D").replace(",", "=2C")
        self._bare = f"n={username},r=".encode() + self._nonce
        self._password = prepared(credentials.secret, "password").encode()
        self._signature = b""
        self._proved = False

    def initial(self) -> bytes:
        """client-first-message (§7)."""
        return self._header + self._bare

    def succeeded(self) -> None:
        """Raises SaslRefused unless the server has shown that it knows the password."""
        super().succeeded()
        if not self._proved:
            raise SaslRefused(f"The server has not proved that it knows the password ({self.name}).")

    def _answer(self, challenge: bytes) -> bytes:
        if not self.spent:
            return self._final(challenge)
        if self._proved or self.complaint:
            raise self._unexpected()
        return self._checked(challenge)

    def _final(self, challenge: bytes) -> bytes:
        """client-final-message for the server's first; a refusal comes before any proof."""
        if self._is_complaint(challenge):
            return b""
        nonce, salt, iterations = self._first(challenge)
        salted = hashlib.pbkdf2_hmac(self._hash, self._password, salt, iterations)
        without_proof = b"c=%s,r=%s" % (base64.b64encode(self._bound), nonce)
        message = b",".join((self._bare, challenge, without_proof))
        client_key = self._hmac(salted, b"Client Key")
        signature = self._hmac(hashlib.new(self._hash, client_key).digest(), message)
        proof = bytes(left ^ right for left, right in zip(client_key, signature, strict=True))
        self._signature = self._hmac(self._hmac(salted, b"Server Key"), message)
        self.spent = True
        return without_proof + b",p=" + base64.b64encode(proof)

    def _first(self, challenge: bytes) -> tuple[bytes, bytes, int]:
        """Nonce, salt and iterations of server-first-message. Raises SaslRefused."""
        said = _FIRST.fullmatch(challenge)
        if said is None:
            raise SaslRefused(f"The server's first message of {self.name} cannot be read.")
        if not said["nonce"].startswith(self._nonce) or said["nonce"] == self._nonce:
            raise SaslRefused(f"The server's {self.name} does not answer to us: another nonce.")
        iterations = int(said["count"])
        if iterations > MAX_ITERATIONS:
            raise SaslRefused(f"The server wants {iterations} rounds of {self.name}; that is too much work.")
        if iterations < USUAL_ITERATIONS:
            self.remarks = (f"{self.name} with {iterations} rounds is weak; {USUAL_ITERATIONS} are usual.",)
        return said["nonce"], _decoded(said["salt"]), iterations

    def _checked(self, challenge: bytes) -> bytes:
        """The server's last message: its proof, or why it refuses."""
        if self._is_complaint(challenge):
            return b""
        said = _LAST.fullmatch(challenge)
        if said is None:
            raise SaslRefused(f"The server's last message of {self.name} cannot be read.")
        if not hmac.compare_digest(_decoded(said["value"]), self._signature):
            raise SaslRefused(f"The server's proof that it knows the password is wrong ({self.name}).")
        self._proved = True
        return b""

    def _is_complaint(self, challenge: bytes) -> bool:
        said = _LAST.fullmatch(challenge)
        if said is None or said["kind"] != b"e":
            return False
        word = shown(said["value"])
        self.complaint = _REASONS.get(word, word)
        return True

    def _hmac(self, key: bytes, message: bytes) -> bytes:
        return hmac.new(key, message, self._hash).digest()


def _decoded(text: bytes) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        raise SaslRefused("The server's SCRAM message holds broken Base64.") from None
