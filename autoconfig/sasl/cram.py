"""CRAM-MD5 (RFC 2195): a keyed digest of the server's challenge; the server proves nothing."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from autoconfig.errors import SaslRefused
from autoconfig.sasl.exchange import Mechanism

if TYPE_CHECKING:
    from autoconfig.sasl.exchange import Credentials


class CramMd5(Mechanism):
    """CRAM-MD5, whose challenge is a text like a Message-ID."""

    def __init__(self, credentials: Credentials) -> None:
        super().__init__("CRAM-MD5")
        self._credentials = credentials

    def _answer(self, challenge: bytes) -> bytes:
        if self.spent:
            raise self._unexpected()
        if not challenge:
            raise SaslRefused("The server's CRAM-MD5 challenge is empty.")
        self.spent = True
        digest = hmac.new(self._credentials.secret.encode(), challenge, "md5").hexdigest()
        return f"{self._credentials.username} {digest}".encode()
