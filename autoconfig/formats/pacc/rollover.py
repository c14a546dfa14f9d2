"""From one digest to the next, without a moment in which a client refuses the document.

A client holds a document as long as HTTP lets it, and a TXT record as long as the DNS does. Of a digest that
was published before, the record is therefore needed until the last client has let go of its document.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from autoconfig.formats.pacc.record import text_of

HELD_SECONDS = 3600
"""How long a client may hold a document that is served no more: the max-age it came with."""
STILL_SERVED = math.inf
"""For a document that is served until a draft takes its place."""


@dataclass(frozen=True, slots=True)
class PastDigest:
    """A digest that was published before, and until when its document was served (seconds of the epoch)."""

    digest: str
    until: float

    @property
    def needed_until(self) -> float:
        """When the last client has let go of the document."""
        return self.until + HELD_SECONDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollover:
    """The digest of a domain's document and those before it, the newest first."""

    digest: str
    past: tuple[PastDigest, ...] = ()

    @property
    def draft(self) -> bool:
        """Whether the document is not served yet: another one is."""
        return any(past.until == STILL_SERVED for past in self.past)

    def needed(self, now: float) -> tuple[PastDigest, ...]:
        """The older digests that must stay in the DNS."""
        return tuple(past for past in self.past if past.needed_until > now)

    def done(self, now: float) -> frozenset[str]:
        """The older digests that may go."""
        return frozenset(past.digest for past in self.past if past.needed_until <= now)

    def texts(self, now: float) -> list[str]:
        """The TXT records that must be there, the newest first."""
        return [text_of(digest) for digest in (self.digest, *(past.digest for past in self.needed(now)))]
