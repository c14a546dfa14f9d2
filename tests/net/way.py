"""Asking strangers of the simulated internet as the resolver does."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import pytest

from autoconfig.errors import FetchFailed, NetworkError
from autoconfig.net.connections import Connector
from autoconfig.net.dns import Dns, name_server
from autoconfig.net.fetched import Fetched
from autoconfig.net.guard import Guard
from autoconfig.net.http import Http
from autoconfig.net.mail import MailGreeter

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from autoconfig.model import ServerType, SocketType
    from autoconfig.net.records import Answer
    from tests.internet import Internet
    from tests.internet.names import Query, Twist

Value = TypeVar("Value")

SECONDS = 20.0
"""For one document, greeting or DNS question; nothing good takes so long, however busy the machine is."""


def in_order(name: str, *addresses: str) -> Twist:
    """A name server that gives the addresses of a host in this order; the rest is true."""

    async def twist(query: Query) -> bytes | None:
        if (query.question.name, query.question.type) != (name, "A"):
            return await query.forward()
        return query.reply(records="\n".join(f"{name}. 60 IN A {address}" for address in addresses))

    return twist


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """Everything of ``net`` on one event loop."""

    dns: Dns
    connector: Connector
    http: Http
    mail: MailGreeter


class Way:
    """Opens what a test needs, uses it once, closes it, and sees that nothing outside was tried."""

    def __init__(self, internet: Internet) -> None:
        self._internet = internet

    def run(
        self,
        use: Callable[[Opened], Awaitable[Value]],
        *,
        name_servers: Sequence[str] = (),
        guard: Guard | None = None,
        try_timeout: float = SECONDS,
        timeout: float = SECONDS,
        **http_options: Any,
    ) -> Value:
        """Use it on an event loop of its own; only ``internet.public`` may be connected to by default."""

        async def run() -> Value:
            servers = [name_server(text) for text in name_servers or (self._internet.dns,)]
            dns = Dns(servers, try_timeout=try_timeout)
            connector = Connector(dns, guard or Guard(allowed=(self._internet.public,)), ipv6=False)
            http = Http(connector, timeout=timeout, **http_options)
            mail = MailGreeter(connector, timeout=timeout)
            try:
                return await use(Opened(dns=dns, connector=connector, http=http, mail=mail))
            finally:
                await dns.aclose()
                await http.aclose()

        tried = len(self._internet.escapes)
        try:
            return asyncio.run(run())
        finally:
            assert self._internet.escapes[tried:] == []

    def look_up(self, name: str, kind: str, *name_servers: str, **options: Any) -> Answer:
        """The answer of the DNS."""
        return self.run(lambda net: net.dns.look_up(name, kind), name_servers=name_servers, **options)

    def get(self, url: str, *, follow: bool = True, plain: bool = False, **options: Any) -> Fetched:
        """The document at a URL."""
        return self.run(lambda net: net.http.get(url, follow=follow, plain=plain), **options)

    def failure(self, url: str, *, plain: bool = False, **options: Any) -> FetchFailed:
        """Why the document at a URL cannot be had."""
        with pytest.raises(FetchFailed) as caught:
            self.get(url, plain=plain, **options)
        return caught.value

    def greet(self, host: str, port: int, kind: ServerType, socket: SocketType, **options: Any) -> None:
        """Be greeted by a mail server."""
        self.run(lambda net: net.mail.greet(host, port, kind, socket), **options)

    def no_greeting(
        self, host: str, port: int, kind: ServerType, socket: SocketType, **options: Any
    ) -> NetworkError:
        """Why there is no greeting."""
        with pytest.raises(NetworkError) as caught:
            self.greet(host, port, kind, socket, **options)
        return caught.value
