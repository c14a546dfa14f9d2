"""One visit at a mail domain: every question is asked once, however many programs want to know the answer."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from autoconfig.doctor.heard import Heard
from autoconfig.errors import LookupFailed, NetworkError
from autoconfig.net.records import Answer

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Hashable

    from autoconfig.model import EmailAddress, ServerType, SocketType
    from autoconfig.net.dns import Dns
    from autoconfig.net.http import Http
    from autoconfig.net.mail import MailGreeter

Value = TypeVar("Value")

TIMEOUT = 12.0
"""Seconds for one answer. Some programs wait longer; what takes this long is slow for all of them."""
REQUESTS_AT_ONCE = 24
GREETINGS_AT_ONCE = 6

Headers = tuple[tuple[str, str], ...]


@dataclass(slots=True)
class Visit:
    """Whom is asked about which mailbox, and what was answered so far. One event loop only."""

    mailbox: EmailAddress
    dns: Dns
    http: Http
    mail: MailGreeter | None = None
    """None where no mail server is to be connected to."""
    answers: list[Heard] = field(default_factory=list)
    """Every request so far, in no particular order."""
    _known: dict[Hashable, asyncio.Future[Any]] = field(default_factory=dict)
    _web: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(REQUESTS_AT_ONCE))
    _servers: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(GREETINGS_AT_ONCE))

    async def heard(
        self, method: str, url: str, headers: Headers, body: bytes | None = None, *, any_name: bool = False
    ) -> Heard:
        """What a web server says to a request with these headers."""
        key = (method, url, headers, body, any_name)
        return await self._once(key, lambda: self._asked(method, url, headers, body, any_name=any_name))

    async def records(self, name: str, kind: str) -> Answer:
        """The records of a name; where the DNS gives no answer, none, with the reason in ``absent``."""
        try:
            return await self.dns.look_up(name, kind)
        except LookupFailed as error:
            return Answer(name=name, kind=kind, absent=str(error))

    async def has_address(self, host: str) -> bool:
        """Whether a host has an address."""
        found = await asyncio.gather(*(self.records(host, kind) for kind in ("A", "AAAA")))
        return any(answer.records for answer in found)

    async def greets(self, server_type: ServerType, host: str, port: int, socket_type: SocketType) -> bool:
        """Whether a mail server of that type is there, with TLS and a certificate of its name."""
        if self.mail is None:
            return False
        mail = self.mail

        async def greeted() -> bool:
            try:
                async with self._servers:
                    await mail.greet(host, port, server_type, socket_type)
            except NetworkError:
                return False
            return True

        return await self._once((server_type, host, port, socket_type), greeted)

    async def _asked(
        self, method: str, url: str, headers: Headers, body: bytes | None, *, any_name: bool
    ) -> Heard:
        loop = asyncio.get_running_loop()
        async with self._web:
            started = loop.time()
            try:
                fetched = await self.http.send(method, url, headers, body, any_name=any_name)
                heard = Heard(url=url, fetched=fetched, elapsed=loop.time() - started)
            except NetworkError as error:
                heard = Heard(url=url, error=error, elapsed=loop.time() - started)
        self.answers.append(heard)
        return heard

    async def _once(self, key: Hashable, ask: Callable[[], Awaitable[Value]]) -> Value:
        waiting = self._known.get(key)
        if waiting is None:
            waiting = self._known[key] = asyncio.ensure_future(ask())
        # Shielded: one program that gives up must not take the answer away from the others.
        found: Value = await asyncio.shield(waiting)
        return found

    async def leave(self) -> None:
        """Let nothing go on that nobody waits for."""
        for waiting in self._known.values():
            waiting.cancel()
        await asyncio.gather(*self._known.values(), return_exceptions=True)
