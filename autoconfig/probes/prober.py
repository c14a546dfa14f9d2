"""Server to report: bounded in time, many at once, and polite to strangers."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Self

from autoconfig.model import TcpServer
from autoconfig.model.placeholders import PATTERN
from autoconfig.net.connections import Connector
from autoconfig.net.dns import open_dns
from autoconfig.net.guard import Guard
from autoconfig.net.http import Http
from autoconfig.net.mail import SESSIONS
from autoconfig.probes import names
from autoconfig.probes.facts import TcpFacts, UrlFacts
from autoconfig.probes.findings import found
from autoconfig.probes.judgement import judge
from autoconfig.probes.mail import look_at_mail
from autoconfig.probes.pacer import INTERVAL, Pacer
from autoconfig.probes.report import ServerReport
from autoconfig.probes.tools import LIMIT, STEP, Tools
from autoconfig.probes.web import UrlProbe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from autoconfig.model import AnyServer
    from autoconfig.probes.facts import Facts

logger = logging.getLogger(__name__)

JOBS = 20
"""Servers looked at at once."""

_Key = tuple[object, ...]


class Prober:
    """Looks at servers. One event loop only; use it as an async context manager, or close it.

    Each server is looked at once: what was seen is kept, and held against whatever is published of it. Make a
    new prober to look again.
    """

    def __init__(self, tools: Tools, *, jobs: int = JOBS) -> None:
        self._tools = tools
        self._free = asyncio.Semaphore(jobs)
        self._looks: dict[_Key, asyncio.Task[Facts]] = {}

    @classmethod
    def open(
        cls,
        *,
        name_servers: Sequence[str] = (),
        doh_url: str | None = None,
        allow_private_networks: bool = False,
        own: bool = False,
        guard: Guard | None = None,
        ipv6: bool | None = None,
        jobs: int = JOBS,
        step: float = STEP,
        limit: float = LIMIT,
    ) -> Self:
        """Make one with the machine's name servers, or those given. Raises DomainError for a wrong one.

        ``own`` where the servers are one's own: no pauses between connections, and questions that a stranger
        might mind. ``step`` and ``limit`` are the seconds of one connection and of one server.
        """
        guard = Guard(allow_private=allow_private_networks) if guard is None else guard
        dns = open_dns(name_servers, doh_url)
        connector = Connector(dns, guard, ipv6=ipv6)
        tools = Tools(
            dns=dns,
            connector=connector,
            http=Http(connector, timeout=step),
            pacer=Pacer(0.0 if own else INTERVAL),
            own=own,
            step=step,
            limit=limit,
        )
        return cls(tools, jobs=jobs)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_exception: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Give up what still runs, and close connections."""
        for look in self._looks.values():
            look.cancel()
        await asyncio.gather(*self._looks.values(), return_exceptions=True)
        await self._tools.dns.aclose()
        await self._tools.http.aclose()

    async def probe(self, server: AnyServer) -> ServerReport:
        """The report on one server as it is published; never raises for what a server does."""
        reason = _unfit(server)
        if reason:
            return ServerReport(server=server, facts=None, findings=(found("not-probed", reason),))
        started = asyncio.get_running_loop().time()
        key = _key(server)
        fresh = key not in self._looks
        if fresh:
            self._looks[key] = asyncio.create_task(self._look(server))
        try:
            facts = await asyncio.shield(self._looks[key])
        except Exception as error:  # one server must not take the others down
            logger.exception("a look at a server failed")
            bug = found("not-probed", f"A bug here: {type(error).__name__}.")
            return ServerReport(server=server, facts=None, findings=(bug,))
        elapsed = asyncio.get_running_loop().time() - started if fresh else 0.0
        return ServerReport(server=server, facts=facts, findings=judge(server, facts), elapsed=elapsed)

    async def _look(self, server: AnyServer) -> Facts:
        async with self._free:
            tools = self._tools
            host = server.hostname if isinstance(server, TcpServer) else _host(server.url)
            facts, addresses = await names.look_up(tools.dns, tools.connector, host)
            if isinstance(server, TcpServer):
                if addresses:
                    return await look_at_mail(tools, server, facts, addresses)
                return TcpFacts(
                    type=server.type,
                    host=host,
                    port=server.port,
                    socket_type=server.socket_type,
                    names=facts,
                    at=tools.now(),
                )
            if addresses:
                return await UrlProbe(tools, server, facts, addresses).run()
            return UrlFacts(
                type=server.type, url=server.url, host=host, port=443, names=facts, at=tools.now()
            )


def _host(url: str) -> str:
    from urllib.parse import urlsplit

    return urlsplit(url).hostname or ""


def _key(server: AnyServer) -> _Key:
    """What is looked at, whatever is published of its logins."""
    if isinstance(server, TcpServer):
        return server.type, server.hostname, server.port, server.socket_type
    return server.type, server.url


def _unfit(server: AnyServer) -> str:
    """Why a server cannot be looked at; empty where it can."""
    place = server.hostname if isinstance(server, TcpServer) else server.url
    if PATTERN.search(place):
        return f"{place} is another server for each mailbox."
    if isinstance(server, TcpServer):
        return "" if server.type in SESSIONS else f"Servers of type {server.type} are not looked at."
    return "" if server.url.startswith(("https:", "http:")) else f"{place} is no web server."
