"""``autoconfig render pacc``: the bytes of the service, or the reason why there are none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from autoconfig.formats import pacc
from autoconfig.publish import Publisher
from autoconfig.stores import open_store

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Command


@pytest.mark.parametrize("address", ["ada@example.com", "nobody@EXAMPLE.com"])
def test_the_bytes_are_those_of_the_service(folder: Path, autoconfig: Command, address: str) -> None:
    document = Publisher(open_store(str(folder))).pacc("example.com")
    assert document is not None
    run = autoconfig("render", "pacc", address)
    assert (run.code, run.stdout, run.err) == (0, document.body, "")


def test_what_a_process_writes_has_the_digest_of_the_record(folder: Path, process: Command) -> None:
    document = Publisher(open_store(str(folder))).pacc("example.com")
    assert document is not None
    run = process("render", "pacc", "ada@example.com")
    assert pacc.txt_record(run.stdout) == pacc.txt_record(document.body)


def test_the_reason_is_one_sentence_and_exit_1(folder: Path, autoconfig: Command) -> None:
    path = folder / "other.example.toml"
    path.write_text(path.read_text().replace('type = "smtp"', 'type = "smtp"\nsocket_type = "STARTTLS"'))
    run = autoconfig("render", "pacc", "ada@other.example")
    reason = "smtp.example.com has STARTTLS on port 587, not implicit TLS on port 465."
    said = f"autoconfig: PACC cannot say any outgoing server: {reason}\n"
    assert (run.code, run.out, run.err) == (1, "", said)


def test_an_unknown_domain_is_one_sentence_and_exit_1(autoconfig: Command) -> None:
    run = autoconfig("render", "pacc", "ada@unknown.example")
    said = "autoconfig: The domain unknown.example is not served; add a provider file that lists it.\n"
    assert (run.code, run.out, run.err) == (1, "", said)


def test_full_goes_with_mozilla_only(autoconfig: Command) -> None:
    assert autoconfig("render", "pacc", "ada@example.com", "--full").code == 2
