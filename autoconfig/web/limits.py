"""How often one client may ask about strangers.

Our own and not Flask-Limiter: this counts for all workers without a server, survives a dead Redis, and takes
an IPv6 customer for the one client that a /64 is.
"""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from autoconfig.settings import RateLimit
    from autoconfig.web.strangers.cache import Cache
    from autoconfig.web.strangers.service import Strangers

_IPV6_CUSTOMER = 64
"""Bits: what a provider gives one customer at least (RFC 6177 §2)."""


class RateLimiter:
    """Counts the questions of each client, from its first one on."""

    def __init__(
        self, cache: Cache, limit: RateLimit | None, count: Callable[[str], None] = lambda _event: None
    ) -> None:
        """``count`` is told of every question that is refused."""
        self._cache = cache
        self._limit = limit
        self._count = count

    def wait(self, address: str | None) -> int:
        """Count a question; the seconds after which the client may ask again, 0 where it may now."""
        if self._limit is None:
            return 0
        number, seconds_left = self._cache.count(f"rate/{client_of(address or '')}", self._limit.seconds)
        if number <= self._limit.requests:
            return 0
        self._count("rate_limited")
        return seconds_left


class Limited(NamedTuple):
    """What is said about strangers, and how often to one client."""

    strangers: Strangers
    limiter: RateLimiter


def client_of(address: str) -> str:
    """Who is meant by an address: itself, or the network of an IPv6 customer."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((found, _IPV6_CUSTOMER), strict=False))
