"""What is kept about the MX record of a domain: a few words, distrusted when they come back from a cache."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from autoconfig.net.mx import HOST, best_hosts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from autoconfig.net.records import Answer

SHORTEST, LONGEST = 60, 3600
"""Seconds for which hosts are fresh, whatever their TTL says."""
NOTHING_LONGEST = 300
"""Seconds for which "no host" is fresh: a customer whose zone is being set up shall not wait longer."""
STALE_SECONDS = 7 * 86_400
"""For how long a customer of ours is one, while the DNS does not say otherwise."""
MOST_HOSTS = 2
"""Hosts of equal preference that are kept; the entry must fit its slot."""

_MARK = "mx1"


class MxEntry(NamedTuple):
    """The most preferred MX hosts of a domain, when they were found (seconds since 1970), how long fresh."""

    made: int
    fresh_seconds: int
    hosts: tuple[str, ...]

    def is_fresh(self, now: float) -> bool:
        """Whether nobody need be asked; a clock that was set back makes no entry immortal."""
        return abs(now - self.made) < self.fresh_seconds

    def as_bytes(self) -> bytes:
        """The entry for a cache."""
        return " ".join((_MARK, str(self.made), str(self.fresh_seconds), *self.hosts)).encode()

    @classmethod
    def from_bytes(cls, data: bytes | None) -> MxEntry | None:
        """The entry in a cache's bytes; None where they are none."""
        try:
            mark, made, fresh, *hosts = (data or b"").decode("ascii").split(" ")
            entry = cls(int(made), min(int(fresh), LONGEST), tuple(hosts))
        except ValueError:
            return None
        good = mark == _MARK and len(hosts) <= MOST_HOSTS and all(map(HOST.fullmatch, hosts))
        return entry if good else None


def entry_of(answer: Answer, now: float, preferred: Sequence[str]) -> MxEntry:
    """What is to be kept of an answer; of its best hosts those in ``preferred`` first."""
    hosts = best_hosts(answer)
    kept = sorted(hosts, key=lambda host: host not in preferred)[:MOST_HOSTS]
    ttl = int(answer.ttl)
    fresh = min(max(ttl, SHORTEST), LONGEST) if hosts else min(max(ttl, SHORTEST), NOTHING_LONGEST)
    return MxEntry(int(now), fresh, tuple(kept))
