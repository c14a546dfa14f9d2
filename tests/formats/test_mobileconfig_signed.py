"""The profile inside a signature, however it is written: DER, BER in pieces, PEM."""

from __future__ import annotations

import base64
import subprocess
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings

from autoconfig.errors import FormatError
from autoconfig.formats import mobileconfig
from autoconfig.formats.mobileconfig.signed import content, is_signed
from autoconfig.model import EmailAddress
from autoconfig.signing import Signer
from tests.formats.minimal import PROVIDER
from tests.signing import Authority, key_pem, need_openssl, new_key, pem
from tests.strategies import mutated

if TYPE_CHECKING:
    from pathlib import Path

ADDRESS = EmailAddress("ada", "example.com")
PROFILE = mobileconfig.render(PROVIDER, ADDRESS) or b""
SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")
DATA = bytes.fromhex("06092a864886f70d010701")


def der(tag: int, *parts: bytes) -> bytes:
    """One value in DER."""
    body = b"".join(parts)
    if len(body) < 0x80:
        return bytes([tag, len(body)]) + body
    length = len(body).to_bytes((len(body).bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + body


def endless(tag: int, *parts: bytes) -> bytes:
    """One value in BER without a length."""
    return bytes([tag, 0x80]) + b"".join(parts) + b"\0\0"


def cms(inside: bytes, kind: bytes = SIGNED_DATA) -> bytes:
    """SignedData around an encapContentInfo, without signers."""
    signed = der(0x30, der(0x02, b"\1"), der(0x31), der(0x30, DATA, inside), der(0x31))
    return der(0x30, kind, der(0xA0, signed))


SMALL = cms(der(0xA0, der(0x04, PROFILE)))


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate with its chain, and the key."""
    folder = tmp_path_factory.mktemp("signer")
    authority, key = Authority(), new_key()
    folder.joinpath("cert.pem").write_bytes(pem(authority.issue(key), authority.intermediate))
    folder.joinpath("key.pem").write_bytes(key_pem(key))
    folder.joinpath("profile").write_bytes(PROFILE)
    return folder


def test_our_own_signature_is_taken_off(files: Path) -> None:
    signed = Signer(str(files / "cert.pem"), str(files / "key.pem"))(PROFILE)
    assert is_signed(signed)
    assert content(signed) == PROFILE


@pytest.mark.parametrize(
    "options", [("-outform", "DER"), ("-outform", "PEM"), ("-outform", "DER", "-stream", "-indef")]
)
def test_signatures_of_openssl_are_taken_off(files: Path, options: tuple[str, ...]) -> None:
    command = [need_openssl(), "cms", "-sign", "-binary", "-nodetach", "-in", "profile", *options]
    command += ["-signer", "cert.pem", "-inkey", "key.pem"]
    signed = subprocess.run(command, cwd=files, capture_output=True, check=True).stdout
    assert is_signed(signed)
    assert content(signed) == PROFILE


@pytest.mark.parametrize(
    "inside",
    [
        der(0xA0, der(0x24, der(0x04, PROFILE[:100]), der(0x04, PROFILE[100:]))),
        endless(0xA0, endless(0x24, der(0x04, PROFILE[:7]), endless(0x24, der(0x04, PROFILE[7:])))),
    ],
)
def test_a_profile_in_pieces_is_put_together(inside: bytes) -> None:
    assert content(cms(inside)) == PROFILE


def test_pem_is_read_whatever_stands_around_it() -> None:
    text = b"-----BEGIN CMS-----\n" + base64.encodebytes(SMALL) + b"-----END CMS-----\n"
    assert content(b"\n" + text) == PROFILE


def test_a_signed_profile_reads_like_an_unsigned_one_with_a_note() -> None:
    parsed, unsigned = mobileconfig.parse(SMALL), mobileconfig.parse(PROFILE)
    assert parsed.provider == unsigned.provider
    assert [str(remark) for remark in parsed.remarks] == [
        "note: The signature is taken off; nobody checked it."
    ]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"\x30", "The signature ends in the middle."),
        (SMALL[:-100], "The signature ends in the middle."),
        (b"\x30\x85\x01\x00\x00\x00\x00\x00", "The signature ends in the middle."),
        (b"\x30\x80\x30\x80\x30\x80", "The signature ends in the middle."),
        (b"\x30\x80" * 40, "The signature is nested too deep."),
        (b"\x30\x00", "This is no signed profile."),
        (der(0x30, SIGNED_DATA, der(0x04)), "This is no signed profile."),
        (der(0x30, SIGNED_DATA, der(0xA0)), "This is no signed profile."),
        (cms(b""), "The signature stands alone; its profile is in another file."),
        (cms(der(0xA0, der(0x02, b"\1"))), "The content of the signature is no string."),
        (cms(der(0xA0, der(0x24, der(0x02, b"\1")))), "The content of the signature is no string."),
        (
            cms(der(0xA0, der(0x04)), kind=bytes.fromhex("06092a864886f70d010703")),
            "The profile is CMS, but not signed data; it may be encrypted.",
        ),
        (b"-----BEGIN CERTIFICATE-----\nAA==\n-----END", "The profile is PEM, but no PKCS7 or CMS."),
        (b"-----BEGIN CMS-----\n!\n-----END", "The signature ends in the middle."),
    ],
)
def test_what_is_no_signed_profile_is_refused(data: bytes, sentence: str) -> None:
    with pytest.raises(FormatError) as refused:
        content(data)
    assert str(refused.value) == sentence


def test_strings_in_strings_without_end_are_refused() -> None:
    inside = der(0x04, b"x")
    for _ in range(20):
        inside = der(0x24, inside)
    with pytest.raises(FormatError):
        content(cms(der(0xA0, inside)))


@settings(deadline=None)
@given(mutated(SMALL))
def test_any_bytes_are_a_profile_or_refused(data: bytes) -> None:
    try:
        assert isinstance(content(data), bytes)
    except FormatError:
        return
