"""The resolver, on an event loop in a thread of its own: one for each process, shared by all its requests.

DNS answers and connections are kept between questions. Both are made when the first question comes, so after
the fork, and made anew in a process forked off later. Who asks for MX records alone never loads the resolver.
"""

from __future__ import annotations

import asyncio
import os
import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from autoconfig.model import EmailAddress
    from autoconfig.net.dns import Dns
    from autoconfig.net.records import Answer
    from autoconfig.resolver import Options, Resolution, Resolver
    from autoconfig.resolver.watcher import Watcher
    from autoconfig.settings import Settings
    from autoconfig.stores import Store

MARGIN = 3.0
"""Seconds beyond a resolution's own deadline after which it counts as lost."""
KEPT_WITHIN = 0.25
"""Seconds for which an answer of the DNS waits until it is kept."""


class ResolverThread:
    """Asks the resolver from any thread."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self._settings = settings
        self._store = store
        self._lock = threading.Lock()
        self._running: _Running | None = None

    def resolve(
        self,
        address: EmailAddress,
        *,
        deadline: float,
        methods: tuple[str, ...] = (),
        watcher: Watcher | None = None,
    ) -> Resolution:
        """Find the settings of an address within ``deadline`` seconds. Raises TimeoutError.

        ``watcher`` is called in the thread of the event loop.
        """
        from autoconfig.resolver import Options

        settings = self._settings
        chosen: dict[str, Any] = {"deadline": deadline, "methods": methods, "allow_http": settings.allow_http}
        if settings.ispdb_urls is not None:
            chosen["ispdb_urls"] = settings.ispdb_urls
        return self._here().resolve(address, Options(**chosen), deadline + MARGIN, watcher)

    def ask_mx(self, domain: str, keep: Callable[[Answer], None]) -> Future[Answer]:
        """Begin to ask for the MX records of a domain.

        ``keep`` gets the answer in a thread where it may take its time. The future fails with LookupFailed.
        """
        return self._here().ask_mx(domain, keep)

    def close(self) -> None:
        """Close the resolver's connections and end the thread."""
        with self._lock:
            running, self._running = self._running, None
        if running is not None and running.pid == os.getpid():
            running.close()

    def _here(self) -> _Running:
        with self._lock:
            if self._running is None or self._running.pid != os.getpid():
                self._running = _Running(self._settings, self._store)
            return self._running


class _Running:
    """A running loop, and what belongs to it: the DNS, and the resolver from its first question on."""

    def __init__(self, settings: Settings, store: Store) -> None:
        from autoconfig.net.dns import open_dns

        self.pid = os.getpid()
        self._settings = settings
        self._store = store
        self._dns = open_dns(settings.nameservers, settings.doh_url)
        self._resolver: Resolver | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="resolver", daemon=True)
        self._thread.start()

    def resolve(
        self, address: EmailAddress, options: Options, seconds: float, watcher: Watcher | None
    ) -> Resolution:
        question = asyncio.run_coroutine_threadsafe(self._resolved(address, options, watcher), self._loop)
        try:
            return question.result(seconds)
        finally:
            question.cancel()

    def ask_mx(self, domain: str, keep: Callable[[Answer], None]) -> Future[Answer]:
        return asyncio.run_coroutine_threadsafe(self._asked(domain, keep), self._loop)

    def close(self) -> None:
        asyncio.run_coroutine_threadsafe(self._aclose(), self._loop).result(MARGIN)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(MARGIN)
        self._loop.close()

    async def _resolved(self, address: EmailAddress, options: Options, watcher: Watcher | None) -> Resolution:
        if self._resolver is None:
            self._resolver = _resolver(self._settings, self._store, self._dns)
        return await self._resolver.resolve(address, options, watcher=watcher)

    async def _asked(self, domain: str, keep: Callable[[Answer], None]) -> Answer:
        answer = await self._dns.look_up(domain, "MX")
        keeping = self._loop.run_in_executor(None, keep, answer)
        # Whoever is told shall find it kept, at another worker too; a slow cache holds nobody up.
        await asyncio.wait({keeping}, timeout=KEPT_WITHIN)
        return answer

    async def _aclose(self) -> None:
        await (self._dns if self._resolver is None else self._resolver).aclose()


def _resolver(settings: Settings, store: Store, dns: Dns) -> Resolver:
    from autoconfig.resolver import Resolver

    return Resolver.open(
        store=store,
        dns=dns,
        allow_private_networks=settings.allow_private_networks,
        allow_http=settings.allow_http,
    )
