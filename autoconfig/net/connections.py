"""TCP connections to strangers: names resolved by our own DNS, every address checked, the connection pinned.

What is checked is what is connected to: no second look-up comes between (DNS rebinding).
"""

from __future__ import annotations

import asyncio
import itertools
import socket
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import httpcore2

from autoconfig.errors import FetchFailed
from autoconfig.net.guard import is_address
from autoconfig.net.reasons import NotAllowed

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterable

    from autoconfig.net.dns import Dns
    from autoconfig.net.guard import Guard
    from autoconfig.net.records import Answer

Value = TypeVar("Value")

STAGGER = 0.25
"""Seconds until the next address of a host is tried beside the first (RFC 8305 §5)."""
MAX_ADDRESSES = 4

_ROUTE_PROBE = ("2001:4860:4860::8888", 53)
"""Only the kernel's routing table is asked; no packet is sent."""


class NoSuchHost(FetchFailed):
    """The DNS says that the host does not exist: nothing there, rather than something broken."""


class Connector:
    """Finds the addresses of a host that may be connected to."""

    def __init__(self, dns: Dns, guard: Guard, *, ipv6: bool | None = None) -> None:
        self._dns = dns
        self._guard = guard
        self.kinds = ("AAAA", "A") if (_has_ipv6_route() if ipv6 is None else ipv6) else ("A",)

    async def addresses(self, host: str) -> tuple[str, ...]:
        """The addresses of a host, IPv6 first. Raises NoSuchHost, FetchFailed, LookupFailed."""
        found = (host,) if is_address(host) else await self._resolved(host)
        refusals = {address: self._guard.refusal(address) for address in found}
        allowed = tuple(address for address, refusal in refusals.items() if not refusal)
        if not allowed:
            address, refusal = next(iter(refusals.items()))
            raise NotAllowed(f"{host} has the address {address} ({refusal}), which is not asked.")
        return allowed[:MAX_ADDRESSES]

    async def _resolved(self, host: str) -> tuple[str, ...]:
        answers: list[Answer | BaseException] = []
        ready = [self._dns.kept(host, kind) for kind in self.kinds]
        if None not in ready:
            answers += [answer for answer in ready if answer is not None]
        else:
            looks = (self._dns.look_up(host, kind) for kind in self.kinds)
            answers += await asyncio.gather(*looks, return_exceptions=True)
        failures = [answer for answer in answers if isinstance(answer, BaseException)]
        given = [answer for answer in answers if not isinstance(answer, BaseException)]
        # One of each kind in turn, so that many IPv6 addresses leave room for IPv4 (RFC 8305 §4).
        turns = itertools.zip_longest(*(answer.records for answer in given))
        found = tuple(record for turn in turns for record in turn if isinstance(record, str))
        if not found and failures:
            raise failures[0]
        if not found:
            raise NoSuchHost(f"{host} does not exist in the DNS ({given[0].absent or 'no address'}).")
        return found


class PinnedBackend(httpcore2.AsyncNetworkBackend):
    """The network under an HTTP pool: connects to checked addresses only."""

    def __init__(self, connector: Connector) -> None:
        self._connector = connector
        self._plain = httpcore2.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        """Connect to the first address that answers; the next is tried beside it after a moment."""
        addresses = await self._connector.addresses(host)

        def connection_to(address: str) -> Callable[[], Awaitable[httpcore2.AsyncNetworkStream]]:
            return lambda: self._plain.connect_tcp(address, port, timeout, local_address, socket_options)

        starts = [connection_to(address) for address in addresses]
        return _Closing(await first_of(starts, unused=lambda stream: stream.aclose()))

    async def sleep(self, seconds: float) -> None:
        """Wait, in seconds."""
        await asyncio.sleep(seconds)


class _Closing(httpcore2.AsyncNetworkStream):
    """A connection that is closed when the TLS handshake on it is given up; httpcore2 leaves it open.

    Otherwise every host that accepts and then says nothing keeps a socket of ours for as long as it likes.
    """

    def __init__(self, stream: httpcore2.AsyncNetworkStream) -> None:
        self._stream = stream

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.AsyncNetworkStream:
        """Encrypt the connection from here on."""
        try:
            return await self._stream.start_tls(ssl_context, server_hostname, timeout)
        except BaseException:
            await self._stream.aclose()
            raise

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Some bytes, b"" at the end."""
        return await self._stream.read(max_bytes, timeout)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send all of it."""
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        """Close the connection."""
        await self._stream.aclose()

    def get_extra_info(self, info: str) -> Any:
        """What httpcore2 wants to know about the socket."""
        return self._stream.get_extra_info(info)


async def first_of(
    starts: Sequence[Callable[[], Awaitable[Value]]],
    stagger: float = STAGGER,
    *,
    unused: Callable[[Value], Awaitable[None]] | None = None,
) -> Value:
    """The first to succeed; the next starts when one failed or after ``stagger`` seconds.

    The others are cancelled; what one of them has by then is given to ``unused``. Raises what the first one
    raised where all fail.
    """
    if len(starts) == 1:
        return await starts[0]()
    waiting = list(starts)
    started: list[asyncio.Future[Value]] = []
    winner: asyncio.Future[Value] | None = None
    try:
        while winner is None and (waiting or not all(future.done() for future in started)):
            if waiting:
                started.append(asyncio.ensure_future(waiting.pop(0)()))
            running = [future for future in started if not future.done()]
            await asyncio.wait(
                running, timeout=stagger if waiting else None, return_when=asyncio.FIRST_COMPLETED
            )
            winner = next((future for future in started if _succeeded(future)), None)
    finally:
        for future in started:
            future.cancel()
        await asyncio.gather(*started, return_exceptions=True)
        for future in started:
            if unused is not None and future is not winner and _succeeded(future):
                await unused(future.result())
    return (winner or started[0]).result()


def _succeeded(future: asyncio.Future[Value]) -> bool:
    return future.done() and not future.cancelled() and future.exception() is None


def _has_ipv6_route() -> bool:
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as probe:
            probe.connect(_ROUTE_PROBE)
    except OSError:
        return False
    return True
