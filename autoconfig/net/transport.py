"""One DNS question to one name server: UDP, and TCP where the answer was cut or UDP is silent."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from weakref import WeakKeyDictionary

from autoconfig.errors import LookupFailed
from autoconfig.net.connections import first_of
from autoconfig.net.wire import PAYLOAD, TC, Query, answers

PORT = 53
QUESTIONS_PER_PORT = 16
"""How many questions share a source port, which whoever forges answers has to guess."""


@dataclass(frozen=True, slots=True)
class NameServer:
    """A recursive name server. ``trusted`` where its AD bit counts: configured, or on this machine."""

    host: str
    port: int = PORT
    trusted: bool = False

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host and "/" not in self.host else self.host
        return host if self.port == PORT else f"{host}:{self.port}"


Exchange = Callable[[Query, NameServer], Awaitable[bytes]]
"""Sends one question and gives back the message that answers it.

Raises LookupFailed; is cancelled when its time is over.
"""


async def ask(query: Query, server: NameServer) -> bytes:
    """Ask over UDP, and again over TCP where the answer was cut. Raises LookupFailed."""
    message = await _ask_udp(query, server)
    cut = int.from_bytes(message[2:4], "big") & TC
    return await ask_tcp(query, server) if cut else message


async def ask_again(query: Query, server: NameServer) -> bytes:
    """Ask over UDP and TCP at once: a packet was lost, or this network lets only TCP through."""
    return await first_of([partial(ask, query, server), partial(ask_tcp, query, server)], stagger=0)


class _Channel:
    """A UDP socket for a few questions to one name server, so that source ports keep changing.

    The kernel passes on only what comes from that server; what repeats no question of ours is ignored.
    """

    def __init__(self, server: NameServer) -> None:
        family = socket.AF_INET6 if ":" in server.host else socket.AF_INET
        self._socket = socket.socket(family, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        self._waiting: dict[int, tuple[Query, asyncio.Future[bytes]]] = {}
        self.free = QUESTIONS_PER_PORT
        try:
            self._socket.connect((server.host, server.port))
        except OSError:
            self._socket.close()
            raise
        self._number = self._socket.fileno()
        # The loop is not remembered here: it would live for ever, for this stays in a table by loop.
        asyncio.get_running_loop().add_reader(self._number, self._receive)

    def takes(self, query: Query) -> bool:
        """Whether the question may go out here."""
        return self.free > 0 and self._number >= 0 and query.number not in self._waiting

    async def ask(self, query: Query) -> bytes:
        """Send the question and wait for its answer. Raises OSError."""
        answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self.free -= 1
        self._waiting[query.number] = (query, answer)
        try:
            self._socket.send(query.wire)
            return await answer
        finally:
            del self._waiting[query.number]
            if not self._waiting:
                self._close()

    def _receive(self) -> None:
        """Take in what has come, a burst of answers at once."""
        for _ in range(QUESTIONS_PER_PORT):
            try:
                # Twice what we said we take: a server that sends more is no reason to wait in vain.
                message = self._socket.recv(2 * PAYLOAD)
            except BlockingIOError:
                return
            except OSError as error:
                for _, answer in self._waiting.values():
                    if not answer.done():
                        answer.set_exception(error)
                return
            waiting = self._waiting.get(int.from_bytes(message[:2], "big"))
            if waiting is not None and not waiting[1].done() and answers(waiting[0], message):
                waiting[1].set_result(message)

    def _close(self) -> None:
        if self._number >= 0:
            asyncio.get_running_loop().remove_reader(self._number)
            self._number = -1
            self._socket.close()


_channels: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[NameServer, _Channel]] = WeakKeyDictionary()


async def _ask_udp(query: Query, server: NameServer) -> bytes:
    channels = _channels.setdefault(asyncio.get_running_loop(), {})
    channel = channels.get(server)
    try:
        if channel is None or not channel.takes(query):
            channel = channels[server] = _Channel(server)
        return await channel.ask(query)
    except OSError as error:
        raise _unreachable(error) from None


async def ask_tcp(query: Query, server: NameServer) -> bytes:
    """Ask over TCP (RFC 7766). Raises LookupFailed."""
    try:
        reader, writer = await asyncio.open_connection(server.host, server.port)
    except OSError as error:
        raise _unreachable(error) from None
    try:
        writer.write(len(query.wire).to_bytes(2, "big") + query.wire)
        length = int.from_bytes(await reader.readexactly(2), "big")
        message = await reader.readexactly(length)
    except (OSError, asyncio.IncompleteReadError) as error:
        raise LookupFailed(f"The name server broke off over TCP ({type(error).__name__}).") from None
    finally:
        writer.close()
    if not answers(query, message):
        raise LookupFailed("The name server answered another question over TCP.")
    return message


def is_loopback(host: str) -> bool:
    """Whether the name server runs on this machine."""
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False


def _unreachable(error: Exception) -> LookupFailed:
    reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return LookupFailed(f"The name server cannot be reached: {reason.lower()}.", unreachable=True)
