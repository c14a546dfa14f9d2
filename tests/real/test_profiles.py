"""Signed Apple profiles from the command ``autoconfig serve``, while certificates come and go."""

from __future__ import annotations

import plistlib
import signal
import time
from typing import TYPE_CHECKING

import pytest

from tests.real.serving import WORKERS, provider_text, running
from tests.signing import DAY, NOW, Authority, SigningFiles, key_pem, new_key, pem, verify, write_files

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.real.serving import Reply, Server

pytestmark = pytest.mark.real

ADA = "/mail/profile.mobileconfig?emailaddress=ada@example.com&name=Ada+Lovelace"


@pytest.fixture
def files(tmp_path: Path) -> SigningFiles:
    return write_files(tmp_path, Authority())


@pytest.fixture
def signing(tmp_path: Path, files: SigningFiles) -> Iterator[Server]:
    """A service of this test alone, with a key."""
    folder = tmp_path / "providers"
    folder.mkdir()
    folder.joinpath("example.com.toml").write_text(provider_text("example.com", "one"))
    with running(tmp_path, **files.environment) as server:
        yield server


def name_in(reply: Reply, root: Path) -> str:
    """Who is named in a profile whose signature is believed."""
    assert (reply.status, reply.media_type) == (200, "application/x-apple-aspen-config")
    name = plistlib.loads(verify(reply.body, root).content)["PayloadContent"][0]["EmailAccountName"]
    assert isinstance(name, str)
    return name


def restart_workers(server: Server) -> None:
    """Send SIGHUP and wait until every worker is a new one."""
    server.process.send_signal(signal.SIGHUP)
    deadline = time.monotonic() + 20
    while server.error_log.read_text().count("Booting worker") < 2 * WORKERS:
        assert time.monotonic() < deadline, server.error_log.read_text()
        time.sleep(0.05)


def test_a_signed_profile_is_believed(signing: Server, files: SigningFiles) -> None:
    assert name_in(signing.get(ADA), files.root) == "Ada Lovelace"


def test_the_log_holds_neither_name_nor_address(signing: Server) -> None:
    signing.get(ADA)
    (line,) = signing.access_lines("/mail/profile.mobileconfig")
    assert ("ada" in line.lower(), "lovelace" in line.lower()) == (False, False)


def test_a_renewed_certificate_signs_without_a_restart(
    signing: Server, files: SigningFiles, tmp_path: Path
) -> None:
    before = files.root.read_bytes()
    renewed = write_files(tmp_path, Authority())
    assert name_in(signing.get(ADA), renewed.root) == "Ada Lovelace"
    assert renewed.root.read_bytes() != before


def test_a_certificate_that_has_run_out_keeps_no_worker_from_starting(
    signing: Server, files: SigningFiles
) -> None:
    key = new_key()
    old = Authority().issue(key, not_before=NOW - 3 * DAY, not_after=NOW - DAY)
    files.cert.write_bytes(pem(old))
    files.key.write_bytes(key_pem(key))
    restart_workers(signing)
    assert name_in(signing.get(ADA), files.root) == "Ada Lovelace"
    assert "AUTOCONFIG_SIGNING_CERT holds a certificate that expired on " in signing.error_log.read_text()
