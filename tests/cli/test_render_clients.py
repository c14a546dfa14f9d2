"""``autoconfig render`` and ``resolve --format`` for command-line mail programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from autoconfig.formats import clients
from autoconfig.formats.clients import PROGRAMS, Secrets
from autoconfig.model import EmailAddress
from autoconfig.stores import open_store
from tests.cli.resolved import ADDRESS, found
from tests.stores.folder import provider

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Command, ResolvesTo

REFUSED = "The part before the @ has a character that cannot be written safely into a configuration file."


def expected(folder: Path, program: str, address: str, **commands: str) -> bytes:
    """What the renderer writes for an address of the folder's provider."""
    mailbox = EmailAddress.parse(address)
    served = provider(open_store(str(folder)), mailbox.domain)
    return clients.render(program, served, mailbox, Secrets(**commands))


@pytest.mark.parametrize("program", PROGRAMS)
def test_the_bytes_are_those_of_the_renderer(folder: Path, autoconfig: Command, program: str) -> None:
    run = autoconfig("render", program, "ada@example.com")
    assert (run.code, run.stdout, run.err) == (0, expected(folder, program, "ada@example.com"), "")


@pytest.mark.parametrize("program", PROGRAMS)
def test_the_command_for_the_password_is_that_of_the_option(
    folder: Path, autoconfig: Command, program: str
) -> None:
    run = autoconfig("render", program, "ada@example.com", "--password-command", "pass show mail")
    wanted = expected(folder, program, "ada@example.com", password_command="pass show mail")
    assert (run.code, run.stdout) == (0, wanted)
    assert b"pass show mail" in run.stdout


def test_the_command_for_the_token_is_that_of_the_option(folder: Path, autoconfig: Command) -> None:
    with (folder / "other.example.toml").open("a") as file:
        file.write('authentication = ["OAuth2"]\n')
    without = autoconfig("render", "msmtp", "ada@other.example")
    said = "smtp.example.com takes OAuth2 only: name a command that prints an access token (--token-command)."
    assert (without.code, without.out, without.err) == (1, "", f"autoconfig: {said}\n")
    run = autoconfig("render", "msmtp", "ada@other.example", "--token-command", "token")
    assert (run.code, 'passwordeval "token"\n' in run.out) == (0, True)


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize(
    "address", ["o'hara@example.com", "a$b@example.com", '"a b"@example.com', "a`id`@example.com"]
)
def test_an_address_that_cannot_be_written_safely_is_one_sentence_and_exit_1(
    autoconfig: Command, program: str, address: str
) -> None:
    run = autoconfig("render", program, address)
    assert (run.code, run.out, run.err) == (1, "", f"autoconfig: {REFUSED}\n")


def test_an_address_that_starts_with_a_hyphen_is_one_sentence_and_exit_1(autoconfig: Command) -> None:
    run = autoconfig("render", "msmtp", "--", "-oProxyCommand=x@example.com")
    assert (run.code, run.out, run.err) == (1, "", f"autoconfig: {REFUSED}\n")


def test_an_unknown_domain_is_one_sentence_and_exit_1(autoconfig: Command) -> None:
    run = autoconfig("render", "msmtp", "ada@unknown.example")
    said = "autoconfig: The domain unknown.example is not served; add a provider file that lists it.\n"
    assert (run.code, run.out, run.err) == (1, "", said)


def test_servers_that_a_program_cannot_use_are_one_sentence_and_exit_1(
    folder: Path, autoconfig: Command
) -> None:
    path = folder / "other.example.toml"
    path.write_text(path.read_text().replace('type = "imap"', 'type = "pop3"'))
    run = autoconfig("render", "mbsync", "ada@other.example")
    said = "autoconfig: mbsync needs an IMAP server, and there is none for this address.\n"
    assert (run.code, run.out, run.err) == (1, "", said)


@pytest.mark.parametrize("command", ["render", "resolve --format"])
@pytest.mark.parametrize(
    ("program", "option", "value", "sentence"),
    [
        ("mozilla", "--password-command", "pw", "--password-command and --token-command go with aerc, env, "),
        ("mozilla", "--token-command", "pw", "--password-command and --token-command go with aerc, env, "),
        ("msmtp", "--password-command", "", "The password command is empty."),
        ("msmtp", "--token-command", "a\nb", "The token command holds a line break or another character "),
    ],
)
def test_wrong_use_is_one_sentence_and_exit_2(
    autoconfig: Command,
    resolves_to: ResolvesTo,
    command: str,
    program: str,
    option: str,
    value: str,
    sentence: str,
) -> None:
    resolver = resolves_to(found())
    run = autoconfig(*command.split(), program, str(ADDRESS), option, value)
    assert (run.code, run.out, run.err.count("\n")) == (2, "", 1)
    assert sentence in run.err
    assert resolver.addresses == []


@pytest.mark.parametrize("program", PROGRAMS)
def test_resolve_writes_the_same_for_a_stranger(
    autoconfig: Command, resolves_to: ResolvesTo, program: str
) -> None:
    resolution = found()
    resolves_to(resolution)
    assert resolution.provider is not None
    run = autoconfig("resolve", str(ADDRESS), "--format", program, "--password-command", "pw")
    wanted = clients.render(program, resolution.provider, ADDRESS, Secrets(password_command="pw"))
    assert (run.code, run.stdout) == (0, wanted)
