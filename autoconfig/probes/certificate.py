"""Certificates as facts: whom they are for, who issued them, how long they hold, how strong they are."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cryptography import x509

MIN_RSA_BITS = 2048
MIN_EC_BITS = 224
WEAK_HASHES = frozenset({"md2", "md4", "md5", "sha1"})


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateFacts:
    """One certificate."""

    subject: str
    issuer: str
    names: tuple[str, ...]
    """Host names and addresses it is for (subjectAltName)."""
    not_before: datetime
    not_after: datetime
    key_type: str
    """``RSA``, ``EC``, ``Ed25519``, …"""
    key_bits: int
    signature_hash: str
    """``sha256``; empty for signatures that have none of their own (Ed25519)."""
    self_issued: bool
    issuer_url: str = ""
    """Where it says that its issuer's certificate is (RFC 5280 §4.2.2.1)."""

    @property
    def is_weak_key(self) -> bool:
        """Whether the key is shorter than browsers and mail programs accept."""
        least = {"RSA": MIN_RSA_BITS, "DSA": MIN_RSA_BITS, "EC": MIN_EC_BITS}.get(self.key_type, 0)
        return self.key_bits < least

    @property
    def has_weak_signature(self) -> bool:
        """Whether its signature can be forged; that of a root is never looked at."""
        return self.signature_hash in WEAK_HASHES and not self.self_issued

    def is_for(self, host: str) -> bool:
        """Whether it is for a host (RFC 9525 §6.3): a wildcard stands for one whole label, the first."""
        return any(_matches(name, host) for name in self.names)

    def days_left(self, now: datetime) -> int:
        """Whole days until it expires; negative afterwards."""
        return (self.not_after - now).days


def _matches(name: str, host: str) -> bool:
    pattern, wanted = name.lower().rstrip("."), host.lower().rstrip(".")
    if not pattern.startswith("*."):
        return pattern == wanted
    first, _, rest = wanted.partition(".")
    return bool(first) and rest == pattern[2:]


def read_certificate(data: bytes) -> CertificateFacts | None:
    """Read a certificate in DER; None where it cannot be read."""
    from cryptography import x509  # here: loading it takes a while

    try:
        certificate = x509.load_der_x509_certificate(data)
        return _facts(certificate)
    except (ValueError, TypeError):
        return None


def read_chain(chain: Iterable[bytes]) -> tuple[CertificateFacts, ...]:
    """Those certificates of a chain that can be read."""
    return tuple(facts for data in chain if (facts := read_certificate(data)) is not None)


def _facts(certificate: x509.Certificate) -> CertificateFacts:
    key_type, key_bits = _key(certificate)
    return CertificateFacts(
        subject=_name(certificate.subject),
        issuer=_name(certificate.issuer),
        names=_names(certificate),
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
        key_type=key_type,
        key_bits=key_bits,
        signature_hash=_hash(certificate),
        self_issued=certificate.subject == certificate.issuer,
        issuer_url=_issuer_url(certificate),
    )


def _name(name: x509.Name) -> str:
    """A name as RFC 4514 writes it, its parts printable."""
    text = name.rfc4514_string()
    return "".join(mark if mark.isprintable() else "\N{REPLACEMENT CHARACTER}" for mark in text)[:200]


def _names(certificate: x509.Certificate) -> tuple[str, ...]:
    from cryptography import x509

    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, ValueError, x509.DuplicateExtension):
        return ()
    addresses = (str(ipaddress.ip_address(str(each))) for each in found.get_values_for_type(x509.IPAddress))
    return (*found.get_values_for_type(x509.DNSName), *addresses)


def _key(certificate: x509.Certificate) -> tuple[str, int]:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa

    try:
        key = certificate.public_key()
    except (UnsupportedAlgorithm, ValueError):
        return "unknown", 0
    kinds = {"RSA": rsa.RSAPublicKey, "EC": ec.EllipticCurvePublicKey, "DSA": dsa.DSAPublicKey}
    for name, kind in kinds.items():
        if isinstance(key, kind):
            return name, getattr(key, "key_size", 0)
    return type(key).__name__.strip("_").removesuffix("PublicKey"), 0


def _hash(certificate: x509.Certificate) -> str:
    from cryptography.exceptions import UnsupportedAlgorithm

    try:
        algorithm = certificate.signature_hash_algorithm
    except UnsupportedAlgorithm:
        return "unknown"
    return "" if algorithm is None else algorithm.name


def _issuer_url(certificate: x509.Certificate) -> str:
    from cryptography import x509
    from cryptography.x509.oid import AuthorityInformationAccessOID

    try:
        found = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    except (x509.ExtensionNotFound, ValueError, x509.DuplicateExtension):
        return ""
    urls = (
        str(each.access_location.value)
        for each in found
        if each.access_method == AuthorityInformationAccessOID.CA_ISSUERS
    )
    return next((url for url in urls if url.startswith(("http://", "https://"))), "")
