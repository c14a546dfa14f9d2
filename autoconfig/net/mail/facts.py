"""What a mail server says about itself and about a login, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a server offers at this point of the conversation."""

    words: tuple[str, ...] = ()
    """As said, the key in upper case: ``SIZE 10485760``, ``AUTH=PLAIN``."""
    mechanisms: tuple[str, ...] = ()
    """SASL mechanisms in upper case, each once, in the server's order."""
    starttls: bool = False
    plain_login: bool = False
    """Whether IMAP's LOGIN is not disabled, or POP3's USER is offered."""

    def has(self, key: str) -> bool:
        """Whether the server offers an extension, whatever its parameters."""
        return any(word.partition(" ")[0] == key for word in self.words)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a server said to a login."""

    accepted: bool
    code: str = ""
    """IMAP's response code (``AUTHENTICATIONFAILED``), POP3's (``SYS/TEMP``), SMTP's ``535 5.7.8``."""
    text: str = ""
    """The server's sentence, printable, what the client sent left out of it."""


class Exchange(Protocol):
    """The client's side of one SASL mechanism (RFC 4422 §3)."""

    name: str

    def initial(self) -> bytes | None:
        """The initial response; None where the server begins."""

    def respond(self, challenge: bytes) -> bytes:
        """The answer to a challenge. Raises FormatError where the server lies."""

    def succeeded(self) -> None:
        """The server said yes. Raises FormatError where it has not proved itself."""
