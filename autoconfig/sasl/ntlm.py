"""NTLM (MS-NLMP), what wizards call secure password authentication (SPA); pyspnego does the work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from autoconfig.errors import SaslRefused
from autoconfig.sasl.exchange import Mechanism

if TYPE_CHECKING:
    from autoconfig.sasl.exchange import Credentials, Peer

EXTRA = "pip install 'mail-autoconfig[ntlm]'"


class Ntlm(Mechanism):
    """NTLM in a mail protocol (MS-NTHT's cousins for IMAP, POP3 and SMTP): three messages."""

    def __init__(self, credentials: Credentials, peer: Peer) -> None:
        super().__init__("NTLM")
        self._context = _context(credentials, peer)

    def initial(self) -> bytes:
        """NEGOTIATE, which says nothing about the user."""
        return self._step(None)

    def _answer(self, challenge: bytes) -> bytes:
        if self.spent:
            raise self._unexpected()
        answer = self._step(challenge)
        self.spent = True
        return answer

    def _step(self, token: bytes | None) -> bytes:
        try:
            answer = self._context.step(token)
        # Whatever a hostile message makes pyspnego stumble over; its text may quote what it was given.
        except Exception as error:
            reason = type(error).__name__
            raise SaslRefused(f"The server's NTLM message cannot be read ({reason}).") from None
        assert isinstance(answer, bytes)
        return answer


def _context(credentials: Credentials, peer: Peer) -> Any:
    try:
        import spnego
    except ImportError:
        raise SaslRefused(f"NTLM needs another package: {EXTRA}") from None
    return spnego.client(
        credentials.username,
        credentials.secret,
        hostname=peer.host,
        service=peer.service,
        protocol="ntlm",
        options=spnego.NegotiateOptions.use_ntlm,
    )
