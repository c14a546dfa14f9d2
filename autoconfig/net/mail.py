"""A mail server's greeting under a valid certificate: proof that it is one; nothing more is said."""

from __future__ import annotations

import asyncio
import ssl
from typing import TYPE_CHECKING

from autoconfig.errors import FetchFailed, NetworkError
from autoconfig.model import ServerType, SocketType
from autoconfig.net.connections import NoSuchHost, first_of
from autoconfig.net.reasons import failure
from autoconfig.net.trail import tell

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from autoconfig.net.connections import Connector

TIMEOUT = 6.0
"""Seconds for connection, TLS and greeting."""
MAX_LINE = 2048
MAX_LINES = 50

_Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]

_GREETING = {ServerType.IMAP: b"* OK", ServerType.POP3: b"+OK", ServerType.SMTP: b"220"}
_UPGRADE = {
    ServerType.IMAP: (b"a1 STARTTLS\r\n", b"a1 OK"),
    ServerType.POP3: (b"STLS\r\n", b"+OK"),
    ServerType.SMTP: (b"STARTTLS\r\n", b"220"),
}


class MailGreeter:
    """Connects to mail servers far enough to know what they are."""

    def __init__(self, connector: Connector, *, timeout: float = TIMEOUT) -> None:
        self._connector = connector
        self._timeout = timeout
        self._context = ssl.create_default_context()

    async def greet(self, host: str, port: int, server_type: ServerType, socket_type: SocketType) -> None:
        """Return where a server of that type greets under TLS with a certificate of that name.

        Raises FetchFailed or LookupFailed with the reason where it does not.
        """
        started = asyncio.get_running_loop().time()
        target = f"{server_type} {host}:{port} {socket_type}"
        try:
            async with asyncio.timeout(self._timeout):
                await self._greeted(host, port, server_type, socket_type)
        except TimeoutError:
            tell(target, "failed", "silent", started)
            raise FetchFailed(f"{host}:{port} is silent.", unreachable=True) from None
        except NetworkError as error:
            tell(target, "nothing" if isinstance(error, NoSuchHost) else "failed", str(error), started)
            raise
        except asyncio.CancelledError:
            tell(target, "failed", "given up", started)
            raise
        tell(target, "found", "greeted", started)

    async def _greeted(self, host: str, port: int, server_type: ServerType, socket_type: SocketType) -> None:
        addresses = await self._connector.addresses(host)
        implicit = socket_type is SocketType.SSL

        def connection_to(address: str) -> Callable[[], Awaitable[_Connection]]:
            return lambda: asyncio.open_connection(address, port, limit=MAX_LINE)

        try:
            starts = [connection_to(address) for address in addresses]
            reader, writer = await first_of(starts, unused=_dropped)
        except OSError as error:
            raise failure(error, host, port=port, connecting=True) from None
        try:
            # Not in open_connection(): a handshake that is given up there leaves the socket open for a while.
            if implicit:
                await writer.start_tls(self._context, server_hostname=host)
            await _expect(reader, _GREETING[server_type], host)
            if not implicit:
                await self._upgraded(reader, writer, server_type, host)
        except (OSError, ValueError) as error:
            raise failure(error, host, port=port, connecting=False) from None
        finally:
            await _dropped((reader, writer))

    async def _upgraded(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        server_type: ServerType,
        host: str,
    ) -> None:
        if server_type is ServerType.SMTP:
            writer.write(b"EHLO localhost\r\n")
            await _expect(reader, b"250", host)
        command, answer = _UPGRADE[server_type]
        writer.write(command)
        await _expect(reader, answer, host)
        await writer.start_tls(self._context, server_hostname=host)


async def _dropped(connection: _Connection) -> None:
    # Not close(): TLS would wait for the other side's farewell, and nobody is left to wait for it.
    connection[1].transport.abort()


async def _expect(reader: asyncio.StreamReader, start: bytes, host: str) -> None:
    """Read one reply, which must start so; the lines of a long reply are read to the last."""
    for _ in range(MAX_LINES):
        line = await reader.readline()
        if not line.startswith(start):
            shown = line[:40].decode("ascii", "replace").strip()
            raise FetchFailed(f"{host} says {shown!r} where {start.decode()!r} was expected.")
        if line[3:4] != b"-":
            return
    raise FetchFailed(f"{host} does not come to an end.")
