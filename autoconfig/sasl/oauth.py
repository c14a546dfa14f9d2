"""XOAUTH2 (Google's and Microsoft's) and OAUTHBEARER (RFC 7628): an access token instead of a password."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from autoconfig.sasl.exchange import Mechanism, shown

if TYPE_CHECKING:
    from autoconfig.sasl.exchange import Credentials, Peer


class _Bearer(Mechanism):
    """What both have in common: the token goes first, and an error comes as a challenge of JSON."""

    _acknowledgement = b""
    """What asks the server to end the exchange after its error."""

    def _answer(self, challenge: bytes) -> bytes:
        if not self.spent or self.complaint:
            raise self._unexpected()
        self.complaint = _error(challenge)
        return self._acknowledgement


class XOAuth2(_Bearer):
    """XOAUTH2, as Google defined it."""

    def __init__(self, credentials: Credentials) -> None:
        super().__init__("XOAUTH2")
        self._message = f"user={credentials.username}\1auth=Bearer {credentials.secret}\1\1".encode()

    def initial(self) -> bytes:
        """Everything there is to say."""
        self.spent = True
        return self._message


class OAuthBearer(_Bearer):
    """OAUTHBEARER, which the standard has."""

    _acknowledgement = b"\1"  # RFC 7628 §3.2.3

    def __init__(self, credentials: Credentials, peer: Peer) -> None:
        super().__init__("OAUTHBEARER")
        # RFC 5801 §4: the same spelling of a name as SCRAM has.
        name = credentials.username.replace("=", "=3D").replace(",", "=2C")
        place = f"\1host={peer.host}" + (f"\1port={peer.port}" if peer.port else "")
        self._message = f"n,a={name},{place}\1auth=Bearer {credentials.secret}\1\1".encode()

    def initial(self) -> bytes:
        """Everything there is to say."""
        self.spent = True
        return self._message


def _error(challenge: bytes) -> str:
    """The server's complaint: the status of RFC 7628 §3.2.2, else what it wrote."""
    try:
        status = json.loads(challenge)["status"]
    except (ValueError, RecursionError, TypeError, KeyError):
        return shown(challenge) or "no reason given"
    return shown(str(status).encode("utf-8", "replace")) or "no reason given"
