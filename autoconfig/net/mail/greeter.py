"""A mail server's greeting under a valid certificate: proof that it is one; nothing more is said."""

from __future__ import annotations

import asyncio
import ssl
from typing import TYPE_CHECKING

from autoconfig.errors import FetchFailed, NetworkError
from autoconfig.model import SocketType
from autoconfig.net.connections import NoSuchHost
from autoconfig.net.mail.opening import TIMEOUT, open_session
from autoconfig.net.trail import tell

if TYPE_CHECKING:
    from autoconfig.model import ServerType
    from autoconfig.net.connections import Connector


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
        session = await open_session(
            self._connector,
            server_type,
            host,
            port,
            socket_type,
            context=self._context,
            timeout=self._timeout,
        )
        try:
            if socket_type is not SocketType.SSL:
                await session.start_tls()
        finally:
            session.abort()
