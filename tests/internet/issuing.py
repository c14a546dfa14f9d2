"""Certificates with one peculiarity each, as PEM files for servers of every kind."""

from __future__ import annotations

import datetime
import ssl
import subprocess
import warnings
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Literal, get_args

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

if TYPE_CHECKING:
    from pathlib import Path

    import trustme
    from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPrivateKeyTypes

Kind = Literal[
    "good",
    "wildcard",
    "through-intermediate",
    "no-intermediate",
    "private-authority",
    "other-name",
    "no-name",
    "expired",
    "not-yet-valid",
    "expires-soon",
    "expires-today",
    "self-signed",
    "self-signed-expired",
    "expired-other-name",
    "for-clients",
    "weak-key",
    "sha1",
]
KINDS: tuple[Kind, ...] = get_args(Kind)

_DAY = datetime.timedelta(days=1)
_SAYS_WHERE = "http://authority.invalid/intermediate.der"
_VALID = (-_DAY, 90 * _DAY)
_VALIDITY = {
    "expired": (-90 * _DAY, -2 * _DAY),
    "self-signed-expired": (-90 * _DAY, -2 * _DAY),
    "expired-other-name": (-90 * _DAY, -2 * _DAY),
    "not-yet-valid": (2 * _DAY, 90 * _DAY),
    "expires-soon": (-80 * _DAY, 5.5 * _DAY),
    "expires-today": (-80 * _DAY, 0.5 * _DAY),
}
_WITH_INTERMEDIATE = ("through-intermediate", "no-intermediate", "private-authority")


@dataclass(frozen=True)
class _Authority:
    name: x509.Name
    key: CertificateIssuerPrivateKeyTypes
    chain: tuple[x509.Certificate, ...] = ()
    """What a server sends besides its own certificate."""


@dataclass
class Issuer:
    """Issues certificates below a trusted authority, or none."""

    trusted: trustme.CA
    folder: Path
    _count: int = field(default=0)

    def pem(self, kind: Kind, *names: str) -> Path:
        """A file with a key and the certificates a server sends, for the given host names."""
        if kind not in KINDS:
            raise ValueError(f"{kind!r} is none of {', '.join(KINDS)}")
        key: CertificateIssuerPrivateKeyTypes = (
            rsa.generate_private_key(65537, 1024)
            if kind == "weak-key"
            else ec.generate_private_key(ec.SECP256R1())
        )
        authority = self._authority(kind, key)
        leaf = self._signed_with_sha1(names, key) if kind == "sha1" else _leaf(kind, names, key, authority)
        sent = (leaf,) if kind == "no-intermediate" else (leaf, *authority.chain)
        self._count += 1
        path = self.folder / f"{kind}-{self._count}.pem"
        path.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
            + b"".join(each.public_bytes(serialization.Encoding.PEM) for each in sent)
        )
        return path

    def context(self, kind: Kind, *names: str, newest: str = "TLSv1_3") -> ssl.SSLContext:
        """A server's side of TLS with such a certificate and no version newer than ``newest``."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_ciphers("ALL:@SECLEVEL=0")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            context.minimum_version = ssl.TLSVersion.TLSv1
            context.maximum_version = ssl.TLSVersion[newest]
        context.load_cert_chain(self.pem(kind, *names))
        return context

    def _signed_with_sha1(
        self, names: tuple[str, ...], key: CertificateIssuerPrivateKeyTypes
    ) -> x509.Certificate:
        """A certificate signed as ``cryptography`` does not any more."""
        alternatives = x509.SubjectAlternativeName([x509.DNSName(name) for name in names])
        request = (
            x509.CertificateSigningRequestBuilder()
            .subject_name(_named("simulated server"))
            .add_extension(alternatives, critical=False)
            .sign(key, hashes.SHA256())
        )
        ca = self.folder / "sha1-ca.pem"
        ca.write_bytes(self.trusted.private_key_pem.bytes() + self.trusted.cert_pem.bytes())
        command = [
            "openssl",
            "x509",
            "-req",
            "-sha1",
            "-copy_extensions",
            "copy",
            "-CA",
            str(ca),
            "-CAkey",
            str(ca),
        ]
        asked = request.public_bytes(serialization.Encoding.PEM)
        made = subprocess.run([*command, "-CAcreateserial"], input=asked, check=True, capture_output=True)
        return x509.load_pem_x509_certificate(made.stdout)

    def _authority(self, kind: Kind, own: CertificateIssuerPrivateKeyTypes) -> _Authority:
        if kind.startswith("self-signed"):
            return _Authority(_named("self-signed"), own)
        if kind == "private-authority":
            return self._private
        return self._intermediate if kind in _WITH_INTERMEDIATE else self._root

    @cached_property
    def _root(self) -> _Authority:
        certificate = x509.load_pem_x509_certificate(self.trusted.cert_pem.bytes())
        key = serialization.load_pem_private_key(self.trusted.private_key_pem.bytes(), None)
        return _Authority(certificate.subject, key)  # type: ignore[arg-type]

    @cached_property
    def _intermediate(self) -> _Authority:
        return _below(self._root, "Simulated Intermediate")

    @cached_property
    def _private(self) -> _Authority:
        root = _Authority(_named("Private Root"), ec.generate_private_key(ec.SECP256R1()))
        return _below(root, "Private Intermediate")


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _below(parent: _Authority, name: str) -> _Authority:
    key = ec.generate_private_key(ec.SECP256R1())
    constraints = x509.BasicConstraints(ca=True, path_length=0)
    builder = _builder(_named(name), parent.name, key, _VALID).add_extension(constraints, critical=True)
    return _Authority(_named(name), key, (builder.sign(parent.key, hashes.SHA256()),))


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: CertificateIssuerPrivateKeyTypes,
    validity: tuple[datetime.timedelta, datetime.timedelta],
) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + validity[0])
        .not_valid_after(now + validity[1])
    )


def _leaf(
    kind: Kind, names: tuple[str, ...], key: CertificateIssuerPrivateKeyTypes, authority: _Authority
) -> x509.Certificate:
    subject = authority.name if kind.startswith("self-signed") else _named("simulated server")
    builder = _builder(subject, authority.name, key, _VALIDITY.get(kind, _VALID))
    if kind in ("other-name", "expired-other-name"):
        names = ("somebody-else.invalid",)
    elif kind == "wildcard":
        names = tuple(f"*.{name.partition('.')[2]}" for name in names)
    if kind != "no-name":
        alternatives = x509.SubjectAlternativeName([x509.DNSName(name) for name in names])
        builder = builder.add_extension(alternatives, critical=False)
    if kind == "for-clients":
        usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH])
        builder = builder.add_extension(usage, critical=False)
    if kind in _WITH_INTERMEDIATE:
        place = x509.AccessDescription(
            AuthorityInformationAccessOID.CA_ISSUERS, x509.UniformResourceIdentifier(_SAYS_WHERE)
        )
        builder = builder.add_extension(x509.AuthorityInformationAccess([place]), critical=False)
    return builder.sign(authority.key, hashes.SHA256())
