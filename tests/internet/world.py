"""The simulated internet itself: what tests call."""

from __future__ import annotations

import asyncio
import ipaddress
import itertools
import os
import ssl
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tests.internet.addresses import Addresses, worker_name
from tests.internet.certificates import Authority
from tests.internet.fence import Fence
from tests.internet.knot import Knot, find_knotd
from tests.internet.mail import SERVICES, Greeter, MailServer
from tests.internet.names import NameServer
from tests.internet.sites import Site
from tests.internet.thread import LoopThread
from tests.internet.twists import TWISTS, honest
from tests.internet.unreachable import Dropping, Silent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from tests.internet.answers import Request, Route
    from tests.internet.certificates import Tls
    from tests.internet.issuing import Issuer
    from tests.internet.twists import Question, Twist

PUBLIC = "127.66.0.0/16"
"""Plays the public internet; a resolver under test must be told to allow it."""
PRIVATE = "127.77.0.0/16"
"""Plays somebody's own network, which strangers must not reach."""

WEB_PORTS = (80, 443)

_Running = Site | MailServer | Silent | Dropping | NameServer

_PRIVILEGED = Path("/proc/sys/net/ipv4/ip_unprivileged_port_start")
_LOWEST_PORT = 25


def unavailable() -> str:
    """Why there can be no simulated internet here, and what to do about it; empty where there can."""
    if find_knotd() is None:
        return "knotd is not installed (apt install knot)"
    if os.geteuid() != 0 and int(_PRIVILEGED.read_text()) > _LOWEST_PORT:
        return "ports below 1024 need root, or: unshare -Urn sh -c 'ip link set lo up && …'"
    return ""


