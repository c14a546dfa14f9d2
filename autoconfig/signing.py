"""Signatures of Apple profiles: CMS SignedData in DER, the content inside, the whole chain beside it.

``cryptography`` is imported only where a certificate and a key are set: loading it takes a while.
"""

from __future__ import annotations

import datetime
import logging
import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from autoconfig.errors import SettingsError

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization.pkcs7 import PKCS7PrivateKeyTypes

    from autoconfig.settings import Settings

CERTIFICATE = "AUTOCONFIG_SIGNING_CERT"
KEY = "AUTOCONFIG_SIGNING_KEY"

logger = logging.getLogger(__name__)

_Look = tuple[tuple[int, int, int], ...]


class _Identity(NamedTuple):
    """Who signs: the certificates, the signer's own first, and its key."""

    chain: list[x509.Certificate]
    key: PKCS7PrivateKeyTypes


class Signer:
    """Signs with a certificate and a key in files. Safe to use from many threads.

    Raises SettingsError where they cannot be used. Files that change later (a certificate is renewed) are
    read again; where the new ones cannot be used, the old ones stay and the log says why.
    """

    def __init__(self, certificate: str, key: str) -> None:
        # By their full path: the service may change its directory.
        self._files = (Path(os.path.abspath(certificate)), Path(os.path.abspath(key)))
        self._look = _look_at(self._files)
        self._identity = _read(*self._files)

    def __call__(self, content: bytes) -> bytes:
        """The signed content (RFC 5652 §5.1)."""
        look = _look_at(self._files)
        if look != self._look:
            self._look = look
            try:
                self._identity = _read(*self._files)
            except SettingsError as error:
                logger.warning("profiles are still signed with the certificate read before: %s", error)
        return _signed(content, self._identity)


def open_signer(settings: Settings) -> Signer | None:
    """The signer of the settings, None where none is set. Raises SettingsError."""
    if settings.signing_cert is None or settings.signing_key is None:
        return None
    return Signer(settings.signing_cert, settings.signing_key)


def _signed(content: bytes, identity: _Identity) -> bytes:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

    builder = pkcs7.PKCS7SignatureBuilder().set_data(content)
    builder = builder.add_signer(identity.chain[0], identity.key, hashes.SHA256())
    for certificate in identity.chain[1:]:
        builder = builder.add_certificate(certificate)
    # Binary: line ends stay as they are.
    options = (pkcs7.PKCS7Options.Binary, pkcs7.PKCS7Options.NoCapabilities)
    return builder.sign(Encoding.DER, options)


def _look_at(files: tuple[Path, ...]) -> _Look:
    """What changes when a file is written again or another one takes its place."""
    found = []
    for file in files:
        try:
            state = file.stat()
            found.append((state.st_ino, state.st_mtime_ns, state.st_size))
        except (OSError, ValueError):
            found.append((0, 0, 0))
    return tuple(found)


def _read(certificate: Path, key: Path) -> _Identity:
    from cryptography.exceptions import UnsupportedAlgorithm

    identity = _Identity(_chain(certificate), _key(key))
    mismatch = SettingsError(f"{KEY} is not the key of the first certificate in {CERTIFICATE}.")
    try:
        if identity.key.public_key() != identity.chain[0].public_key():
            raise mismatch
        _signed(b"", identity)
    except UnsupportedAlgorithm:  # the certificate is for a kind of key that we do not have
        raise mismatch from None
    except ValueError as error:  # a key that is too short
        raise SettingsError(f"{KEY} is a key that cannot sign: {str(error).rstrip('.')}.") from None
    return identity


def _chain(file: Path) -> list[x509.Certificate]:
    from cryptography import x509

    try:
        chain = x509.load_pem_x509_certificates(_content(file, CERTIFICATE))
    except ValueError:
        raise SettingsError(f"{CERTIFICATE} names {str(file)!r}, which holds no PEM certificate.") from None
    now = datetime.datetime.now(datetime.UTC)
    for certificate in chain:
        _check_dates(certificate, now)
    return chain


def _check_dates(certificate: x509.Certificate, now: datetime.datetime) -> None:
    subject = certificate.subject.rfc4514_string()
    if now > certificate.not_valid_after_utc:
        day = certificate.not_valid_after_utc.date()
        raise SettingsError(f"{CERTIFICATE} holds a certificate that expired on {day}: {subject!r}.")
    if now < certificate.not_valid_before_utc:
        day = certificate.not_valid_before_utc.date()
        raise SettingsError(f"{CERTIFICATE} holds a certificate that is not valid before {day}: {subject!r}.")


def _key(file: Path) -> PKCS7PrivateKeyTypes:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric import ec, rsa
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(_content(file, KEY), password=None)
    except TypeError:
        raise SettingsError(f"{KEY} names {str(file)!r}, whose key is protected by a password.") from None
    except (ValueError, UnsupportedAlgorithm):
        raise SettingsError(f"{KEY} names {str(file)!r}, which holds no PEM key.") from None
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise SettingsError(f"{KEY} names {str(file)!r}, whose key is neither RSA nor EC.")
    return key


def _content(file: Path, variable: str) -> bytes:
    try:
        return file.read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise SettingsError(f"{variable} names {str(file)!r}, which cannot be read: {reason}.") from None
