"""Channel bindings: what ties a login to one TLS connection, so that nobody in between can pass it on."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Binding:
    """A channel binding by its registered name (RFC 5056 §8)."""

    type: str
    data: bytes


def end_point(certificate: bytes) -> Binding | None:
    """``tls-server-end-point`` of a certificate in DER (RFC 5929 §4.1).

    None where the RFC defines none: for signatures without one single hash, such as Ed25519, and for what is
    no certificate.
    """
    from cryptography.exceptions import UnsupportedAlgorithm  # here: it is slow to load
    from cryptography.hazmat.primitives import hashes
    from cryptography.x509 import load_der_x509_certificate

    try:
        certified = load_der_x509_certificate(certificate)
        algorithm = certified.signature_hash_algorithm
        if algorithm is None:
            return None
        # The two that are broken are replaced by SHA-256.
        weak = isinstance(algorithm, hashes.MD5 | hashes.SHA1)
        return Binding("tls-server-end-point", certified.fingerprint(hashes.SHA256() if weak else algorithm))
    except (ValueError, UnsupportedAlgorithm):
        return None
