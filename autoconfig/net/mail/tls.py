"""What TLS was agreed on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import ssl

_DER = 2
"""``_ssl.ENCODING_DER``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tls:
    """An encrypted connection; certificates are DER."""

    version: str
    """``TLSv1.3``."""
    cipher: str
    certificate: bytes
    """The server's own."""
    chain: tuple[bytes, ...]
    """As the server sent it where Python tells, else the server's own alone."""
    unique: bytes = b""
    """The channel binding tls-unique (RFC 5929 §3); TLS 1.3 has none."""


def tls_of(connection: ssl.SSLObject) -> Tls:
    """Read what was agreed on after a handshake."""
    certificate = connection.getpeercert(binary_form=True) or b""
    cipher = connection.cipher()
    return Tls(
        version=connection.version() or "",
        cipher=cipher[0] if cipher else "",
        certificate=certificate,
        chain=_chain(connection) or (certificate,),
        unique=_unique(connection),
    )


def _unique(connection: ssl.SSLObject) -> bytes:
    # Python gives something for TLS 1.3 too, but RFC 8446 §C.5 says that it must not be used.
    if connection.version() == "TLSv1.3":
        return b""
    return connection.get_channel_binding("tls-unique") or b""


def _chain(connection: Any) -> tuple[bytes, ...]:
    """The certificates sent: public from Python 3.13 on, before that inside the object."""
    if hasattr(connection, "get_unverified_chain"):
        return tuple(connection.get_unverified_chain())
    try:
        return tuple(each.public_bytes(_DER) for each in connection._sslobj.get_unverified_chain() or ())
    except (AttributeError, TypeError):
        return ()
