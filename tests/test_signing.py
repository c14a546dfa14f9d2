"""Signatures that OpenSSL believes, and certificates and keys with which nothing starts."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from autoconfig.errors import SettingsError
from autoconfig.settings import Settings
from autoconfig.signing import Signer, open_signer
from tests.signing import DAY, NOW, Authority, SigningFiles, key_pem, new_key, pem, verify, write_files

if TYPE_CHECKING:
    from pathlib import Path

CONTENT = b"<plist>\r\n\tline ends \n stay\x00 \xff</plist>\n"


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@pytest.fixture
def files(tmp_path: Path, authority: Authority) -> SigningFiles:
    return write_files(tmp_path, authority)


def refused(files: SigningFiles) -> str:
    with pytest.raises(SettingsError) as caught:
        Signer(str(files.cert), str(files.key))
    return str(caught.value)


def touch_later(*files: Path) -> None:
    """Make sure that a file written again looks so, however coarse the clock of the file system is."""
    for file in files:
        later = file.stat().st_mtime_ns + 10**9
        os.utime(file, ns=(later, later))


# --- signatures


def test_the_signature_is_believed_and_the_content_is_inside(files: SigningFiles) -> None:
    assert verify(Signer(str(files.cert), str(files.key))(CONTENT), files.root).content == CONTENT


def test_the_whole_chain_is_inside(files: SigningFiles) -> None:
    signed = Signer(str(files.cert), str(files.key))(CONTENT)
    assert sorted(verify(signed, files.root).subjects) == ["CN=Intermediate", "CN=Signer"]


def test_the_signature_is_der(files: SigningFiles) -> None:
    signed = Signer(str(files.cert), str(files.key))(CONTENT)
    assert signed[:2] == b"\x30\x82"
    assert len(signed) == 4 + int.from_bytes(signed[2:4], "big")


def test_an_rsa_key_signs_too(tmp_path: Path, authority: Authority) -> None:
    files = write_files(tmp_path, authority, rsa.generate_private_key(65537, 2048))
    assert verify(Signer(str(files.cert), str(files.key))(CONTENT), files.root).content == CONTENT


def test_a_key_on_a_larger_curve_signs_too(tmp_path: Path, authority: Authority) -> None:
    files = write_files(tmp_path, authority, ec.generate_private_key(ec.SECP521R1()))
    assert verify(Signer(str(files.cert), str(files.key))(CONTENT), files.root).content == CONTENT


def test_certificate_and_key_may_stand_in_one_file(files: SigningFiles) -> None:
    files.cert.write_bytes(files.key.read_bytes() + files.cert.read_bytes())
    assert verify(Signer(str(files.cert), str(files.cert))(CONTENT), files.root).content == CONTENT


def test_a_relative_path_survives_a_change_of_directory(
    files: SigningFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    signer = Signer("cert.pem", "key.pem")
    monkeypatch.chdir("/")
    assert verify(signer(CONTENT), files.root).content == CONTENT


# --- settings


def test_no_settings_no_signer() -> None:
    assert open_signer(Settings(providers=())) is None


def test_the_settings_name_the_files(files: SigningFiles) -> None:
    signer = open_signer(Settings(signing_cert=str(files.cert), signing_key=str(files.key)))
    assert signer is not None
    assert verify(signer(CONTENT), files.root).content == CONTENT


def test_a_service_that_signs_nothing_does_not_load_cryptography(tmp_path: Path) -> None:
    code = (
        "import sys; from autoconfig.settings import Settings; from autoconfig.web import create_app;"
        "app = create_app(Settings(providers=(sys.argv[1],)));"
        "print('cryptography' in sys.modules)"
    )
    environment = {**os.environ, "PYTHONWARNINGS": "ignore"}
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, env=environment
    )
    assert (done.stdout, done.stderr) == ("False\n", "")


# --- what stops the start


def test_an_expired_certificate_is_refused(files: SigningFiles, authority: Authority) -> None:
    key = new_key()
    files.cert.write_bytes(pem(authority.issue(key, not_before=NOW - 3 * DAY, not_after=NOW - DAY)))
    files.key.write_bytes(key_pem(key))
    day = (NOW - DAY).date()
    assert refused(files) == (
        f"AUTOCONFIG_SIGNING_CERT holds a certificate that expired on {day}: 'CN=Signer'."
    )


def test_a_certificate_of_tomorrow_is_refused(files: SigningFiles, authority: Authority) -> None:
    key = new_key()
    files.cert.write_bytes(pem(authority.issue(key, not_before=NOW + DAY, not_after=NOW + 3 * DAY)))
    files.key.write_bytes(key_pem(key))
    day = (NOW + DAY).date()
    assert refused(files) == (
        f"AUTOCONFIG_SIGNING_CERT holds a certificate that is not valid before {day}: 'CN=Signer'."
    )


def test_an_expired_intermediate_is_refused(files: SigningFiles, authority: Authority) -> None:
    old = authority.issue(new_key(), not_before=NOW - 3 * DAY, not_after=NOW - DAY)
    files.cert.write_bytes(files.cert.read_bytes() + pem(old))
    assert refused(files).startswith("AUTOCONFIG_SIGNING_CERT holds a certificate that expired on ")


MISMATCH = "AUTOCONFIG_SIGNING_KEY is not the key of the first certificate in AUTOCONFIG_SIGNING_CERT."


def test_another_key_is_refused(files: SigningFiles) -> None:
    files.key.write_bytes(key_pem(new_key()))
    assert refused(files) == MISMATCH


def test_a_key_of_another_kind_is_refused(files: SigningFiles) -> None:
    files.key.write_bytes(key_pem(rsa.generate_private_key(65537, 2048)))
    assert refused(files) == MISMATCH


def test_intermediates_before_the_own_certificate_are_refused(
    files: SigningFiles, authority: Authority
) -> None:
    files.cert.write_bytes(pem(authority.intermediate) + files.cert.read_bytes())
    assert refused(files) == MISMATCH


def test_a_key_that_cannot_sign_is_refused(files: SigningFiles, authority: Authority) -> None:
    key = ed25519.Ed25519PrivateKey.generate()
    files.cert.write_bytes(pem(authority.issue(key)))
    files.key.write_bytes(key_pem(key))
    assert refused(files) == (f"AUTOCONFIG_SIGNING_KEY names '{files.key}', whose key is neither RSA nor EC.")


def test_a_key_with_a_password_is_refused(files: SigningFiles) -> None:
    files.key.write_bytes(key_pem(new_key(), "secret"))
    assert refused(files) == (
        f"AUTOCONFIG_SIGNING_KEY names '{files.key}', whose key is protected by a password."
    )


GARBAGE = [
    b"",
    b"no PEM",
    b"\xff\x00",
    b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
]


@pytest.mark.parametrize("content", GARBAGE)
def test_a_file_without_a_certificate_is_refused(files: SigningFiles, content: bytes) -> None:
    files.cert.write_bytes(content)
    assert refused(files) == f"AUTOCONFIG_SIGNING_CERT names '{files.cert}', which holds no PEM certificate."


@pytest.mark.parametrize("content", GARBAGE)
def test_a_file_without_a_key_is_refused(files: SigningFiles, content: bytes) -> None:
    files.key.write_bytes(content)
    assert refused(files) == f"AUTOCONFIG_SIGNING_KEY names '{files.key}', which holds no PEM key."


def test_a_file_that_is_not_there_is_refused(files: SigningFiles) -> None:
    files.key.unlink()
    assert refused(files) == (
        f"AUTOCONFIG_SIGNING_KEY names '{files.key}', which cannot be read: No such file or directory."
    )


def test_a_folder_is_refused(files: SigningFiles, tmp_path: Path) -> None:
    assert refused(files._replace(cert=tmp_path)) == (
        f"AUTOCONFIG_SIGNING_CERT names '{tmp_path}', which cannot be read: Is a directory."
    )


def test_a_path_with_a_nul_is_refused(files: SigningFiles, tmp_path: Path) -> None:
    said = refused(files._replace(key=tmp_path / "a\0b"))
    assert said.startswith("AUTOCONFIG_SIGNING_KEY names ")
    assert said.endswith(", which cannot be read: embedded null byte.")


# --- renewal


def test_a_renewed_certificate_signs_from_then_on(files: SigningFiles, tmp_path: Path) -> None:
    signer = Signer(str(files.cert), str(files.key))
    signer(CONTENT)
    renewed = write_files(tmp_path, Authority())
    touch_later(renewed.cert, renewed.key)
    assert verify(signer(CONTENT), renewed.root).content == CONTENT


def test_the_old_certificate_stays_until_the_new_files_fit(
    files: SigningFiles, authority: Authority, caplog: pytest.LogCaptureFixture
) -> None:
    signer, key = Signer(str(files.cert), str(files.key)), new_key()
    files.key.write_bytes(key_pem(key))
    touch_later(files.key)
    with caplog.at_level(logging.WARNING):
        assert verify(signer(CONTENT), files.root).content == CONTENT
        assert verify(signer(CONTENT), files.root).content == CONTENT
    assert caplog.messages == [f"profiles are still signed with the certificate read before: {MISMATCH}"]
    renewed = authority.issue(key)
    files.cert.write_bytes(pem(renewed, authority.intermediate))
    touch_later(files.cert)
    signed = signer(CONTENT)
    assert verify(signed, files.root).content == CONTENT
    assert der(renewed) in signed


def test_files_that_vanish_change_nothing(files: SigningFiles) -> None:
    signer = Signer(str(files.cert), str(files.key))
    files.cert.unlink()
    files.key.unlink()
    assert verify(signer(CONTENT), files.root).content == CONTENT


def der(certificate: x509.Certificate) -> bytes:
    """The bytes of a certificate as they stand in a signature."""
    return certificate.public_bytes(serialization.Encoding.DER)
