"""One connection to a mail server, line by line: every read bounded, every line sent checked."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from autoconfig.errors import ValueRefused
from autoconfig.net.mail.faults import Fault, SessionFailed, Stage, broken
from autoconfig.net.mail.tls import tls_of

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator

    from autoconfig.net.mail.tls import Tls

MAX_LINE = 16 * 1024
"""Bytes; a SASL challenge has 12,288 at most (RFC 4954 §4)."""
MAX_BYTES = 64 * 1024
"""Bytes of the answers to one command."""
MAX_SHOWN = 200
"""Characters of a server's sentence that are shown."""
_QUOTED = 40
_AT_ONCE = 1 << 20
_HIDDEN = "…"
_FORBIDDEN = b"\r\n\0"


class Line:
    """Reads and writes lines; raises SessionFailed, whose text never repeats what was hidden."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        *,
        host: str,
        port: int,
        timeout: float,
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._transport = writer.transport
        self._buffer = bytearray()
        self._allowance = MAX_BYTES
        self._hidden: set[str] = set()
        self._trailing: tuple[str, ...] = ()
        self.host = host
        self.port = port
        self.timeout = timeout
        self.stage = Stage.GREETING
        self.tls: Tls | None = None
        self.usable = True
        """Whether a goodbye would still be heard."""

    @contextlib.asynccontextmanager
    async def during(self, stage: Stage) -> AsyncIterator[None]:
        """Bound the time and bytes of what is asked in here, and name the stage in what fails."""
        self.stage, self._allowance = stage, MAX_BYTES
        try:
            async with asyncio.timeout(self.timeout):
                yield
        except SessionFailed as error:
            self.usable = error.fault is Fault.UNEXPECTED
            raise
        except TimeoutError as error:
            self.usable = False
            if error.errno:
                raise broken(error, self.host, self.port, self.stage) from None
            raise self.failed(f"{self.host}:{self.port} is silent.", Fault.SILENT) from None
        except OSError as error:
            self.usable = False
            raise broken(error, self.host, self.port, self.stage) from None

    def failed(self, message: str, fault: Fault, said: bytes = b"") -> SessionFailed:
        """A failure at this stage, to be raised."""
        return SessionFailed(message, stage=self.stage, fault=fault, said=said, tls=self.tls)

    def unexpected(self, said: bytes, expected: str) -> SessionFailed:
        """The failure of a server that says something else, to be raised."""
        shown = self._without_secrets(said.decode("ascii", "replace"))[:_QUOTED].strip()
        message = f"{self.host} says {shown!r} where {expected!r} was expected."
        return self.failed(message, Fault.UNEXPECTED, b"" if self._hidden else said[:MAX_SHOWN])

    async def read_line(self) -> bytes:
        """The next line without its end. Raises SessionFailed."""
        while (end := self._buffer.find(b"\n")) < 0:
            if len(self._buffer) > MAX_LINE:
                raise self.failed(f"{self.host} does not come to an end.", Fault.ENDLESS)
            await self._receive()
        if end > MAX_LINE:
            raise self.failed(f"{self.host} does not come to an end.", Fault.ENDLESS)
        return self._take(end + 1).rstrip(b"\r\n")

    async def read_some(self) -> bytes:
        """Whatever comes first, b"" where the other side hangs up without a word. Raises OSError."""
        if not self._buffer:
            self._buffer += await self._reader.read(MAX_LINE)
        return self._take(len(self._buffer))

    async def read_exactly(self, count: int) -> bytes:
        """So many bytes: a literal of IMAP or ManageSieve. Raises SessionFailed."""
        if count > MAX_LINE:
            raise self.failed(f"{self.host} does not come to an end.", Fault.ENDLESS)
        while len(self._buffer) < count:
            await self._receive()
        return self._take(count)

    def _take(self, count: int) -> bytes:
        taken = bytes(self._buffer[:count])
        del self._buffer[:count]
        self._allowance -= count
        if self._allowance < 0:
            raise self.failed(f"{self.host} does not come to an end.", Fault.ENDLESS)
        return taken

    async def _receive(self) -> None:
        # All there is at once, so that nothing said before TLS can hide in the stream's own buffer.
        received = await self._reader.read(_AT_ONCE)
        if not received:
            place = f"{self.host}:{self.port}"
            raise self.failed(f"{place} broke off: connection closed.", Fault.DROPPED, bytes(self._buffer))
        self._buffer += received

    def send(self, *lines: str | bytes) -> None:
        """Send lines. Raises ValueRefused for one with a line break or NUL in it."""
        encoded = check(*lines, *self._trailing)
        self._trailing = ()
        self._writer.write(b"".join(line + b"\r\n" for line in encoded))

    def trail(self, *lines: str) -> None:
        """Send these together with what is sent next, in one packet."""
        self._trailing = lines

    async def heard_more(self, patience: float) -> bool:
        """Whether anything more comes within so many seconds."""
        try:
            async with asyncio.timeout(patience):
                return bool(await self.read_some())
        except (TimeoutError, OSError):
            return False

    def expect_quiet(self) -> None:
        """Make sure that nothing was said without being asked. Raises SessionFailed."""
        if self._buffer:
            message = f"{self.host} says more than it was asked for."
            raise self.failed(message, Fault.INJECTED, bytes(self._buffer[:MAX_SHOWN]))

    async def encrypt(self, context: ssl.SSLContext) -> None:
        """Begin TLS here and now. Raises SessionFailed for what was said beyond the go-ahead."""
        self.expect_quiet()
        self.stage = Stage.TLS
        # Not in open_connection(): a handshake that is given up there leaves the socket open for a while.
        try:
            await self._writer.start_tls(context, server_hostname=self.host)
        except AttributeError:
            # CPython has no transport where the connection was lost during the handshake.
            raise self.failed(f"TLS with {self.host} failed: broken off.", Fault.DROPPED) from None
        self.tls = tls_of(self._writer.get_extra_info("ssl_object"))

    def hide(self, *secrets: str) -> None:
        """Leave these out of everything that is ever shown of what the server says."""
        self._hidden.update(secret for secret in secrets if secret)

    def _without_secrets(self, text: str) -> str:
        for secret in sorted(self._hidden, key=len, reverse=True):
            text = text.replace(secret, _HIDDEN)
        return text

    def sentence(self, data: bytes) -> str:
        """A server's sentence on one line of bounded length, printable."""
        text = self._without_secrets(data.decode("utf-8", "replace"))
        return "".join(each if each.isprintable() else " " for each in text)[:MAX_SHOWN].strip()

    def abort(self) -> None:
        """Leave without a goodbye."""
        # Not close(): TLS would wait for the other side's farewell, and nobody is left to wait for it.
        self._transport.abort()


def check(*lines: str | bytes) -> list[bytes]:
    """The lines as they go out. Raises ValueRefused for one with a line break or NUL in it."""
    encoded = [line.encode() if isinstance(line, str) else line for line in lines]
    if any(mark in line for line in encoded for mark in _FORBIDDEN):
        raise ValueRefused("What goes to a mail server cannot hold a line break or a NUL character.")
    return encoded
