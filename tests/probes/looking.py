"""Looking at servers of the simulated internet, as `providers verify` does."""

from __future__ import annotations

import asyncio
import ipaddress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from autoconfig.model import Authentication, ServerType, SocketType, TcpServer, UrlServer
from autoconfig.net.guard import Guard
from autoconfig.probes import Prober
from tests.internet.mail import SERVICES, Greeter

if TYPE_CHECKING:
    from autoconfig.model import AnyServer
    from autoconfig.probes import ServerReport
    from tests.internet import Internet
    from tests.internet.certificates import Tls

NO_ROUTE = "127.255.255.255"
"""An address of this machine's own network that no connection leads to."""

PASSWORD = Authentication.PASSWORD_CLEARTEXT


def greeter(service: str, **wrong: Any) -> Greeter:
    """A service as it should be, but for what is given."""
    return replace(SERVICES[service], **wrong)


def published(host: str, service: str | Greeter, *authentication: Authentication, **other: Any) -> TcpServer:
    """A service as it would be published."""
    speaker = SERVICES[service] if isinstance(service, str) else service
    security = {"tls": SocketType.SSL, "starttls": SocketType.STARTTLS, "plain": SocketType.PLAIN}
    server = TcpServer(
        type=ServerType(speaker.protocol),
        hostname=host,
        port=speaker.port,
        socket_type=security[speaker.security],
        authentication=authentication or (PASSWORD,),
        username="%EMAILADDRESS%",
    )
    return replace(server, **other)


def url(server_type: ServerType, place: str, *authentication: Authentication) -> UrlServer:
    """A service on the web as it would be published."""
    ways = authentication or (Authentication.HTTP_BASIC,)
    return UrlServer(type=server_type, url=place, authentication=ways, username="%EMAILADDRESS%")


class Looking:
    """Makes a prober, looks once, and sees that nothing outside was tried."""

    def __init__(self, internet: Internet, host: str) -> None:
        self.internet = internet
        self.host = host

    def serve(self, *services: str | Greeter, tls: Tls = "valid", host: str | None = None) -> Any:
        """Mail servers on the host."""
        return self.internet.mail(host or self.host, *services, tls=tls)

    def at(self, *servers: AnyServer, own: bool = True, **options: Any) -> list[ServerReport]:
        """The reports on servers, looked at by one prober at once."""
        given = {"name_servers": [self.internet.dns], "ipv6": False, **options}

        async def run() -> list[ServerReport]:
            guard = Guard(allowed=(self.internet.public, *map(ipaddress.ip_network, ("::1", NO_ROUTE))))
            async with Prober.open(guard=guard, own=own, **given) as prober:
                return list(await asyncio.gather(*map(prober.probe, servers)))

        tried = len(self.internet.escapes)
        try:
            return asyncio.run(run())
        finally:
            assert self.internet.escapes[tried:] == []

    def report(
        self, server: AnyServer | str | Greeter, *authentication: Authentication, **options: Any
    ) -> ServerReport:
        """The report on one server; a service stands for itself as it would be published."""
        if isinstance(server, str | Greeter):
            server = published(self.host, server, *authentication)
        (report,) = self.at(server, **options)
        return report

    def codes(
        self, server: AnyServer | str | Greeter, *authentication: Authentication, **options: Any
    ) -> list[str]:
        """The codes of everything found."""
        return [finding.code for finding in self.report(server, *authentication, **options).findings]
