"""TCP connections to strangers: names resolved by our own DNS, every address checked, the connection pinned.

What is checked is what is connected to: no second look-up comes between (DNS rebinding).
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

import httpcore2

from autoconfig.errors import FetchFailed

if TYPE_CHECKING:
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
        self._kinds = ("AAAA", "A") if (_has_ipv6_route() if ipv6 is None else ipv6) else ("A",)

    async def addresses(self, host: str) -> tuple[str, ...]:
        """The addresses of a host, IPv6 first. Raises NoSuchHost, FetchFailed, LookupFailed."""
        found = (host,) if _is_address(host) else await self._resolved(host)
        refusals = {address: self._guard.refusal(address) for address in found}
        allowed = tuple(address for address, refusal in refusals.items() if not refusal)
        if not allowed:
            address, refusal = next(iter(refusals.items()))
            raise FetchFailed(f"{host} has the address {address} ({refusal}), which is not asked.")
        return allowed[:MAX_ADDRESSES]

    async def _resolved(self, host: str) -> tuple[str, ...]:
        answers: list[Answer | BaseException] = []
        ready = [self._dns.kept(host, kind) for kind in self._kinds]
        if None not in ready:
            answers += [answer for answer in ready if answer is not None]
        else:
            looks = (self._dns.look_up(host, kind) for kind in self._kinds)
            answers += await asyncio.gather(*looks, return_exceptions=True)
        failures = [answer for answer in answers if isinstance(answer, BaseException)]
        given = [answer for answer in answers if not isinstance(answer, BaseException)]
        found = tuple(record for answer in given for record in answer.records if isinstance(record, str))
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

        return await first_of([connection_to(address) for address in addresses])

    async def sleep(self, seconds: float) -> None:
        """Wait, in seconds."""
        await asyncio.sleep(seconds)


async def first_of(starts: Sequence[Callable[[], Awaitable[Value]]], stagger: float = STAGGER) -> Value:
    """The first to succeed; the next starts when the last one failed or after ``stagger`` seconds.

    The others are cancelled. Raises what the first one raised where all fail.
    """
    if len(starts) == 1:
        return await starts[0]()
    waiting = list(starts)
    running: set[asyncio.Future[Value]] = set()
    failures: list[BaseException] = []
    try:
        while waiting or running:
            if waiting:
                running.add(asyncio.ensure_future(waiting.pop(0)()))
            done, running = await asyncio.wait(
                running, timeout=stagger if waiting else None, return_when=asyncio.FIRST_COMPLETED
            )
            for future in done:
                error = future.exception()
                if error is None:
                    return future.result()
                failures.append(error)
    finally:
        for future in running:
            future.cancel()
        await asyncio.gather(*running, return_exceptions=True)
    raise failures[0]


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _has_ipv6_route() -> bool:
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as probe:
            probe.connect(_ROUTE_PROBE)
    except OSError:
        return False
    return True
