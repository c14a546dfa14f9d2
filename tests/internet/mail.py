"""Mail servers that know the first minute of their protocol: greeting, capabilities, STARTTLS.

Each can lie, stall, hang up or stutter at any point: see the fields of ``Greeter``.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Literal

from tests.internet.connections import Connections

if TYPE_CHECKING:
    import ssl
    from collections.abc import Sequence

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
Protocol = Literal["imap", "pop3", "smtp", "managesieve"]
Security = Literal["tls", "starttls", "plain"]


class Reaction(Enum):
    """What a server does instead of answering."""

    HANG_UP = "hang up"
    SILENCE = "say nothing more"


Answer = bytes | Reaction

_COMMANDS = frozenset(
    {"AUTH", "AUTHENTICATE", "APOP", "LOGIN", "USER", "PASS", "NOOP", "LOGOUT", "QUIT"}
    | {"CAPABILITY", "CAPA", "EHLO", "HELO", "STARTTLS", "STLS"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Greeter:
    """A port, what is spoken there, and how."""

    protocol: Protocol
    port: int
    security: Security
    greeting: bytes | None = None
    """Said instead of the protocol's own first line; b"" is silence."""
    delay: float = 0.0
    """Seconds before the greeting."""
    mechanisms: Sequence[str] = ("PLAIN",)
    """SASL mechanisms offered once the connection is encrypted."""
    trusting: bool = False
    """Whether they are offered before that too."""
    answers: Mapping[str, Answer | tuple[Answer, ...]] = field(default_factory=dict)
    """What is done at a command, by its first word; "" is what is no command, such as an answer to a
    challenge. TAG stands for IMAP's tag."""
    careless: bool = False
    """Whether what was sent before TLS is obeyed after it."""
    stutter: float | None = None
    """Seconds between single bytes."""


SERVICES: Mapping[str, Greeter] = {
    "imaps": Greeter(protocol="imap", port=993, security="tls"),
    "imap": Greeter(protocol="imap", port=143, security="starttls"),
    "pop3s": Greeter(protocol="pop3", port=995, security="tls"),
    "pop3": Greeter(protocol="pop3", port=110, security="starttls"),
    "submissions": Greeter(protocol="smtp", port=465, security="tls"),
    "submission": Greeter(protocol="smtp", port=587, security="starttls"),
    "smtp": Greeter(protocol="smtp", port=25, security="starttls"),
    "sieve": Greeter(protocol="managesieve", port=4190, security="starttls"),
}
"""The services by the names of the IANA registry, each as it should be."""


class MailServer:
    """The mail ports of one host."""

    def __init__(self, host: str, greeters: Sequence[Greeter], context: ssl.SSLContext) -> None:
        self.host = host
        self._greeters = greeters
        self._context = context
        self._connections = Connections()
        self._servers: list[asyncio.Server] = []
        self.accepted: list[int] = []
        """The port of every connection (with TLS from the start: of every finished handshake)."""
        self.accepted_at: list[float] = []
        """When, on the monotonic clock."""
        self.commands: list[tuple[int, str]] = []
        """Port and line of every command."""

    async def start(self, address: str) -> None:
        """Listen on every port."""
        for greeter in self._greeters:
            context = self._context if greeter.security == "tls" else None
            self._servers.append(
                await asyncio.start_server(self._server_for(greeter), address, greeter.port, ssl=context)
            )

    def stop(self) -> None:
        """Listen no more, and leave every connection."""
        self._connections.abort()
        for server in self._servers:
            server.close()

    def _server_for(self, greeter: Greeter) -> Serve:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self.accepted.append(greeter.port)
            self.accepted_at.append(time.monotonic())
            session = _Session(self.host, greeter, reader, writer, self._context, self.commands)
            async with self._connections.hold(writer):
                await session.run()

        return serve


