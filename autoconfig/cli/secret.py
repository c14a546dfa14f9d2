"""Where a command gets a password or a token from: a person, a command, the keyring, a pipe."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from autoconfig.errors import AutoconfigError

if TYPE_CHECKING:
    from collections.abc import Callable

    Decorated = Callable[..., Any]

MAX_BYTES = 64 * 1024
SECONDS = 180
"""For a command that prints a secret: it may ask a person for the key."""

_OPTIONS = (
    click.option("--password-command", metavar="COMMAND", help="Prints the password; sh runs it."),
    click.option("--keyring", is_flag=True, help="Take the password from the keyring of the desktop."),
    click.option(
        "--password-stdin", is_flag=True, help="Read the password from the first line of standard input."
    ),
    click.option("--token-command", metavar="COMMAND", help="Prints an OAuth2 access token; sh runs it."),
)


class SecretMissing(AutoconfigError):
    """There is no password or token; the sentence says why."""


def secret_options(function: Decorated) -> Decorated:
    """The options that say where the password or token comes from."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


@dataclass(frozen=True, slots=True, kw_only=True)
class Secrets:
    """The options of one call. Raises UsageError for those that exclude each other."""

    password_command: str | None = None
    keyring: bool = False
    password_stdin: bool = False
    token_command: str | None = None

    def __post_init__(self) -> None:
        if (self.password_command is not None) + self.keyring + self.password_stdin > 1:
            raise click.UsageError("--password-command, --keyring and --password-stdin exclude each other.")

    @property
    def given(self) -> bool:
        """Whether nobody needs to be asked for a password."""
        return self.password_command is not None or self.keyring or self.password_stdin

    def password(self, address: str, prompt: str = "") -> str:
        """The password of an address. Raises SecretMissing, VaultClosed, or UsageError without a terminal."""
        if self.password_command is not None:
            return printed(self.password_command, "password")
        if self.keyring:
            from autoconfig.accounts import vault

            return vault.look_up(address)
        if self.password_stdin:
            return _first_line(sys.stdin.buffer.read(MAX_BYTES), "Standard input has no password in UTF-8.")
        return asked(prompt or f"Password of {address}: ")

    def token(self) -> str | None:
        """The access token; None without a command for it. Raises SecretMissing."""
        return None if self.token_command is None else printed(self.token_command, "token")


def printed(command: str, what: str) -> str:
    """The first line that a command of the user prints. Raises SecretMissing without repeating anything."""
    try:
        # The terminal stays the command's too: gpg and pass ask there.
        ended = subprocess.run(  # noqa: S602 - the user's own command, as in the files of mail programs
            command, shell=True, stdout=subprocess.PIPE, check=False, timeout=SECONDS
        )
    except subprocess.TimeoutExpired:
        raise SecretMissing(f"The {what} command took longer than {SECONDS} seconds.") from None
    if ended.returncode:
        raise SecretMissing(f"The {what} command ended with status {ended.returncode}.")
    return _first_line(ended.stdout, f"The {what} command printed no {what} in UTF-8.")


def _first_line(data: bytes, complaint: str) -> str:
    try:
        line = data[:MAX_BYTES].split(b"\n")[0].removesuffix(b"\r").decode()
    except UnicodeDecodeError:
        line = ""
    if not line:
        raise SecretMissing(complaint)
    return line


def asked(prompt: str) -> str:
    """What a person types without seeing it. Raises UsageError where there is no terminal."""
    if not has_terminal():
        raise click.UsageError(
            "There is no terminal to ask for the password: "
            "give --password-command, --keyring or --password-stdin."
        )
    from getpass import getpass

    while not (password := getpass(prompt)):
        click.echo("The password is empty.", err=True)
    return password


def has_terminal() -> bool:
    """Whether there is somebody to ask."""
    if sys.stdin is not None and sys.stdin.isatty():
        return True
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return False
    return True
