"""The channel binding of a certificate (RFC 5929 §4.1)."""

from __future__ import annotations

import base64
import datetime
import hashlib
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

from autoconfig.sasl import Binding, end_point

NAME = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "imap.example.com")])
SIGNED_WITH_SHA1 = base64.b64decode("""
MIIBazCCARKgAwIBAgIUOZcEremwyqZ3f4WPXSu+pJgQmLAwCQYHKoZIzj0EATAMMQowCAYDVQQDDAFhMB4XDTI2MT
EyODA0NDg0N1oXDTI2MTEyOTA0NDg0N1owDDEKMAgGA1UEAwwBYTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABD9F
4NH7LPcx1ICkIZv0cX5FNdTeNuA8d/Zi9PAtL+Oh19JNkEua1Sn4+uhFNbbLSfi2M3Tekexw9OoqTUs/s16jUzBRMB
0GA1UdDgQWBBSbmLqlc9Ytml7RvHqzsSjRdI7+3zAfBgNVHSMEGDAWgBSbmLqlc9Ytml7RvHqzsSjRdI7+3zAPBgNV
HRMBAf8EBTADAQH/MAkGByqGSM49BAEDSAAwRQIgWMuVOQPumumegAVPkZcAniLNu2NiA/girT3pL01CbMkCIQDLSp
IxHJb/oVPHvMfCfNEPJmZx7nq7hyb21DRzY6h6mQ==
""")
"""By ``openssl req -x509 -sha1``: the library makes no such certificate any more."""
DAY = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)


def certificate(key: Any, algorithm: Any, **how: Any) -> bytes:
    builder = x509.CertificateBuilder(NAME, NAME, key.public_key(), 1, DAY, DAY)
    return builder.sign(key, algorithm, **how).public_bytes(serialization.Encoding.DER)


@pytest.mark.parametrize(
    ("signed_with", "hashed_with"),
    [(hashes.SHA256(), "sha256"), (hashes.SHA384(), "sha384"), (hashes.SHA512(), "sha512")],
)
def test_a_certificate_is_hashed_as_it_was_signed(signed_with: Any, hashed_with: str) -> None:
    der = certificate(ec.generate_private_key(ec.SECP256R1()), signed_with)
    assert end_point(der) == Binding("tls-server-end-point", hashlib.new(hashed_with, der).digest())


def test_a_hash_that_is_broken_is_replaced_by_sha256() -> None:
    assert end_point(SIGNED_WITH_SHA1) == Binding(
        "tls-server-end-point", hashlib.sha256(SIGNED_WITH_SHA1).digest()
    )


def test_the_hash_of_rsa_pss_is_in_its_parameters() -> None:
    key = rsa.generate_private_key(65537, 2048)
    pss = padding.PSS(padding.MGF1(hashes.SHA384()), hashes.SHA384.digest_size)
    der = certificate(key, hashes.SHA384(), rsa_padding=pss)
    assert end_point(der) == Binding("tls-server-end-point", hashlib.sha384(der).digest())


def test_a_signature_without_one_hash_has_no_binding() -> None:
    assert end_point(certificate(ed25519.Ed25519PrivateKey.generate(), None)) is None


def test_what_is_no_certificate_has_no_binding() -> None:
    assert end_point(b"\x30\x00") is None
