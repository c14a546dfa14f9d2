"""What the mail protocols have in common: a greeting, capabilities, STARTTLS, SASL, a goodbye."""

from __future__ import annotations

import asyncio
import base64
import binascii
import contextlib
import re
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from autoconfig.errors import FetchFailed, FormatError
from autoconfig.net.mail.faults import Fault, SessionFailed, Stage, StartTlsRefused

if TYPE_CHECKING:
    import ssl

    from autoconfig.model import ServerType, SocketType
    from autoconfig.net.mail.facts import Capabilities, Exchange, Verdict
    from autoconfig.net.mail.line import Line
    from autoconfig.net.mail.tls import Tls

MAX_ROUNDS = 12
"""Challenges of one login; the longest mechanism in use (GSSAPI) has about five."""
MAX_LINES = 200
"""Lines of the answers to one command."""
MIN_HIDDEN = 3
"""Characters of a part of a login message that is left out of what is shown."""
GOODBYE = 2.0
"""Seconds for the other side's farewell."""

_INSIDE = re.compile(rb"[\x00\x01]|auth=Bearer ")
"""What stands between the parts of PLAIN, XOAUTH2 and OAUTHBEARER messages."""


class Reply(NamedTuple):
    """The server's next word in a login: a challenge in base64, a verdict, or both at once."""

    challenge: bytes | None
    verdict: Verdict | None


