"""Resolutions as the resolver would give them, and a resolver that gives them without asking anybody."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Self

from autoconfig.model import (
    Authentication,
    Documentation,
    EmailAddress,
    Provider,
    ServerType,
    SocketType,
    TcpServer,
    UrlServer,
)
from autoconfig.resolver import Resolution
from autoconfig.resolver.outcome import Trust
from autoconfig.resolver.resolution import Asked, ServerFound

if TYPE_CHECKING:
    from collections.abc import Callable

    from autoconfig.model import AnyServer
    from autoconfig.resolver import Options

ADDRESS = EmailAddress.parse("ada@example.com")


def tcp(
    server_type: ServerType = ServerType.IMAP,
    hostname: str = "imap.example.com",
    port: int = 993,
    socket_type: SocketType = SocketType.SSL,
    *authentication: Authentication,
    username: str | None = "ada@example.com",
) -> TcpServer:
    """A server by host."""
    return TcpServer(
        type=server_type,
        hostname=hostname,
        port=port,
        socket_type=socket_type,
        authentication=authentication or (Authentication.PASSWORD_CLEARTEXT,),
        username=username,
    )


SMTP = tcp(ServerType.SMTP, "smtp.example.com", 587, SocketType.STARTTLS)


def dav(url: str = "https://dav.example.com/dav/") -> UrlServer:
    """A calendar server."""
    return UrlServer(
        type=ServerType.CALDAV,
        url=url,
        authentication=(Authentication.HTTP_BASIC,),
        username="ada@example.com",
    )


def found(
    *incoming: AnyServer,
    outgoing: tuple[AnyServer, ...] = (SMTP,),
    other: tuple[AnyServer, ...] = (),
    address: EmailAddress = ADDRESS,
    name: str = "Example Mail",
    method: str = "isp",
    trust: Trust = Trust.HTTPS,
    **more: Any,
) -> Resolution:
    """Settings that one method found."""
    incoming = incoming or (tcp(),)
    provider = Provider(
        id=address.domain,
        display_name=name,
        short_name=name,
        domains=(address.domain,),
        incoming=incoming,
        outgoing=outgoing,
        other=other,
        documentation=(Documentation(url="https://example.com/help"),),
    )
    source = f"https://autoconfig.{address.domain}/mail/config-v1.1.xml?emailaddress={address}"
    resolution = Resolution(
        address=address,
        provider=provider,
        method=method,
        source=source,
        trust=trust,
        elapsed_ms=84,
        incoming=by(method, trust, *incoming),
        outgoing=by(method, trust, *outgoing),
        other=by(method, trust, *other),
        trace=(asked("isp", source),),
    )
    return replace(resolution, **more)


def by(method: str, trust: Trust, *servers: AnyServer) -> tuple[ServerFound, ...]:
    """Servers and who named them."""
    return tuple(ServerFound(server=server, method=method, trust=trust) for server in servers)


def nothing(address: EmailAddress = ADDRESS, **more: Any) -> Resolution:
    """Nobody has settings."""
    reason = f"No settings were found for {address.domain}."
    return replace(Resolution(address=address, reason=reason), **more)


def asked(
    method: str,
    target: str,
    outcome: str = "found",
    started_ms: int = 0,
    elapsed_ms: int = 80,
    detail: str = "",
) -> Asked:
    """One line of a trace."""
    return Asked(
        method=method,
        target=target,
        outcome=outcome,
        detail=detail,
        started_ms=started_ms,
        elapsed_ms=elapsed_ms,
    )


@dataclass
class FakeResolver:
    """Gives what ``answer`` makes of an address, after ``delay`` seconds; remembers how it was asked."""

    answer: Callable[[EmailAddress], Resolution] = field(default=lambda address: found(address=address))
    delay: Callable[[EmailAddress], float] = field(default=lambda _address: 0)
    opened_with: dict[str, Any] = field(default_factory=dict)
    options: Options | None = None
    addresses: list[EmailAddress] = field(default_factory=list)
    running: int = 0
    most_running: int = 0

    def open(self, **options: Any) -> Self:
        self.opened_with = options
        return self

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_exception: object) -> None:
        pass

    async def resolve(
        self, address: EmailAddress, options: Options | None = None, *, watcher: object = None
    ) -> Resolution:
        self.addresses.append(address)
        self.options = options
        self.running += 1
        self.most_running = max(self.most_running, self.running)
        try:
            await asyncio.sleep(self.delay(address))
            return self.answer(address)
        finally:
            self.running -= 1
