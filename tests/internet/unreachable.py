"""Hosts that nobody gets an answer from."""

from __future__ import annotations

import asyncio
import socket

from tests.internet.connections import Connections


class Silent:
    """Accepts connections and never says a word."""

    def __init__(self) -> None:
        self._connections = Connections()
        self._servers: list[asyncio.Server] = []
        self.accepted = 0
        """Connections until now."""

    async def start(self, address: str, port: int) -> None:
        """Listen on one more port."""
        self._servers.append(await asyncio.start_server(self._serve, address, port))

    def stop(self) -> None:
        """Listen no more, and leave every connection."""
        self._connections.abort()
        for server in self._servers:
            server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.accepted += 1
        async with self._connections.hold(writer):
            while await reader.read(65536):
                pass


class Dropping:
    """Lets packets vanish, as a firewall does: the queue of connections is full, so Linux drops every SYN."""

    def __init__(self, address: str, port: int) -> None:
        self._listener = socket.socket()
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._listener.bind((address, port))
        self._listener.listen(0)
        self._filler = socket.create_connection((address, port), timeout=5)

    def stop(self) -> None:
        """Close both ends."""
        self._filler.close()
        self._listener.close()