class MailSession(ABC):
    """A conversation with one mail server. Every method raises SessionFailed where it breaks off."""

    server_type: ClassVar[ServerType]

    def __init__(self, line: Line, *, address: str, socket_type: SocketType, context: ssl.SSLContext) -> None:
        self._line = line
        self._context = context
        self._offered: Capabilities | None = None
        self.host = line.host
        self.port = line.port
        self.address = address
        """The IP address connected to."""
        self.socket_type = socket_type
        self.greeting = ""
        self.connected_after = 0.0
        """Seconds until the connection stood, from when the address was known."""
        self.greeted_after = 0.0
        """Seconds until the greeting had come, from when the address was known."""

    @property
    def has_timestamp(self) -> bool:
        """Whether the greeting offers POP3's APOP."""
        return False

    @property
    def tls(self) -> Tls | None:
        """The TLS agreed on; None while the connection is plain text."""
        return self._line.tls

    async def greeted(self) -> None:
        """Read the greeting; ``open_session`` has done so."""
        self.greeting = self._line.sentence(await self._read_greeting())

    async def capabilities(self) -> Capabilities:
        """Ask what the server offers now."""
        async with self._line.during(Stage.CAPABILITIES):
            self._offered = await self._ask_capabilities()
        return self._offered

    async def start_tls(self) -> None:
        """Encrypt the connection from here on; what was said before counts for nothing any more.

        Raises StartTlsRefused where the server does not do it, SessionFailed where TLS fails or where the
        server said more than the go-ahead (bytes slipped in before TLS).
        """
        async with self._line.during(Stage.STARTTLS):
            try:
                await self._ask_tls()
            except SessionFailed as error:
                if error.fault is not Fault.UNEXPECTED:
                    raise
                raise StartTlsRefused(
                    str(error), stage=error.stage, fault=error.fault, said=error.said
                ) from None
            await self._line.encrypt(self._context)
            self._offered = None
            await self._after_tls()

    async def obeys_early(self, patience: float) -> bool:
        """Whether a command sent together with STARTTLS, before TLS, is obeyed within TLS (CVE-2011-0411).

        Such a server takes words of whoever stands in between for those of the user. ``patience`` is in
        seconds. Raises as ``start_tls`` does.
        """
        await self.capabilities()
        self._line.trail(self._harmless())
        await self.start_tls()
        return await self._line.heard_more(patience)

    async def authenticate(self, exchange: Exchange) -> Verdict:
        """Log in by SASL.

        Raises FormatError where the server does not prove what the mechanism demands; it has been told then
        that the login is given up.
        """
        if self._offered is None:
            await self.capabilities()
        async with self._line.during(Stage.LOGIN):
            initial = exchange.initial()
            command = self._auth_command(exchange.name)
            whole = None if initial is None else self._with_initial(command, self._encoded(initial))
            self._line.send(whole or command)
            return await self._exchanged(exchange, initial if whole is None else None)

    async def _exchanged(self, exchange: Exchange, waiting: bytes | None) -> Verdict:
        for _ in range(MAX_ROUNDS):
            challenge, verdict = await self._auth_reply()
            try:
                if challenge is not None:
                    answer = exchange.respond(self._decoded(challenge)) if waiting is None else waiting
                    waiting = None
                if verdict is not None and verdict.accepted:
                    exchange.succeeded()
            except FormatError:
                if verdict is None:
                    await self._give_up()
                raise
            if verdict is not None:
                return verdict
            self._line.send(self._auth_answer(self._encoded(answer)))
        await self._give_up()
        raise self._line.failed(f"{self.host} does not come to an end.", Fault.ENDLESS)

    async def _give_up(self) -> None:
        """RFC 4422 §3.5 and its profiles: a lone star, which the server answers with a refusal."""
        self._line.send(self._auth_answer("*"))
        await self._auth_reply()

    def _encoded(self, answer: bytes) -> str:
        """An answer as it goes out; from here on nothing shows it, nor the parts of it."""
        text = base64.b64encode(answer).decode()
        # Between the NULs of NTLM's UTF-16 stand single letters: without them no sentence could be read.
        parts = (part.decode("utf-8", "replace") for part in _INSIDE.split(answer))
        self._line.hide(text, *(part for part in parts if len(part) >= MIN_HIDDEN))
        return text

    def _decoded(self, challenge: bytes) -> bytes:
        try:
            return base64.b64decode(challenge, validate=True)
        except binascii.Error:
            raise self._line.unexpected(challenge, "base64") from None

    async def login(self, username: str, password: str) -> Verdict:  # noqa: ARG002
        """Log in by the protocol's own command: IMAP LOGIN, POP3 USER and PASS."""
        raise FetchFailed(f"{self.server_type} has no login but SASL; {self.host} was not asked.")

    async def apop(self, username: str, password: str) -> Verdict:  # noqa: ARG002
        """Log in by POP3's APOP (RFC 1939 §7); raises FetchFailed where the greeting has no timestamp."""
        raise FetchFailed(f"{self.server_type} has no APOP; {self.host} was not asked.")

    async def aclose(self) -> None:
        """Say goodbye where that is still heard, and close; within ``GOODBYE`` seconds, and never raises."""
        try:
            if self._line.usable:
                with contextlib.suppress(SessionFailed, TimeoutError):
                    async with asyncio.timeout(GOODBYE), self._line.during(self._line.stage):
                        await self._say_goodbye()
        finally:
            self.abort()

    def abort(self) -> None:
        """Close without a word."""
        self._line.abort()

    # What each protocol has its own words for.

    @abstractmethod
    async def _read_greeting(self) -> bytes:
        """The greeting, shown to people."""

    @abstractmethod
    async def _ask_capabilities(self) -> Capabilities:
        """What is offered now."""

    @abstractmethod
    async def _ask_tls(self) -> None:
        """Ask for TLS and read the go-ahead, nothing beyond it."""

    def _harmless(self) -> str:
        """A command that does nothing."""
        return "NOOP"

    async def _after_tls(self) -> None:  # noqa: B027 - most have nothing to read
        """Read what the server says by itself after TLS has begun."""

    @abstractmethod
    def _auth_command(self, mechanism: str) -> str:
        """The command that begins a login."""

    @abstractmethod
    def _with_initial(self, command: str, initial: str) -> str | None:
        """The same with an initial response in base64; None where it must wait for the server's word."""

    def _auth_answer(self, text: str) -> str:
        """An answer in base64, as it goes out."""
        return text

    @abstractmethod
    async def _auth_reply(self) -> Reply:
        """The server's next word in a login."""

    @abstractmethod
    async def _say_goodbye(self) -> None:
        """Take leave."""
