"""A private authority for signatures, files of certificates and keys, and OpenSSL to verify with."""

from __future__ import annotations

import datetime
import os
import shutil
import subprocess
from typing import TYPE_CHECKING, NamedTuple

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

if TYPE_CHECKING:
    from pathlib import Path

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey

DAY = datetime.timedelta(days=1)
NOW = datetime.datetime.now(datetime.UTC)


def new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def key_pem(key: PrivateKey, password: str | None = None) -> bytes:
    """A key as a PEM file holds it."""
    encryption = (
        serialization.NoEncryption()
        if password is None
        else serialization.BestAvailableEncryption(password.encode())
    )
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption)


def pem(*certificates: x509.Certificate) -> bytes:
    """Certificates as a PEM file holds them."""
    return b"".join(entry.public_bytes(serialization.Encoding.PEM) for entry in certificates)


def certificate(
    name: str,
    key: PrivateKey,
    issuer: str,
    issuer_key: ec.EllipticCurvePrivateKey,
    *,
    ca: bool = False,
    not_before: datetime.datetime = NOW - DAY,
    not_after: datetime.datetime = NOW + DAY,
) -> x509.Certificate:
    """A certificate, by default good from yesterday to tomorrow."""
    return (
        x509.CertificateBuilder()
        .subject_name(_named(name))
        .issuer_name(_named(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(not_before)
        .not_valid_after(not_after)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .sign(issuer_key, hashes.SHA256())
    )


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])


class Authority:
    """A root that verifiers know, and an intermediate that they do not."""

    def __init__(self) -> None:
        root_key, self._key = new_key(), new_key()
        self.root = certificate("Root", root_key, "Root", root_key, ca=True)
        self.intermediate = certificate("Intermediate", self._key, "Root", root_key, ca=True)

    def issue(
        self,
        key: PrivateKey,
        *,
        not_before: datetime.datetime = NOW - DAY,
        not_after: datetime.datetime = NOW + DAY,
    ) -> x509.Certificate:
        """A certificate of the intermediate."""
        return certificate(
            "Signer", key, "Intermediate", self._key, not_before=not_before, not_after=not_after
        )


class SigningFiles(NamedTuple):
    """What the two settings name, and the root to verify with."""

    cert: Path
    key: Path
    root: Path

    @property
    def environment(self) -> dict[str, str]:
        return {"AUTOCONFIG_SIGNING_CERT": str(self.cert), "AUTOCONFIG_SIGNING_KEY": str(self.key)}


def write_files(folder: Path, authority: Authority, key: PrivateKey | None = None) -> SigningFiles:
    """A good certificate with its intermediate, and its key."""
    signer = new_key() if key is None else key
    files = SigningFiles(folder / "cert.pem", folder / "key.pem", folder / "root.pem")
    files.cert.write_bytes(pem(authority.issue(signer), authority.intermediate))
    files.key.write_bytes(key_pem(signer))
    files.root.write_bytes(pem(authority.root))
    return files


class Verified(NamedTuple):
    """What OpenSSL found in a signature that it believes."""

    content: bytes
    subjects: list[str]
    """Of the certificates in the signature."""


def need_openssl() -> str:
    """The path of OpenSSL; the test is skipped without it, which fails under ``CI=true``."""
    program = shutil.which("openssl")
    if program is None:
        reason = "openssl is not installed (apt install openssl)"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return program


def verify(signed: bytes, root: Path) -> Verified:
    """Verify with ``openssl cms -verify``: DER, content inside, trust in the root alone."""
    certificates = root.with_name("certificates-found.pem")
    command = [need_openssl(), "cms", "-verify", "-inform", "DER", "-CAfile", str(root), "-no-CApath"]
    done = subprocess.run(
        [*command, "-binary", "-certsout", str(certificates)], input=signed, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    found = x509.load_pem_x509_certificates(certificates.read_bytes())
    return Verified(done.stdout, [entry.subject.rfc4514_string() for entry in found])