class _Session:
    """One connection."""

    def __init__(
        self,
        host: str,
        greeter: Greeter,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        context: ssl.SSLContext,
        commands: list[tuple[int, str]],
    ) -> None:
        self._host = host
        self._greeter = greeter
        self._reader = reader
        self._writer = writer
        self._context = context
        self._commands = commands
        self._encrypted = greeter.security == "tls"
        self._tag = b""

    async def run(self) -> None:
        """Greet, then answer until the client leaves."""
        await asyncio.sleep(self._greeter.delay)
        speak = getattr(self, f"_{self._greeter.protocol}")
        greeting = self._greeter.greeting
        await self._say(self._first_lines() if greeting is None else greeting)
        while True:
            line = (await self._reader.readuntil(b"\n")).decode("latin-1").strip()
            self._commands.append((self._greeter.port, line))
            scripted = self._scripted(line)
            if scripted is not None:
                if not await self._follow(scripted):
                    return
                continue
            answer, then = speak(line)
            if then == "tls" and not self._greeter.careless:
                self._reader._buffer.clear()  # type: ignore[attr-defined]
            await self._say(answer)
            if then == "close":
                return
            if then == "tls":
                if not await self._start_tls():
                    return
                self._encrypted = True
                if self._greeter.protocol == "managesieve":
                    await self._say(self._first_lines())

    def _scripted(self, line: str) -> tuple[Answer, ...] | None:
        """What is to be done at a line; None where the protocol decides."""
        first, _, rest = line.partition(" ")
        if rest:
            self._tag = first.encode()
        word = (rest if self._greeter.protocol == "imap" else line).partition(" ")[0].upper()
        found = self._greeter.answers.get(word if word in _COMMANDS else "")
        if found is None:
            return None
        steps = found if isinstance(found, tuple) else (found,)
        return tuple(step.replace(b"TAG", self._tag) if isinstance(step, bytes) else step for step in steps)

    async def _follow(self, steps: tuple[Answer, ...]) -> bool:
        """Do what is to be done; False where that ends the conversation."""
        for step in steps:
            if isinstance(step, bytes):
                await self._say(step)
                continue
            while step is Reaction.SILENCE and await self._reader.read(65536):
                pass
            return False
        return True

    async def _say(self, answer: bytes | list[str]) -> None:
        data = answer if isinstance(answer, bytes) else "".join(f"{text}\r\n" for text in answer).encode()
        if self._greeter.stutter is None:
            self._writer.write(data)
            await self._writer.drain()
            return
        for place in range(len(data)):
            # Not after the last: what the client sends then may be for TLS already.
            await asyncio.sleep(self._greeter.stutter)
            self._writer.write(data[place : place + 1])
            await self._writer.drain()

    async def _start_tls(self) -> bool:
        """Encrypt the connection; False where the client left during the handshake."""
        plain = self._writer.transport
        await self._writer.start_tls(self._context)
        if self._writer.transport is None:  # so CPython says that the connection was lost
            self._writer._transport = plain  # type: ignore[attr-defined]
            return False
        return True

    def _first_lines(self) -> list[str]:
        if self._greeter.protocol == "managesieve":
            return self._managesieve("CAPABILITY")[0]
        words = {
            "imap": f"* OK [CAPABILITY {self._imap_capabilities()}] {self._host} ready",
            "pop3": f"+OK {self._host} ready",
            "smtp": f"220 {self._host} ESMTP",
        }
        return [words[self._greeter.protocol]]

    @property
    def _can_start_tls(self) -> bool:
        return self._greeter.security == "starttls" and not self._encrypted

    @property
    def _mechanisms(self) -> Sequence[str]:
        """Passwords go over encrypted connections only, unless the server has none or trusts everybody."""
        open_to_all = self._greeter.security == "plain" or self._greeter.trusting
        return self._greeter.mechanisms if self._encrypted or open_to_all else ()

    def _imap_capabilities(self) -> str:
        words = ["IMAP4rev1", "SASL-IR", "LITERAL+"]
        words += ["STARTTLS"] if self._can_start_tls else []
        words += [] if self._mechanisms else ["LOGINDISABLED"]
        return " ".join([*words, *(f"AUTH={mechanism}" for mechanism in self._mechanisms)])

    def _imap(self, line: str) -> tuple[list[str], str]:
        tag, _, command = line.partition(" ")
        match command.upper():
            case "CAPABILITY":
                return [f"* CAPABILITY {self._imap_capabilities()}", f"{tag} OK done"], ""
            case "STARTTLS" if self._can_start_tls:
                return [f"{tag} OK begin TLS"], "tls"
            case "LOGOUT":
                return ["* BYE", f"{tag} OK bye"], "close"
            case "NOOP":
                return [f"{tag} OK done"], ""
        return [f"{tag} BAD not here"], ""

    def _pop3(self, line: str) -> tuple[list[str], str]:
        match line.upper():
            case "CAPA":
                words = ["TOP", "UIDL", *(["STLS"] if self._can_start_tls else [])]
                words += [f"SASL {' '.join(self._mechanisms)}", "USER"] if self._mechanisms else []
                return ["+OK", *words, "."], ""
            case "STLS" if self._can_start_tls:
                return ["+OK begin TLS"], "tls"
            case "QUIT":
                return ["+OK bye"], "close"
        return ["-ERR not here"], ""

    def _smtp(self, line: str) -> tuple[list[str], str]:
        command = line.upper()
        if command.startswith("EHLO "):
            words = [self._host, "SIZE 10485760", "8BITMIME"]
            words += ["STARTTLS"] if self._can_start_tls else []
            words += [f"AUTH {' '.join(self._mechanisms)}"] if self._mechanisms else []
            return [*(f"250-{word}" for word in words[:-1]), f"250 {words[-1]}"], ""
        if command == "STARTTLS" and self._can_start_tls:
            return ["220 begin TLS"], "tls"
        if command == "QUIT":
            return ["221 bye"], "close"
        return [f"250 {self._host}"] if command.startswith("HELO ") else ["502 not here"], ""

    def _managesieve(self, line: str) -> tuple[list[str], str]:
        match line.upper():
            case "CAPABILITY":
                words = ['"IMPLEMENTATION" "simulated"', '"SIEVE" "fileinto"']
                words += [f'"SASL" "{" ".join(self._mechanisms)}"']
                return [*words, *(['"STARTTLS"'] if self._can_start_tls else []), 'OK "ready"'], ""
            case "STARTTLS" if self._can_start_tls:
                return ['OK "begin TLS"'], "tls"
            case "LOGOUT":
                return ['OK "bye"'], "close"
        return ['NO "not here"'], ""
