"""Opening a session: the address, the connection, TLS where it comes first, the greeting."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from autoconfig.model import ServerType, SocketType
from autoconfig.net.connections import first_of
from autoconfig.net.mail.faults import Fault, SessionFailed, Stage, broken
from autoconfig.net.mail.imap import ImapSession
from autoconfig.net.mail.line import Line
from autoconfig.net.mail.managesieve import ManageSieveSession
from autoconfig.net.mail.pop3 import Pop3Session
from autoconfig.net.mail.smtp import SmtpSession

if TYPE_CHECKING:
    import ssl
    from collections.abc import Mapping

    from autoconfig.net.connections import Connector
    from autoconfig.net.mail.session import MailSession

TIMEOUT = 6.0
"""Seconds for connection, TLS and greeting together, and for each command after that."""

SESSIONS: Mapping[ServerType, type[MailSession]] = {
    ServerType.IMAP: ImapSession,
    ServerType.POP3: Pop3Session,
    ServerType.SMTP: SmtpSession,
    ServerType.MANAGESIEVE: ManageSieveSession,
}
"""The protocols that are spoken."""

_Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def open_session(
    connector: Connector,
    server_type: ServerType,
    host: str,
    port: int,
    socket_type: SocketType,
    *,
    context: ssl.SSLContext,
    timeout: float = TIMEOUT,
    address: str | None = None,
) -> MailSession:
    """Connect to a host, or to one ``address`` of it, and be greeted; STARTTLS is left to the caller.

    ``timeout`` is in seconds. Raises SessionFailed, NoSuchHost, FetchFailed and LookupFailed. KeyError for a
    type that is not in ``SESSIONS``.
    """
    session_type = SESSIONS[server_type]
    line: Line | None = None
    try:
        async with asyncio.timeout(timeout):
            addresses = await connector.addresses(address or host)
            started = asyncio.get_running_loop().time()
            reader, writer = await connected(addresses, host, port)
            line = Line(reader, writer, host=host, port=port, timeout=timeout)
            session = session_type(
                line,
                address=str(writer.get_extra_info("peername", ("",))[0]),
                socket_type=socket_type,
                context=context,
            )
            session.connected_after = asyncio.get_running_loop().time() - started
            async with line.during(Stage.GREETING):
                if socket_type is SocketType.SSL:
                    await line.encrypt(context)
                    line.stage = Stage.GREETING
                await session.greeted()
            session.greeted_after = asyncio.get_running_loop().time() - started
            return session
    except TimeoutError:
        stage = Stage.CONNECTION if line is None else line.stage
        if line is not None:
            line.abort()
        raise SessionFailed(f"{host}:{port} is silent.", stage=stage, fault=Fault.SILENT) from None
    except BaseException:
        if line is not None:
            line.abort()
        raise


async def connected(addresses: tuple[str, ...], host: str, port: int) -> _Connection:
    """A connection to the first address that answers. Raises SessionFailed."""
    starts = [partial(asyncio.open_connection, address, port) for address in addresses]
    try:
        return await first_of(starts, unused=_dropped)
    except OSError as error:
        raise broken(error, host, port, Stage.CONNECTION) from None


async def _dropped(connection: _Connection) -> None:
    connection[1].transport.abort()
