"""``autoconfig render``: the exact bytes a client would get."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from autoconfig.model import EmailAddress
from autoconfig.publish import Publisher
from autoconfig.stores import open_store

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Command


def published(folder: Path, name: str, address: str) -> bytes:
    """What the service would answer."""
    publisher = Publisher(open_store(str(folder)))
    mailbox = EmailAddress.parse(address)
    document = {
        "mozilla": lambda: publisher.mozilla(mailbox.domain),
        "full": lambda: publisher.mozilla(mailbox.domain, full=True),
        "autodiscover": lambda: publisher.autodiscover(mailbox.domain, mailbox),
        "mobilesync": lambda: publisher.mobilesync(mailbox.domain, mailbox),
    }[name]()
    assert document is not None
    return document.body


@pytest.mark.parametrize("name", ["mozilla", "autodiscover"])
def test_the_bytes_are_those_of_the_service(folder: Path, autoconfig: Command, name: str) -> None:
    run = autoconfig("render", name, "ada@example.com")
    assert (run.code, run.stdout, run.err) == (0, published(folder, name, "ada@example.com"), "")


def test_the_full_bytes_are_those_of_the_service(folder: Path, autoconfig: Command) -> None:
    run = autoconfig("render", "mozilla", "ada@example.com", "--full")
    assert (run.code, run.stdout) == (0, published(folder, "full", "ada@example.com"))


def test_the_mobilesync_bytes_are_those_of_the_service(folder: Path, autoconfig: Command) -> None:
    with (folder / "other.example.toml").open("a") as file:
        file.write('[[incoming]]\ntype = "activeSync"\nurl = "https://sync.example/"\n')
    run = autoconfig("render", "mobilesync", "ada@other.example")
    assert (run.code, run.stdout) == (0, published(folder, "mobilesync", "ada@other.example"))


def test_a_process_writes_the_bytes_and_nothing_else(folder: Path, process: Command) -> None:
    run = process("render", "mozilla", "ada@example.com")
    assert (run.code, run.stdout, run.err) == (0, published(folder, "mozilla", "ada@example.com"), "")


@pytest.mark.parametrize(
    "address", ["ada@EXAMPLE.com", "o'hara+tag@example.com", '"a b"@example.com', "ü@example.com"]
)
def test_any_address_of_the_domain_gets_the_same_document(
    folder: Path, autoconfig: Command, address: str
) -> None:
    run = autoconfig("render", "mozilla", address)
    assert (run.code, run.stdout) == (0, published(folder, "mozilla", "ada@example.com"))


def test_a_domain_may_be_typed_as_people_read_it(folder: Path, autoconfig: Command) -> None:
    run = autoconfig("render", "mozilla", "ada@Bücher.example")
    assert run.stdout == published(folder, "mozilla", "ada@xn--bcher-kva.example")


def test_the_stores_of_the_command_line_go_before_those_of_the_environment(
    autoconfig: Command, tmp_path: Path
) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    assert autoconfig("render", "mozilla", "ada@example.com", "--providers", str(empty)).code == 1


def test_an_unknown_domain_is_one_sentence_and_exit_1(autoconfig: Command) -> None:
    run = autoconfig("render", "mozilla", "ada@unknown.example")
    said = "autoconfig: The domain unknown.example is not served; add a provider file that lists it.\n"
    assert (run.code, run.out, run.err) == (1, "", said)


def test_nothing_to_say_is_one_sentence_and_exit_1(autoconfig: Command) -> None:
    run = autoconfig("render", "mobilesync", "ada@example.com")
    said = "autoconfig: The provider of example.com has nothing that mobilesync can say.\n"
    assert (run.code, run.out, run.err) == (1, "", said)


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("example.com", "An e-mail address has an @ between a name and a domain."),
        ("ada@", "What stands after the @ is not a domain name."),
        ("ada@exa mple.com", "What stands after the @ is not a domain name."),
        ("@example.com", "The part before the @ is not one that a mailbox can have."),
        ("a..b@example.com", "The part before the @ is not one that a mailbox can have."),
        ("a\udcff@example.com", "The part before the @ is not one that a mailbox can have."),
        ("x" * 65 + "@example.com", "The part before the @ is longer than 64 bytes."),
        ("", "An e-mail address has an @ between a name and a domain."),
    ],
)
def test_a_malformed_address_is_one_sentence_and_exit_2(
    autoconfig: Command, address: str, sentence: str
) -> None:
    run = autoconfig("render", "mozilla", address)
    assert (run.code, run.out) == (2, "")
    assert run.err == f"autoconfig: {sentence}  See autoconfig render --help.\n"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("word", "ada@example.com"), "'word' is not one of "),
        (("mozilla",), "Missing argument 'ADDRESS'."),
        (("autodiscover", "ada@example.com", "--full"), "--full goes with mozilla only."),
        (("mozilla", "ada@example.com", "more"), "Got unexpected extra argument (more)"),
    ],
)
def test_wrong_use_is_one_sentence_and_exit_2(
    autoconfig: Command, arguments: tuple[str, ...], sentence: str
) -> None:
    run = autoconfig("render", *arguments)
    assert (run.code, run.out, run.err.count("\n")) == (2, "", 1)
    assert sentence in run.err
