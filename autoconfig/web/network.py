"""What asks the network for clients: strangers' settings and customers' MX records, on one thread, one cache.

Nothing here loads the resolver or the DNS before the first question.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from autoconfig.settings import RateLimit
from autoconfig.web.customers import Customers
from autoconfig.web.limits import Limited, RateLimiter
from autoconfig.web.strangers import scope_of
from autoconfig.web.strangers.cache import open_cache
from autoconfig.web.strangers.mx_rule import MxRule
from autoconfig.web.strangers.service import Strangers
from autoconfig.web.strangers.thread import ResolverThread

if TYPE_CHECKING:
    from autoconfig.settings import Settings
    from autoconfig.stores import Store
    from autoconfig.web.metrics import Meter
    from autoconfig.web.strangers.cache import MemoryCache
    from autoconfig.web.strangers.mx_rule import AsksMx
    from autoconfig.web.strangers.service import Resolving

CERTIFICATES_RATE = RateLimit(600, 60)
"""How often certificates may cause a question: for all clients together, as the proxy asks for them."""
NAMES_RATE = RateLimit(600, 3600)
"""How often a question may be caused about names that one owner has: below one registrable domain."""


class Network:
    """The parts of one service that may ask; each is None or does nothing where the settings say so."""

    def __init__(
        self, settings: Settings, store: Store, memory: MemoryCache | None = None, meter: Meter | None = None
    ) -> None:
        """``memory`` is what several processes share. Raises SettingsError."""
        self._settings = settings
        self._store = store
        self._count = (lambda _event: None) if meter is None else meter.event
        self._cache = open_cache(settings.cache_url, memory)
        self._thread = ResolverThread(settings, store)
        self._limiter = RateLimiter(self._cache, settings.rate_limit, self._count)

    def close(self) -> None:
        """Let go of all connections."""
        self._thread.close()
        self._cache.close()

    def limited(self, resolver: Resolving | None = None) -> Limited | None:
        """What answers for strangers, None where nothing may; ``resolver`` is asked instead of ours."""
        if self._settings.resolve == "off":
            return None
        strangers = Strangers(
            store=self._store,
            cache=self._cache,
            resolver=resolver or self._thread,
            scope=scope_of(self._settings),
            count=self._count,
        )
        return Limited(strangers, self._limiter)

    def customers(self, threads: int, asking: AsksMx | None = None) -> Customers:
        """What knows customers nobody lists; ``asking`` is asked instead of the DNS.

        Of the ``threads`` of this process half may wait at once, so that documents are served meanwhile.
        """
        settings = self._settings
        if not settings.follows_mx:
            return Customers(self._store)
        rule = MxRule(
            store=self._store,
            cache=self._cache,
            asking=asking or self._thread,
            places=max(threads // 2, 1),
            any_name=bool(settings.nameservers) or settings.doh_url is not None,
            scope=scope_of(settings),
            count=self._count,
        )
        limited = settings.rate_limit is not None
        for_certificates, for_names = (
            RateLimiter(self._cache, rate if limited else None, self._count)
            for rate in (CERTIFICATES_RATE, NAMES_RATE)
        )
        return Customers(self._store, rule, self._limiter, for_certificates, for_names)
