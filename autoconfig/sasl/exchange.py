"""What every mechanism is made of: who logs in where, and the turns of an exchange."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from autoconfig.errors import SaslRefused, ValueRefused

if TYPE_CHECKING:
    from autoconfig.sasl.binding import Binding

MAX_CHALLENGE = 8192
"""Bytes; the longest honest ones are NTLM's, of a kilobyte or two."""
MAX_TURNS = 8
"""Challenges in one exchange; no mechanism here has more than three."""


class Exchange(Protocol):
    """One login in progress, as a mail session sees it."""

    name: str

    def initial(self) -> bytes | None:
        """The initial response; None where the server speaks first. Raises SaslRefused."""

    def respond(self, challenge: bytes) -> bytes:
        """The answer to a challenge. Raises SaslRefused where the server breaks the rules."""

    def succeeded(self) -> None:
        """To be called after the server's yes. Raises SaslRefused where it has not proved itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """A login name and its secret: the password, or an OAuth2 access token.

    Raises ValueRefused for what no server can be told.
    """

    username: str
    secret: str = field(repr=False)

    def __post_init__(self) -> None:
        for name in ("username", "secret"):
            text = getattr(self, name)
            what = "login name" if name == "username" else "password or token"
            if not text:
                raise ValueRefused(f"The {what} is empty.")
            # RFC 4616 §2 and RFC 7628 §3.1: these two characters separate the parts of a message.
            if "\0" in text or "\1" in text:
                raise ValueRefused(f"The {what} holds a control character.")
            if any("\ud800" <= mark <= "\udfff" for mark in text):
                raise ValueRefused(f"The {what} is not UTF-8.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """The server of an exchange, and the connection to it."""

    service: str
    """The name of the GSSAPI registry: imap, pop, smtp, sieve."""
    host: str
    port: int = 0
    offered: frozenset[str] = frozenset()
    """The mechanisms it names, in upper case."""
    bindings: tuple[Binding, ...] = ()
    """What ties a login to this TLS connection, the best first; empty without TLS."""


class Mechanism(ABC):
    """A client's side of one exchange."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.spent = False
        """Whether the server has been given what it can judge the secret by."""
        self.complaint = ""
        """What the server said in the exchange when it refused, printable; empty where it said nothing."""
        self.remarks: tuple[str, ...] = ()
        """What is weak about the exchange, in sentences."""
        self._turns = 0

    def initial(self) -> bytes | None:
        """The initial response; None where the server speaks first. Raises SaslRefused."""
        return None

    def respond(self, challenge: bytes) -> bytes:
        """The answer to a challenge. Raises SaslRefused where the server breaks the rules."""
        self._turns += 1
        if len(challenge) > MAX_CHALLENGE or self._turns > MAX_TURNS:
            raise SaslRefused(f"The server's part of {self.name} does not come to an end.")
        return self._answer(challenge)

    def succeeded(self) -> None:
        """To be called after the server's yes. Raises SaslRefused where it has not proved itself."""
        if not self.spent:
            raise SaslRefused(f"The server says yes to {self.name} before it has been told the secret.")
        if self.complaint:
            raise SaslRefused(f"The server says yes to {self.name} after it has said no.")

    @abstractmethod
    def _answer(self, challenge: bytes) -> bytes: ...

    def _unexpected(self) -> SaslRefused:
        return SaslRefused(f"The server asks for more than {self.name} has.")


def shown(text: bytes, limit: int = 200) -> str:
    """What a server says, for a person: UTF-8 as far as it is, printable, at most so many characters."""
    decoded = " ".join(text[: 4 * limit].decode("utf-8", "replace").split())
    return "".join(mark if mark.isprintable() else "\N{REPLACEMENT CHARACTER}" for mark in decoded)[:limit]
