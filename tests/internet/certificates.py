"""Certificates of a private authority, good ones and every kind of bad one."""

from __future__ import annotations

import datetime
import ssl
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, get_args

import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.internet.issuing import Issuer

if TYPE_CHECKING:
    from pathlib import Path

Tls = Literal["valid", "ending", "expired", "self-signed", "untrusted", "wrong-name", "tls1.2"]
"""What is right or wrong with a server's TLS.

``ending`` is good for three days more, ``untrusted`` is signed by an unknown authority, ``tls1.2`` is a good
certificate without TLS 1.3.
"""
TLS_KINDS: tuple[Tls, ...] = get_args(Tls)

_LONG_AGO = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
_A_DAY = datetime.timedelta(days=1)


class Authority:
    """Issues certificates for host names; contexts are kept, one for each set of names."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._trusted = trustme.CA()
        self.file = folder / "ca.pem"
        self._trusted.cert_pem.write_to_path(str(self.file))
        self.context = lru_cache(maxsize=None)(self._context)
        self.issuer = Issuer(self._trusted, folder)

    def _context(self, tls: Tls, *names: str) -> ssl.SSLContext:
        """A server's side of TLS for the given names."""
        if tls not in TLS_KINDS:
            raise ValueError(f"tls={tls!r} is none of {', '.join(TLS_KINDS)}")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        if tls == "self-signed":
            context.load_cert_chain(self._self_signed(names))
        else:
            self._issued(tls, names).configure_cert(context)
        if tls == "tls1.2":
            context.maximum_version = ssl.TLSVersion.TLSv1_2
        return context

    def file_for(self, tls: Tls, *names: str) -> Path:
        """A PEM file with a key and its certificate for the given names, for servers that are programs."""
        if tls == "self-signed":
            return self._self_signed(names, f"self-signed-{names[0]}.pem")
        file = self._folder / f"{tls}-{names[0]}.pem"
        self._issued(tls, names).private_key_and_cert_chain_pem.write_to_path(str(file))
        return file

    def _issued(self, tls: Tls, names: tuple[str, ...]) -> trustme.LeafCert:
        if tls == "untrusted":
            return trustme.CA().issue_cert(*names)
        if tls == "wrong-name":
            return self._trusted.issue_cert("somebody-else.invalid")
        if tls == "ending":
            now = datetime.datetime.now(datetime.UTC)
            return self._trusted.issue_cert(*names, not_before=now - _A_DAY, not_after=now + 3 * _A_DAY)
        if tls == "expired":
            return self._trusted.issue_cert(*names, not_before=_LONG_AGO, not_after=_LONG_AGO + _A_DAY)
        return self._trusted.issue_cert(*names)

    def _self_signed(self, names: tuple[str, ...], name: str = "self-signed.pem") -> Path:
        """A file with a key and the certificate it signed for itself."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(x509.NameOID.ORGANIZATION_NAME, "self-signed")])
        now = datetime.datetime.now(datetime.UTC)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - _A_DAY)
            .not_valid_after(now + _A_DAY)
            .add_extension(
                x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), critical=False
            )
            .sign(key, hashes.SHA256())
        )
        file = self._folder / name
        file.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
            + certificate.public_bytes(serialization.Encoding.PEM)
        )
        return file
