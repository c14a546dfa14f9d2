"""The resolver, on an event loop in a thread of its own: one for each process, shared by all its requests.

DNS answers and connections are kept between questions. Both are made when the first question comes, so after
the fork, and made anew in a process forked off later.
"""

from __future__ import annotations

import asyncio
import os
import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from autoconfig.model import EmailAddress
    from autoconfig.resolver import Options, Resolution, Resolver
    from autoconfig.resolver.watcher import Watcher
    from autoconfig.settings import Settings
    from autoconfig.stores import Store

MARGIN = 3.0
"""Seconds beyond a resolution's own deadline after which it counts as lost."""


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

    def close(self) -> None:
        """Close the resolver's connections and end the thread."""
        with self._lock:
            running, self._running = self._running, None
        if running is not None and running.pid == os.getpid():
            running.close()

    def _here(self) -> _Running:
        with self._lock:
            if self._running is None or self._running.pid != os.getpid():
                self._running = _Running(self._open())
            return self._running

    def _open(self) -> Resolver:
        from autoconfig.resolver import Resolver

        return Resolver.open(
            store=self._store,
            name_servers=self._settings.nameservers,
            doh_url=self._settings.doh_url,
            allow_private_networks=self._settings.allow_private_networks,
            allow_http=self._settings.allow_http,
        )


class _Running:
    """A running loop and the resolver that belongs to it."""

    def __init__(self, resolver: Resolver) -> None:
        self.pid = os.getpid()
        self._resolver = resolver
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="resolver", daemon=True)
        self._thread.start()

    def resolve(
        self, address: EmailAddress, options: Options, seconds: float, watcher: Watcher | None
    ) -> Resolution:
        asking = self._resolver.resolve(address, options, watcher=watcher)
        question = asyncio.run_coroutine_threadsafe(asking, self._loop)
        try:
            return question.result(seconds)
        finally:
            question.cancel()

    def close(self) -> None:
        asyncio.run_coroutine_threadsafe(self._resolver.aclose(), self._loop).result(MARGIN)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(MARGIN)
        self._loop.close()
