"""Which digests of a domain's PACC document the DNS must have: the newest, and those still in use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from autoconfig.formats import pacc
from autoconfig.stores import memory_of

if TYPE_CHECKING:
    from autoconfig.publish.publisher import Publisher
    from autoconfig.stores import Store


def rollover(publisher: Publisher, domain: str, live: Publisher | None = None) -> pacc.Rollover | None:
    """The digest of a domain's document and those published before; None without a document.

    ``live`` serves the domain now, where the store of ``publisher`` is a draft: what it serves is told too.
    """
    document = publisher.pacc(domain)
    if document is None:
        return None
    digest = pacc.digest(document.body)
    served = None if live is None else live.pacc(domain)
    if live is None or served is None:
        return pacc.Rollover(digest=digest, past=_past(publisher.store, domain, digest))
    # What was published is remembered where the domain is served, not in the draft.
    now_served = pacc.digest(served.body)
    past = (pacc.PastDigest(now_served, pacc.STILL_SERVED), *_past(live.store, domain, now_served))
    return pacc.Rollover(digest=digest, past=tuple(entry for entry in past if entry.digest != digest))


def _past(store: Store, domain: str, digest: str) -> tuple[pacc.PastDigest, ...]:
    memory = memory_of(store, domain)
    return () if memory is None else memory.past(domain, digest)
