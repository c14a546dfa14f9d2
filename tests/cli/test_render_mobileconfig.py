"""``autoconfig render mobileconfig``: the profile of the service, signed where the service signs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from autoconfig.model import EmailAddress
from autoconfig.publish import Publisher
from autoconfig.stores import open_store
from tests.signing import DAY, NOW, Authority, SigningFiles, key_pem, new_key, pem, verify, write_files

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Command

ADA = "ada@example.com"


@pytest.fixture
def files(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SigningFiles:
    """A certificate and a key that the environment names."""
    files = write_files(tmp_path, Authority())
    for variable, path in files.environment.items():
        monkeypatch.setenv(variable, path)
    return files


@pytest.fixture
def expired(files: SigningFiles) -> SigningFiles:
    """The same, and the certificate is one of last week."""
    key = new_key()
    old = Authority().issue(key, not_before=NOW - 8 * DAY, not_after=NOW - 7 * DAY)
    files.cert.write_bytes(pem(old))
    files.key.write_bytes(key_pem(key))
    return files


def published(folder: Path) -> bytes:
    document = Publisher(open_store(str(folder))).mobileconfig(EmailAddress.parse(ADA))
    assert document is not None
    return document.body


def test_the_bytes_are_those_of_the_service(folder: Path, autoconfig: Command) -> None:
    run = autoconfig("render", "mobileconfig", ADA)
    assert (run.code, run.stdout, run.err) == (0, published(folder), "")


def test_the_profile_is_signed_where_a_key_is_set(
    folder: Path, files: SigningFiles, autoconfig: Command
) -> None:
    run = autoconfig("render", "mobileconfig", ADA)
    assert (run.code, run.err) == (0, "")
    assert verify(run.stdout, files.root).content == published(folder)


def test_a_process_writes_the_signed_bytes_and_nothing_else(
    folder: Path, files: SigningFiles, process: Command
) -> None:
    run = process("render", "mobileconfig", ADA)
    assert (run.code, run.err) == (0, "")
    assert verify(run.stdout, files.root).content == published(folder)


@pytest.mark.parametrize("signing", ["files", "expired"])
def test_unsigned_leaves_the_signature_off(
    folder: Path, autoconfig: Command, signing: str, request: pytest.FixtureRequest
) -> None:
    request.getfixturevalue(signing)
    run = autoconfig("render", "mobileconfig", ADA, "--unsigned")
    assert (run.code, run.stdout, run.err) == (0, published(folder), "")


def test_other_formats_need_no_certificate(expired: SigningFiles, autoconfig: Command) -> None:
    assert autoconfig("render", "mozilla", ADA).code == 0


@pytest.mark.parametrize("arguments", [("render", "mobileconfig", ADA), ("serve", "--port", "0")])
def test_an_expired_certificate_is_one_sentence_and_exit_2(
    expired: SigningFiles, process: Command, arguments: tuple[str, ...]
) -> None:
    run = process(*arguments)
    day = (NOW - 7 * DAY).date()
    said = f"AUTOCONFIG_SIGNING_CERT holds a certificate that expired on {day}: 'CN=Signer'."
    assert (run.code, run.out, run.err) == (2, "", f"autoconfig: {said}\n")


def test_a_certificate_without_a_key_is_one_sentence_and_exit_2(
    files: SigningFiles, autoconfig: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AUTOCONFIG_SIGNING_KEY")
    run = autoconfig("render", "mobileconfig", ADA)
    said = "AUTOCONFIG_SIGNING_CERT is set, but AUTOCONFIG_SIGNING_KEY is not; a signature needs both."
    assert (run.code, run.out, run.err) == (2, "", f"autoconfig: {said}\n")


def test_the_reason_is_one_sentence_and_exit_1(folder: Path, autoconfig: Command) -> None:
    path = folder / "other.example.toml"
    path.write_text(path.read_text().replace('type = "imap"', 'type = "imap"\nauthentication = ["OAuth2"]'))
    run = autoconfig("render", "mobileconfig", "ada@other.example")
    said = "An Apple profile cannot say any incoming server: imap.example.com wants OAuth2."
    assert (run.code, run.out, run.err) == (1, "", f"autoconfig: {said}\n")


def test_an_unknown_domain_is_one_sentence_and_exit_1(autoconfig: Command) -> None:
    run = autoconfig("render", "mobileconfig", "ada@unknown.example")
    said = "autoconfig: The domain unknown.example is not served; add a provider file that lists it.\n"
    assert (run.code, run.out, run.err) == (1, "", said)


def test_unsigned_goes_with_mobileconfig_only(autoconfig: Command) -> None:
    run = autoconfig("render", "pacc", ADA, "--unsigned")
    assert run.code == 2
    assert run.err.startswith("autoconfig: --unsigned goes with mobileconfig only.")
