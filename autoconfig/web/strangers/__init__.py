"""Strangers: domains that no store lists, found out by the resolver, once for everybody who asks.

Nothing here loads the resolver before the first question; with ``AUTOCONFIG_RESOLVE=off`` it is never loaded.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from autoconfig.settings import Settings

MOST_WAITING = 120
"""How many requests of one process may wait for the network at once."""


def scope_of(settings: Settings) -> str:
    """A few letters that differ where the settings could lead to other answers."""
    deciding = (
        settings.ispdb_urls,
        settings.nameservers,
        settings.doh_url,
        settings.allow_private_networks,
        settings.allow_http,
    )
    return hashlib.blake2b(repr(deciding).encode(), digest_size=4).hexdigest()
