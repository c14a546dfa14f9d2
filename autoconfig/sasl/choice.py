"""The mechanisms by name, the best first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from autoconfig.errors import SaslRefused
from autoconfig.sasl import cram, digest, oauth, plain, scram

if TYPE_CHECKING:
    from autoconfig.sasl.exchange import Credentials, Mechanism, Peer

PASSWORD_MECHANISMS = (
    "SCRAM-SHA-512-PLUS",
    "SCRAM-SHA-256-PLUS",
    "SCRAM-SHA-1-PLUS",
    "SCRAM-SHA-512",
    "SCRAM-SHA-256",
    "SCRAM-SHA-1",
    "CRAM-MD5",
    "DIGEST-MD5",
    "NTLM",
    "PLAIN",
    "LOGIN",
)
TOKEN_MECHANISMS = ("OAUTHBEARER", "XOAUTH2")


def begin(name: str, credentials: Credentials, peer: Peer) -> Mechanism:
    """Begin an exchange; nothing is said yet. Raises SaslRefused for what cannot be done here."""
    if name.removesuffix(scram.PLUS) in scram.HASHES:
        return _scram(name, credentials, peer)
    match name:
        case "PLAIN":
            return plain.Plain(credentials)
        case "LOGIN":
            return plain.Login(credentials)
        case "CRAM-MD5":
            return cram.CramMd5(credentials)
        case "DIGEST-MD5":
            return digest.DigestMd5(credentials, peer)
        case "XOAUTH2":
            return oauth.XOAuth2(credentials)
        case "OAUTHBEARER":
            return oauth.OAuthBearer(credentials, peer)
        case "NTLM":
            from autoconfig.sasl.ntlm import Ntlm  # here: its library is optional

            return Ntlm(credentials, peer)
    raise SaslRefused(f"{name} is not a mechanism that this program knows.")


def _scram(name: str, credentials: Credentials, peer: Peer) -> scram.Scram:
    if name.endswith(scram.PLUS):
        binding = next(iter(peer.bindings), None)
        return scram.Scram(name, credentials, binding=binding)
    offers_binding = any(word.endswith(scram.PLUS) for word in peer.offered)
    return scram.Scram(name, credentials, could_bind=bool(peer.bindings) and not offers_binding)
