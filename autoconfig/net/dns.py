"""The DNS as the resolver sees it: names in, plain records out, kept as long as they may be.

Nothing there (NXDOMAIN, no such record) is an answer without records; no answer (SERVFAIL, REFUSED, lame,
silence) is LookupFailed. The two must never be mixed up: the first may be kept and believed.
"""

from __future__ import annotations

import asyncio
import math
import re
from collections import OrderedDict
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from autoconfig.errors import DomainError, LookupFailed
from autoconfig.net.answers import MAX_TTL, read
from autoconfig.net.guard import is_address
from autoconfig.net.trail import tell
from autoconfig.net.transport import PORT, NameServer, ask, ask_again, is_loopback
from autoconfig.net.wire import query_for

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Sequence

    from autoconfig.net.records import Answer
    from autoconfig.net.transport import Exchange

TRY_TIMEOUT = 1.2
"""Seconds until the next name server is asked."""
MAX_CNAMES = 8
"""How often a CNAME that leads out of an answer is asked for."""
FAILURE_TTL = 2.0
"""Seconds for which a failure is remembered: the parts of one resolution ask alike."""
KEPT_ANSWERS = 50_000
MAX_SYSTEM_SERVERS = 3
"""As many as the C library asks."""

_WITH_PORT = re.compile(r"([^:]+|\[.+\]):([0-9]{1,5})")


