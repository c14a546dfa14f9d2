"""Three ways to shake hands: as mail programs do, past a bad certificate, and as they did long ago."""

from __future__ import annotations

import ssl
import warnings
from dataclasses import dataclass, field

_LEGACY_SERVER_CONNECT = 0x4
"""OpenSSL's SSL_OP_LEGACY_SERVER_CONNECT, which Python 3.11 has no name for."""


def _lenient() -> ssl.SSLContext:
    """Any certificate, any version: to see what is there. No secret goes over such a connection."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.options |= _LEGACY_SERVER_CONNECT
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        # Python warns of TLS 1.0 as a choice for one's own connections; here it is what is looked for.
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
    return context


def _old() -> ssl.SSLContext:
    """TLS 1.1 and 1.0 alone, which RFC 8996 takes out of use."""
    context = _lenient()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    return context


@dataclass(frozen=True, slots=True)
class Contexts:
    """Made once: reading the system's certificates takes a while."""

    verifying: ssl.SSLContext = field(default_factory=ssl.create_default_context)
    """With the certificates of the system, or of SSL_CERT_FILE."""
    lenient: ssl.SSLContext = field(default_factory=_lenient)
    old: ssl.SSLContext = field(default_factory=_old)
