"""Strangers: domains that no store lists, found out by the resolver, once for everybody who asks.

Nothing here loads the resolver before the first question; with ``AUTOCONFIG_RESOLVE=off`` it is never loaded.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from autoconfig.settings import Settings
    from autoconfig.stores import Store
    from autoconfig.web.strangers.cache import Cache
    from autoconfig.web.strangers.service import Resolving, Strangers

MOST_WAITING = 120
"""How many requests of one process may wait for the network at once."""


def strangers_for(
    settings: Settings,
    store: Store,
    cache: Cache,
    resolver: Resolving | None = None,
    count: Callable[[str], None] = lambda _event: None,
) -> Strangers:
    """What the settings say about strangers, ready to be asked; the first question starts the resolver.

    ``resolver`` is asked instead of the network where it is given; ``count`` is told what happens.
    """
    from autoconfig.web.strangers.service import Strangers
    from autoconfig.web.strangers.thread import ResolverThread

    return Strangers(
        store=store,
        cache=cache,
        resolver=resolver or ResolverThread(settings, store),
        scope=_scope(settings),
        count=count,
    )


def _scope(settings: Settings) -> str:
    """A few letters that differ where the settings could lead to other answers."""
    deciding = (
        settings.ispdb_urls,
        settings.nameservers,
        settings.doh_url,
        settings.allow_private_networks,
        settings.allow_http,
    )
    return hashlib.blake2b(repr(deciding).encode(), digest_size=4).hexdigest()
