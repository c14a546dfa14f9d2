"""Profiles signed by somebody."""

from __future__ import annotations

from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs7

from tests.signing import certificate, new_key


@cache
def _signer() -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    key = new_key()
    return certificate("Profiles", key, "Profiles", key), key


def signed(body: bytes) -> bytes:
    """CMS SignedData with the content inside, in DER."""
    own, key = _signer()
    builder = pkcs7.PKCS7SignatureBuilder().set_data(body).add_signer(own, key, hashes.SHA256())
    return builder.sign(serialization.Encoding.DER, [pkcs7.PKCS7Options.Binary])
