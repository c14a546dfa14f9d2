"""The MX rule: a domain nobody lists is served where a provider of ours takes its mail.

The rule only ever adds a "yes": whatever the DNS does not tell at once is "not served", as ever. A thread
waits for a domain that was never seen, for a second and a half, and few threads do at the same time. The
question goes on without them, and its answer is kept for who asks next. Of a customer who is known, what was
known is told while the DNS is asked again.
"""

from __future__ import annotations

import logging
import threading
import time
from functools import partial
from typing import TYPE_CHECKING, Protocol

from autoconfig.errors import LookupFailed, StoreDown
from autoconfig.net.mx import best_hosts, is_askable, names_of
from autoconfig.web.strangers.mx_entry import STALE_SECONDS, MxEntry, entry_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from concurrent.futures import Future

    from autoconfig.net.records import Answer
    from autoconfig.stores import Store
    from autoconfig.web.strangers.cache import Cache

logger = logging.getLogger(__name__)

WAIT_SECONDS = 1.5
"""For how long a request waits; Thunderbird gives up after three seconds."""
MOST_ASKED = 256
"""How many questions of a process are under way at once."""
SILENT_SECONDS = 5.0
"""For how long next to nobody waits for a DNS of which nothing is heard."""
SILENT_WAIT_SECONDS = 0.2
"""For how long a request waits then: it may be that one domain alone was silent."""


class AsksMx(Protocol):
    """Asks the DNS and does not block."""

    def ask_mx(self, domain: str, keep: Callable[[Answer], None]) -> Future[Answer]:
        """Begin to ask for the MX records; ``keep`` gets the answer in a thread where it may take its time.

        The future fails with LookupFailed.
        """


class MxRule:
    """Knows the customers of our providers by their MX records. Safe to use from many threads."""

    def __init__(
        self,
        *,
        store: Store,
        cache: Cache,
        asking: AsksMx,
        places: int,
        any_name: bool = False,
        scope: str = "",
        clock: Callable[[], float] = time.time,
        count: Callable[[str], None] = lambda _event: None,
    ) -> None:
        """``places`` is how many threads may wait at once; with ``any_name`` the DNS is asked for names too
        that the public one has not; ``scope`` parts what is kept from what others keep in the same cache
        under other settings; ``count`` is told what happens."""
        self._store = store
        self._cache = cache
        self._asking = asking
        self._any_name = any_name
        self._scope = scope
        self._clock = clock
        self._count = count
        self._places = threading.BoundedSemaphore(places)
        self._lock = threading.Lock()
        self._questions: dict[str, Future[Answer]] = {}
        self._heard_at = self._silent_until = float("-inf")

    def mx_domain(self, domain: str, may_ask: Callable[[], bool]) -> str | None:
        """The domain of ours under which the mail of a domain nobody lists is taken; None where none is.

        ``may_ask`` says whether whoever wants to know may cause a question. Raises StoreDown.
        """
        entry = MxEntry.from_bytes(self._cache.get(self._key(domain)))
        ours = None if entry is None else self._ours(entry.hosts)
        fresh = entry is not None and entry.is_fresh(self._clock())
        self._count(f"mx_cache_{'fresh' if fresh else 'missed' if ours is None else 'stale'}")
        if not fresh and ours is not None:
            self._question(domain)
        elif not fresh:
            answer = self._found_out(domain, may_ask)
            if answer is None:
                return None
            ours = self._ours(best_hosts(answer))
        self._count("mx_others" if ours is None else "mx_ours")
        return ours

    def _found_out(self, domain: str, may_ask: Callable[[], bool]) -> Answer | None:
        """The answer of the DNS, None where there is none in time, or the question is not to be asked."""
        if not is_askable(domain, any_name=self._any_name) or not may_ask():
            self._count("mx_refused")
            return None
        question = self._question(domain)
        if question is None or not self._places.acquire(blocking=False):
            self._count("mx_refused")
            return None
        silent = time.monotonic() < self._silent_until
        try:
            return question.result(SILENT_WAIT_SECONDS if silent else WAIT_SECONDS)
        except (TimeoutError, LookupFailed) as error:
            self._count("mx_unanswered")
            self._unanswered(error)
            return None
        finally:
            self._places.release()

    def _question(self, domain: str) -> Future[Answer] | None:
        """The question that is under way, begun here where it was not; None where too many are."""
        with self._lock:
            question = self._questions.get(domain)
            if question is not None or len(self._questions) >= MOST_ASKED:
                return question
            question = self._asking.ask_mx(domain, partial(self._keep, domain))
            self._questions[domain] = question
        question.add_done_callback(partial(self._done, domain))
        return question

    def _done(self, domain: str, question: Future[Answer]) -> None:
        with self._lock:
            self._questions.pop(domain, None)
            if not question.cancelled() and _is_heard(question.exception()):
                self._heard_at, self._silent_until = time.monotonic(), float("-inf")

    def _unanswered(self, error: TimeoutError | LookupFailed) -> None:
        """Let nobody wait long for a while, where it is not known that this domain alone is silent."""
        if _is_heard(error):
            return
        now = time.monotonic()
        if now - self._heard_at > SILENT_SECONDS:
            self._silent_until = now + SILENT_SECONDS

    def _keep(self, domain: str, answer: Answer) -> None:
        now = self._clock()
        ours = []
        try:
            ours = [host for host in best_hosts(answer) if self._ours((host,)) is not None]
        except StoreDown:
            logger.debug("whose customers these are is not known while the store is down")
        entry = entry_of(answer, now, ours)
        seconds = STALE_SECONDS if ours else entry.fresh_seconds
        self._cache.put(self._key(domain), entry.as_bytes(), seconds)

    def _ours(self, hosts: Iterable[str]) -> str | None:
        """The first name that a store has as MX domain, of those the hosts stand for. Raises StoreDown."""
        names = (name for host in hosts for name in names_of(host))
        return next((name for name in names if self._store.find_by_mx(name) is not None), None)

    def _key(self, domain: str) -> str:
        return f"mx/{self._scope}/{domain}"


def _is_heard(error: BaseException | None) -> bool:
    """Whether a name server said something; one that says SERVFAIL is there."""
    return error is None or (isinstance(error, LookupFailed) and not error.unreachable)
