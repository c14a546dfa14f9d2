"""Where a program gets the secret from: a command that prints it on one line."""

from __future__ import annotations

from dataclasses import dataclass

from autoconfig.errors import ValueRefused

ATTRIBUTES = {"service": "mail"}
"""By which the keyring finds the password of an account, beside its address."""
LABEL = "Mail"
"""What the keyring calls it for people."""

COMMAND_BYTES = 400
"""msmtp refuses lines longer than 500 bytes, mbsync cuts them at 1023."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Secrets:
    """The commands of the user; ``sh`` runs them. Raises ValueRefused for what is no command on one line.

    ``password_command`` None looks the address up in the keyring of the desktop. ``token_command`` prints an
    OAuth2 access token; with it OAuth2 is used where the server and the program know it.
    """

    password_command: str | None = None
    token_command: str | None = None

    def __post_init__(self) -> None:
        for name in ("password_command", "token_command"):
            command = getattr(self, name)
            if command is not None:
                object.__setattr__(self, name, checked_command(command, name.replace("_", " ")))

    def password_for(self, address: str) -> str:
        """The command that prints the password of an address, which must be one that is safe to write."""
        return self.password_command or f"secret-tool lookup {_key(address)}"

    def how_to_store(self, address: str) -> str | None:
        """The command that puts the password where the other one looks; None for a command of the user."""
        return None if self.password_command else f"secret-tool store --label={LABEL} {_key(address)}"


def _key(address: str) -> str:
    return f"service {ATTRIBUTES['service']} account {address}"


def checked_command(command: str, what: str = "command") -> str:
    """The command without white space around it. Raises ValueRefused for one that no file can hold."""
    text = command.strip()
    if not text:
        raise ValueRefused(f"The {what} is empty.")
    if not text.isprintable():
        raise ValueRefused(f"The {what} holds a line break or another character that no file can hold.")
    if len(text.encode()) > COMMAND_BYTES:
        raise ValueRefused(f"The {what} is longer than {COMMAND_BYTES} bytes; put it into a script.")
    return text
