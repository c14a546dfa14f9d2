"""One DNS question to one name server: UDP, TCP where the answer was cut, or HTTPS."""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import dns.exception
import dns.flags
import dns.message
import dns.rcode

from autoconfig.errors import LookupFailed

PORT = 53
PAYLOAD = 1232
"""Bytes of an answer over UDP that no path fragments (DNS flag day 2020)."""


@dataclass(frozen=True, slots=True)
class NameServer:
    """A recursive name server. ``trusted`` where its AD bit counts: configured, or on this machine."""

    host: str
    port: int = PORT
    trusted: bool = False

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORT else f"{host}:{self.port}"


Exchange = Callable[[dns.message.QueryMessage, NameServer], Awaitable[dns.message.Message]]
"""Sends one question and gives back the answer to it; raises LookupFailed, is cancelled when time is over."""


def query_for(name: str, kind: str) -> dns.message.QueryMessage:
    """A question that asks for the AD bit (RFC 6840 §5.7) and takes what fits one packet."""
    query = dns.message.make_query(name + ".", kind, use_edns=0, payload=PAYLOAD)
    query.flags |= dns.flags.AD
    return query


async def ask(query: dns.message.QueryMessage, server: NameServer) -> dns.message.Message:
    """Ask over UDP, and again over TCP where the answer was cut. Raises LookupFailed."""
    answer = await _ask_udp(query, server)
    return await ask_tcp(query, server) if answer.flags & dns.flags.TC else answer


class _Waiter(asyncio.DatagramProtocol):
    """Takes the first packet that answers the question and ignores all others."""

    def __init__(self, query: dns.message.QueryMessage, answer: asyncio.Future[dns.message.Message]) -> None:
        self._query = query
        self._answer = answer

    def datagram_received(self, data: bytes, _peer: object) -> None:
        if self._answer.done():
            return
        try:
            message = dns.message.from_wire(data, ignore_trailing=True, raise_on_truncation=False)
        except (dns.exception.DNSException, ValueError):
            return
        if self._query.is_response(message):
            self._answer.set_result(message)

    def error_received(self, error: Exception) -> None:
        if not self._answer.done():
            self._answer.set_exception(_unreachable(error))


async def _ask_udp(query: dns.message.QueryMessage, server: NameServer) -> dns.message.Message:
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[dns.message.Message] = loop.create_future()
    try:
        # A socket of its own for each question: a new source port each time, and no foreign packets.
        transport, _ = await loop.create_datagram_endpoint(
            lambda: _Waiter(query, answer), remote_addr=(server.host, server.port)
        )
    except OSError as error:
        raise _unreachable(error) from None
    try:
        transport.sendto(query.to_wire())
        return await answer
    finally:
        transport.close()


async def ask_tcp(query: dns.message.QueryMessage, server: NameServer) -> dns.message.Message:
    """Ask over TCP (RFC 7766). Raises LookupFailed."""
    try:
        reader, writer = await asyncio.open_connection(server.host, server.port)
    except OSError as error:
        raise _unreachable(error) from None
    try:
        wire = query.to_wire()
        writer.write(len(wire).to_bytes(2, "big") + wire)
        length = int.from_bytes(await reader.readexactly(2), "big")
        message = dns.message.from_wire(await reader.readexactly(length), ignore_trailing=True)
    except (OSError, asyncio.IncompleteReadError, dns.exception.DNSException, ValueError) as error:
        raise LookupFailed(f"The name server broke off over TCP ({type(error).__name__}).") from None
    finally:
        writer.close()
    if not query.is_response(message):
        raise LookupFailed("The name server answered another question over TCP.")
    return message


def over_https(url: str, post: Callable[[str, bytes, str], Awaitable[bytes]]) -> Exchange:
    """Ask over HTTPS (RFC 8484); ``post`` sends a body of a media type and gives back the answer's."""

    async def ask_https(query: dns.message.QueryMessage, _server: NameServer) -> dns.message.Message:
        query.id = 0  # so that caches on the way may help (RFC 8484 §4.1)
        try:
            body = await post(url, query.to_wire(), "application/dns-message")
            message = dns.message.from_wire(body, ignore_trailing=True)
        except (dns.exception.DNSException, ValueError) as error:
            raise LookupFailed(f"The DoH server's answer cannot be read ({type(error).__name__}).") from None
        if not query.is_response(message):
            raise LookupFailed("The DoH server answered another question.")
        return message

    return ask_https


def rcode_of(message: dns.message.Message) -> str:
    """The response code by name, such as SERVFAIL."""
    return dns.rcode.to_text(message.rcode())


def is_loopback(host: str) -> bool:
    """Whether the name server runs on this machine."""
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False


def _unreachable(error: Exception) -> LookupFailed:
    reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return LookupFailed(f"The name server cannot be reached: {reason.lower()}.", unreachable=True)