class Dns:
    """Asks recursive name servers, keeps answers by their TTL, joins equal questions. One event loop only."""

    def __init__(
        self,
        servers: Sequence[NameServer],
        exchange: Exchange = ask,
        *,
        try_timeout: float = TRY_TIMEOUT,
        on_close: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self._servers = tuple(servers)
        self._rounds = (exchange, ask_again if exchange is ask else exchange)
        self._try_timeout = try_timeout
        self._on_close = on_close
        self._kept: OrderedDict[tuple[str, str], tuple[float, Answer | LookupFailed]] = OrderedDict()
        self._asking: dict[tuple[str, str], asyncio.Future[Answer]] = {}
        self._ahead: set[asyncio.Future[Answer]] = set()
        self.heard_at = -math.inf
        """When a name server last gave a usable answer, on the event loop's clock."""

    def ask_ahead(self, questions: Iterable[tuple[str, str]]) -> None:
        """Send questions that will be asked in a moment: their answers travel while we think."""
        for key in questions:
            if self._known(key) is None and key not in self._asking:
                task = asyncio.ensure_future(self._answer(*key))
                self._ahead.add(task)
                task.add_done_callback(self._ahead.discard)
                task.add_done_callback(_seen)

    async def look_up(self, name: str, kind: str) -> Answer:
        """The records of one type (A, AAAA, MX, SRV, TXT). Raises LookupFailed."""
        target, started = f"{kind} {name}", asyncio.get_running_loop().time()
        try:
            kept = self.kept(name, kind)
            answer = kept or await self._answer(name, kind)
        except LookupFailed as error:
            tell(target, "failed", str(error), started)
            raise
        except asyncio.CancelledError:
            tell(target, "failed", "given up", started)
            raise
        outcome = "found" if answer.records else "nothing"
        tell(target, outcome, _described(answer), started, kept=kept is not None)
        return answer

    def kept(self, name: str, kind: str) -> Answer | None:
        """The answer if it lies ready; nothing is asked. Raises LookupFailed where that is remembered."""
        known = self._known((name, kind))
        if isinstance(known, LookupFailed):
            raise known
        return known

    def _known(self, key: tuple[str, str]) -> Answer | LookupFailed | None:
        found = self._kept.get(key)
        return found[1] if found is not None and found[0] > asyncio.get_running_loop().time() else None

    async def _answer(self, name: str, kind: str) -> Answer:
        key = (name, kind)
        kept = self.kept(name, kind)
        if kept is not None:
            return kept
        while (asking := self._asking.get(key)) is not None:
            try:
                return await asyncio.shield(asking)
            except _GivenUp:
                continue
        return await self._asked_for_all(key)

    async def _asked_for_all(self, key: tuple[str, str]) -> Answer:
        """Ask, and let everybody who wants to know the same meanwhile have the answer."""
        loop = asyncio.get_running_loop()
        self._asking[key] = waiting = loop.create_future()
        waiting.add_done_callback(_seen)
        try:
            answer = await self._asked(*key)
        except LookupFailed as error:
            self._keep(key, error, FAILURE_TTL)
            waiting.set_exception(error)
            raise
        except BaseException:
            # Whoever asked first has given up; one of those who wait asks again.
            waiting.set_exception(_GivenUp())
            raise
        else:
            self.heard_at = loop.time()
            self._keep(key, answer, answer.ttl)
            waiting.set_result(answer)
            return answer
        finally:
            del self._asking[key]

    def _keep(self, key: tuple[str, str], answer: Answer | LookupFailed, ttl: float) -> None:
        self._kept[key] = (asyncio.get_running_loop().time() + ttl, answer)
        self._kept.move_to_end(key)
        if len(self._kept) > KEPT_ANSWERS:
            self._kept.popitem(last=False)

    async def _asked(self, name: str, kind: str) -> Answer:
        """Ask and follow CNAMEs, also where the name server does not."""
        here, ttl, authenticated = name, MAX_TTL, True
        for _ in range(MAX_CNAMES + 1):
            answer = await self._exchanged(here, kind)
            authenticated = authenticated and answer.authenticated
            ttl = min(ttl, answer.ttl)
            if answer.records or answer.absent:
                return replace(answer, name=name, authenticated=authenticated, ttl=ttl)
            here = answer.canonical
        raise LookupFailed(f"{name} leads through more than {MAX_CNAMES} CNAME records.")

    async def _exchanged(self, name: str, kind: str) -> Answer:
        """The first usable answer of the name servers in their order."""
        if not self._servers:
            raise LookupFailed("There is no name server to ask.", unreachable=True)
        try:
            query = query_for(name, kind)
        except ValueError as error:
            raise LookupFailed(f"{name[:80]!r} cannot be asked for.") from error
        spoken: LookupFailed | None = None
        waiting = self._servers
        for exchange in self._rounds:
            silent = []
            for server in waiting:
                try:
                    async with asyncio.timeout(self._try_timeout):
                        message = await exchange(query, server)
                    return read(query, message, server)
                except TimeoutError:
                    failure = LookupFailed(f"The name server {server} is silent.", unreachable=True)
                except LookupFailed as error:
                    failure = error
                if failure.unreachable:
                    silent.append(server)
                else:
                    spoken = failure
            waiting = tuple(silent)  # one that has spoken would say the same again
        raise spoken or failure

    async def aclose(self) -> None:
        """Close what the exchange keeps open."""
        if self._on_close is not None:
            await self._on_close()


class _GivenUp(Exception):
    """Whoever asked was cancelled before the answer came."""


def _seen(waiting: asyncio.Future[Answer]) -> None:
    """Look at the exception, so that asyncio does not complain where nobody else waited."""
    if not waiting.cancelled():
        waiting.exception()


def _described(answer: Answer) -> str:
    if not answer.records:
        return answer.absent or "nothing"
    count = len(answer.records)
    return f"{count} record{'s' if count > 1 else ''}{', DNSSEC' if answer.authenticated else ''}"


def open_dns(name_servers: Sequence[str] = (), doh_url: str | None = None) -> Dns:
    """The DNS through a DoH server, else the name servers given, else those of the machine.

    Raises DomainError for what is no name server.
    """
    if doh_url is not None:
        from autoconfig.net.doh import Doh

        doh = Doh(doh_url)
        return Dns((NameServer(doh_url, trusted=True),), doh, on_close=doh.aclose)
    return Dns(tuple(name_server(text) for text in name_servers) or system_name_servers())


def system_name_servers(path: Path = Path("/etc/resolv.conf")) -> tuple[NameServer, ...]:
    """The name servers of the machine; only one on the machine itself is trusted with DNSSEC."""
    try:
        lines = path.read_text("utf-8", "replace").splitlines()
    except OSError:
        return ()
    hosts = [words[1] for line in lines if len(words := line.split()) >= 2 and words[0] == "nameserver"]
    found = [host for host in hosts if is_address(host)]
    return tuple(NameServer(host, trusted=is_loopback(host)) for host in found[:MAX_SYSTEM_SERVERS])


def name_server(text: str) -> NameServer:
    """Read ``192.0.2.1``, ``192.0.2.1:5353``, ``[2001:db8::1]:53``; what is configured is trusted.

    Raises DomainError.
    """
    host, port = text, str(PORT)
    if found := _WITH_PORT.fullmatch(text):
        host, port = found.groups()
    if host.startswith("[") and host.endswith("]"):
        host = host[1:-1]
    if not is_address(host) or not 1 <= int(port) <= 65535:
        raise DomainError(f"{text!r} is not a name server such as 192.0.2.1 or 127.0.0.1:5353.")
    return NameServer(host, int(port), trusted=True)
