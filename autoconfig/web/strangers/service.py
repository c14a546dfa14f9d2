"""The settings of strangers for the web: asked for once, kept, still there while the network is down."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

from autoconfig.errors import Unavailable
from autoconfig.formats import mozilla
from autoconfig.model import EmailAddress
from autoconfig.publish import Document
from autoconfig.web.strangers import MOST_WAITING
from autoconfig.web.strangers.entry import Entry
from autoconfig.web.strangers.once import Once
from autoconfig.web.strangers.sharing import (
    LOCAL_SOURCE,
    answer_of,
    filled,
    for_everybody,
    is_spelled_in,
    public_source,
    template_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from autoconfig.resolver import Resolution
    from autoconfig.resolver.watcher import Watcher
    from autoconfig.stores import Store
    from autoconfig.web.strangers.cache import Cache

DEADLINE = 10.0
"""Seconds for a question of the API."""
DIRECTORY_DEADLINE = 8.0
"""Seconds for a document: Thunderbird waits ten for its database of providers."""
NEUTRAL = "postmaster"
"""The mailbox every domain has (RFC 5321 §4.5.1), asked for where nobody's is known."""

_RETRY_OFFLINE = 30
_RETRY_BUSY = 5
_SHORTEST_AGE = 60
"""Seconds a client may keep a document that is not fresh here any more."""


class Resolving(Protocol):
    """Asks the network, and blocks meanwhile."""

    def resolve(
        self,
        address: EmailAddress,
        *,
        deadline: float,
        methods: tuple[str, ...] = (),
        watcher: Watcher | None = None,
    ) -> Resolution:
        """Find the settings of an address within ``deadline`` seconds. Raises TimeoutError."""

    def close(self) -> None:
        """Let go of connections."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What was found out: for one mailbox, or for a whole domain with placeholders in it."""

    content: dict[str, Any]
    found: bool
    personal_to: EmailAddress | None = None
    """The one mailbox it is about."""
    certain: bool = True
    """Whether it stands; "nothing" after a question that nobody answered may be wrong."""
    keep: bool = False
    """Whether others may be told the same for a while."""
    age: int = 0
    """Seconds since it was found out."""
    seconds_left: int = 0
    """Seconds for which it is fresh."""