class Internet:
    """DNS, web and mail servers on addresses of this machine; nothing leaves it."""

    def __init__(
        self,
        folder: Path,
        *,
        public: str = PUBLIC,
        private: str = PRIVATE,
        enter: Callable[[], None] | None = None,
    ) -> None:
        """Start with an empty DNS; ``enter`` is called first in the thread of the servers."""
        self.public = ipaddress.IPv4Network(public)
        self.private = ipaddress.IPv4Network(private)
        self._addresses, self._private_addresses = Addresses(public), Addresses(private)
        self._authority = Authority(folder)
        self._hosts: dict[str, str] = {}
        self._requests: dict[str, list[Request]] = {}
        self._running: list[_Running] = []
        self._numbers = itertools.count(1)
        self._fence = Fence()
        self._thread = LoopThread(enter)
        try:
            self._knot, self._front = self._thread.run(self._start(folder))
        except BaseException:
            self._thread.stop()
            raise

    async def _start(self, folder: Path) -> tuple[Knot, NameServer]:
        knot = Knot(folder, self._addresses.take())
        try:
            await knot.ready()
        except BaseException:
            knot.stop()
            raise
        front = NameServer(knot, self._addresses.take(), honest)
        await front.start()
        self._running.append(front)
        return knot, front

    def stop(self) -> None:
        """Stop every server, by its own pid or socket."""
        self._fence.take_down()
        self._thread.run(self._stop())
        self._thread.stop()

    async def _stop(self) -> None:
        for server in self._running:
            server.stop()
        self._knot.stop()
        self._addresses.close()
        self._private_addresses.close()

    @contextmanager
    def for_now(self) -> Iterator[None]:
        """Stop at the end what was started in here, so that a long run of tests needs few sockets."""
        before = len(self._running)
        try:
            yield
        finally:
            self._thread.run(self._stop_from(before))

    def replace_mail(self, server: MailServer, *services: str | Greeter) -> MailServer:
        """Stop the mail servers of a host, and run others there with a good certificate."""
        self._thread.run(self._stop_these([server]))
        return self.mail(server.host, *services)

    async def _stop_from(self, first: int) -> None:
        await self._stop_these(self._running[first:])

    async def _stop_these(self, servers: Sequence[_Running]) -> None:
        for _ in range(3):
            # A server that is closed while it accepts a connection leaves that one open for ever.
            await asyncio.sleep(0)
        for server in servers:
            server.stop()
            self._running.remove(server)

    # Names

    @property
    def dns(self) -> str:
        """The name server that answers truly, as "host:port"; it remembers what it is asked."""
        return self._front.address

    @property
    def direct_dns(self) -> str:
        """Knot itself, for measurements; knows what was added before this call."""
        self._thread.run(self._knot.tell())
        return f"{self._knot.host}:{self._knot.port}"

    def domain(self, suffix: str = "com") -> str:
        """A registrable domain that no other test has: one label below a public suffix."""
        return f"d{next(self._numbers)}-{worker_name()}.{suffix}"

    def zone(self, name: str, records: str) -> None:
        """Add records in zone-file syntax, relative to ``name``: "@ MX 10 mx", "_jmap._tcp SRV 0 1 443 j".

        Raises ValueError for NS and SOA records, and for a CNAME beside others; SyntaxError of dnspython.
        """
        self._thread.run(self._zone(name, records))

    async def _zone(self, name: str, records: str) -> None:
        self._knot.records.add(name, records)

    def unzone(self, name: str, kind: str | None = None) -> None:
        """Take away a name's records of one type, or all; names below it stay. Raises ValueError."""

        async def remove() -> None:
            self._knot.records.remove(name, kind)

        self._thread.run(remove())

    def name_server(self, twist: str | Twist, *, below: str = "", types: Sequence[str] = ()) -> NameServer:
        """Another name server, wrong in one way (see twists.TWISTS), about the names below one or all.

        ``.address`` is what a resolver takes, ``.questions`` what it was asked.
        """
        chosen = TWISTS[twist] if isinstance(twist, str) else twist

        async def start() -> NameServer:
            server = NameServer(self._knot, self._addresses.take(), chosen, below, types)
            await server.start()
            self._running.append(server)
            return server

        return self._thread.run(start())

    def no_name_server(self) -> str:
        """The "host:port" of a name server that does not run."""
        return f"{self._fresh()}:53"

    def questions(self, name: str = "") -> list[Question]:
        """What ``dns`` was asked about names at or below one, in order of arrival."""
        return self._front.asked(name)

    # Hosts

    def host(self, name: str, *, private: bool = False) -> str:
        """The IPv4 address of a host, which gets a fresh one and an A record at first mention."""
        return self._thread.run(self._host(name, private=private))

    async def _host(self, name: str, *, private: bool = False) -> str:
        if name not in self._hosts:
            if self._knot.records.has(name, "A"):
                raise ValueError(f"{name} has an address already, given by zone()")
            self._hosts[name] = (self._private_addresses if private else self._addresses).take()
            self._knot.records.add(name, f"@ A {self._hosts[name]}")
        return self._hosts[name]

    def _fresh(self) -> str:
        async def take() -> str:
            return self._addresses.take()

        return self._thread.run(take())

    @property
    def ca_file(self) -> str:
        """A PEM file with the authority behind every valid certificate, for ``SSL_CERT_FILE``."""
        return str(self._authority.file)

    def certificate(self, tls: Tls, *names: str) -> Path:
        """A PEM file with a key and its certificate, for servers that are programs."""
        return self._authority.file_for(tls, *names)

    @property
    def issuer(self) -> Issuer:
        """Makes certificates with one peculiarity each; a context of them can be a ``tls=``."""
        return self._authority.issuer

    @property
    def escapes(self) -> list[str]:
        """Addresses outside loopback ("host:port") that this process tried to reach, and could not."""
        return self._fence.tried

    def fence(self) -> None:
        """Let this process reach nothing but loopback addresses."""
        self._fence.raise_up()

    # Servers

    def site(
        self,
        host: str,
        routes: Mapping[str, Route],
        *,
        tls: Tls | ssl.SSLContext | None = "valid",
        names: Sequence[str] = (),
        private: bool = False,
    ) -> Site:
        """A web server: https on 443, http on 80 with ``tls=None``. Paths not in ``routes`` are 404.

        ``names`` are further names on the certificate, for CNAMEs that lead here; ``private`` puts the host
        where a guarded client must not go.
        """

        async def start() -> Site:
            context = self._context(tls, host, *names) if tls else None
            site = Site(routes, self._requests.setdefault(host, []), context)
            await site.start(await self._host(host, private=private), 443 if tls else 80)
            self._running.append(site)
            return site

        return self._thread.run(start())

    def _context(self, tls: Tls | ssl.SSLContext, *names: str) -> ssl.SSLContext:
        return tls if isinstance(tls, ssl.SSLContext) else self._authority.context(tls, *names)

    def requests(self, host: str) -> list[Request]:
        """What the sites of a host were asked, in order of arrival."""
        return list(self._requests.get(host, ()))

    def mail(self, host: str, *services: str | Greeter, tls: Tls | ssl.SSLContext = "valid") -> MailServer:
        """Mail servers that greet on the ports of the named services (see mail.SERVICES), or as told."""
        greeters = [SERVICES[service] if isinstance(service, str) else service for service in services]

        async def start() -> MailServer:
            server = MailServer(host, greeters, self._context(tls, host))
            await server.start(await self._host(host))
            self._running.append(server)
            return server

        return self._thread.run(start())

    def refusing(self, host: str) -> str:
        """A host where nothing listens: connections are refused. Returns its address."""
        return self.host(host)

    def silent(self, host: str, *ports: int) -> Silent:
        """A host that accepts connections (80 and 443, or the given ports) and never speaks."""

        async def start() -> Silent:
            silent = Silent()
            for port in ports or WEB_PORTS:
                await silent.start(await self._host(host), port)
            self._running.append(silent)
            return silent

        return self._thread.run(start())

    def dropping(self, host: str, *ports: int) -> None:
        """A host whose packets get lost: connections to 80 and 443, or the given ports, only time out."""

        async def start() -> None:
            address = await self._host(host)
            self._running.extend([Dropping(address, port) for port in ports or WEB_PORTS])

        self._thread.run(start())