class Strangers:
    """Answers for domains no store lists. Safe to use from many threads, which wait for the network."""

    def __init__(
        self,
        *,
        store: Store,
        cache: Cache,
        resolver: Resolving,
        scope: str = "",
        clock: Callable[[], float] = time.time,
        most_waiting: int = MOST_WAITING,
        count: Callable[[str], None] = lambda _event: None,
    ) -> None:
        """``scope`` parts what is kept from what others keep in the same cache under other settings;
        ``count`` is told what happens."""
        self._count = count
        self._store = store
        self._cache = cache
        self._resolver = resolver
        self._scope = scope
        self._clock = clock
        self._once: Once[Told] = Once()
        self._places = threading.BoundedSemaphore(most_waiting)

    def settings_of(
        self, address: EmailAddress, *, trace: bool = False, watcher: Watcher | None = None
    ) -> Told:
        """The JSON of a resolution for one mailbox. Raises Unavailable.

        With ``trace`` everything is asked anew: the trace of another mailbox's question is not for sharing.
        ``watcher`` is told what is asked on behalf of this very call, from another thread; nothing where the
        answer was known, or somebody else is asking already.
        """
        if self._store.find(address.domain) is not None:
            return self._own(address, "local")
        if trace:
            return self._own_once(address, watcher)
        told = self._kept_or_found_out(self._key(address), lambda: self._for_mailbox(address, watcher))
        if told.personal_to is None:
            return replace(told, content=filled(told.content, address))
        return told if told.personal_to == address else self._own_once(address, watcher)

    def kept_settings_of(self, address: EmailAddress) -> Told | None:
        """What is known of a mailbox and fresh; None where :meth:`settings_of` would ask the network."""
        told = self._kept(self._key(address))
        if told is None or not told.seconds_left:
            return None
        self._count("cache_fresh")
        return replace(told, content=filled(told.content, address))

    def document_of(self, domain: str, *, full: bool = False) -> Document | None:
        """Client configuration XML for a domain nobody lists, with placeholders; None where there is none.

        Raises Unavailable.
        """
        told = self._kept_or_found_out(
            f"directory/{self._scope}/{domain}", lambda: self._for_directory(domain)
        )
        text = told.content.get("full" if full else "plain")
        if text is None:
            return None
        body = text.encode()
        max_age = max(told.seconds_left, _SHORTEST_AGE)
        return Document.of(body, mozilla.MEDIA_TYPE, f"public, max-age={max_age}")

    def close(self) -> None:
        """Let go of all connections."""
        self._resolver.close()
        self._cache.close()

    def _key(self, address: EmailAddress) -> str:
        return f"api/{self._scope}/{address.domain}"

    def _own_once(self, address: EmailAddress, watcher: Watcher | None) -> Told:
        with self._place():
            return self._once.run(f"own/{address}", lambda: self._own(address, watcher=watcher))

    def _own(self, address: EmailAddress, *methods: str, watcher: Watcher | None = None) -> Told:
        """What is true for one mailbox, with its trace; neither kept nor shown to any other."""
        resolution = self._asked(address, DEADLINE, methods, watcher)
        return Told(content=answer_of(resolution, trace=True), found=resolution.found, personal_to=address)

    def _for_mailbox(self, address: EmailAddress, watcher: Watcher | None) -> Told:
        resolution = self._asked(address, DEADLINE, watcher=watcher)
        general = for_everybody(resolution)
        if general is None:
            return Told(content=answer_of(resolution), found=True, personal_to=address)
        return _told(resolution, template_of(general), found=resolution.found)

    def _for_directory(self, domain: str) -> Told:
        resolution = self._asked(EmailAddress(NEUTRAL, domain), DIRECTORY_DEADLINE)
        general = for_everybody(resolution, anonymous=True)
        documents: dict[str, Any] = {}
        if general is not None and general.provider is not None:
            for name, full in (("plain", False), ("full", True)):
                body = mozilla.render(general.provider, domain, full=full)
                documents[name] = None if body is None else body.decode()
            if is_spelled_in(resolution.address, list(filter(None, documents.values()))):
                documents = {}
        return _told(resolution, documents, found=documents.get("plain") is not None)

    def _asked(
        self,
        address: EmailAddress,
        deadline: float,
        methods: tuple[str, ...] = (),
        watcher: Watcher | None = None,
    ) -> Resolution:
        try:
            resolution = self._resolver.resolve(address, deadline=deadline, methods=methods, watcher=watcher)
        except TimeoutError:
            self._count("resolved_unavailable")
            raise Unavailable(
                f"Nobody answered about {address.domain} in time.", retry=_RETRY_OFFLINE
            ) from None
        outcome = "unavailable" if resolution.offline else resolution.method or "nothing"
        self._count(f"resolved_{outcome}")
        if resolution.offline:
            raise Unavailable(resolution.reason, retry=_RETRY_OFFLINE)
        return resolution

    def _kept_or_found_out(self, key: str, find_out: Callable[[], Told]) -> Told:
        """What is kept and fresh, else what is found out now, else what is kept and old."""
        kept = self._kept(key)
        fresh = kept is not None and bool(kept.seconds_left)
        self._count("cache_fresh" if fresh else "cache_missed" if kept is None else "cache_stale")
        if kept is not None and fresh:
            return kept
        stale = kept if kept is not None and kept.found else None
        if stale is not None and self._cache.get(f"down/{key}") is not None:
            return stale
        try:
            with self._place():
                told = self._once.run(key, lambda: self._found_out(key, find_out))
        except Unavailable:
            if stale is None:
                raise
        else:
            if told.found or told.certain or stale is None:
                return told
        # Nobody else shall wait in vain for a while.
        self._cache.put(f"down/{key}", b"1", _RETRY_OFFLINE)
        return stale

    def _found_out(self, key: str, find_out: Callable[[], Told]) -> Told:
        with self._cache.turn(key):
            kept = self._kept(key)
            if kept is not None and kept.seconds_left:
                return kept  # somebody was quicker, between our look and our turn
            told = find_out()
            if not told.keep:
                return told
            entry = Entry(made=self._clock(), found=told.found, content=told.content)
            self._cache.put(key, entry.as_bytes(), entry.kept_seconds())
            return replace(told, seconds_left=entry.seconds_left(entry.made))

    def _kept(self, key: str) -> Told | None:
        entry = Entry.from_bytes(self._cache.get(key))
        if entry is None:
            return None
        now = self._clock()
        return Told(
            content=entry.content, found=entry.found, age=entry.age(now), seconds_left=entry.seconds_left(now)
        )

    @contextmanager
    def _place(self) -> Iterator[None]:
        """A place among those that wait for the network. Raises Unavailable where all are taken."""
        if not self._places.acquire(blocking=False):
            raise Unavailable("Too many questions at once.", retry=_RETRY_BUSY)
        try:
            yield
        finally:
            self._places.release()


def _told(resolution: Resolution, content: dict[str, Any], *, found: bool) -> Told:
    """What was found out for all of a domain; a store of ours is asked anew each time, for it changes."""
    certain = resolution.found or all(line.outcome != "failed" for line in resolution.trace)
    ours = public_source(resolution.source) == LOCAL_SOURCE
    return Told(content=content, found=found, certain=certain, keep=certain and not ours)
