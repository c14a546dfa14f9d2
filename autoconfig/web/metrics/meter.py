"""Everything that is counted, by name."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, NamedTuple

from autoconfig.web.metrics.tally import Tally
from autoconfig.web.metrics.words import (
    FAMILIES,
    OUTCOMES,
    PROTOCOLS,
    family_of,
    outcome_of,
    protocol_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from autoconfig.stores import Pulse

BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds in seconds; a document takes less than the first, a stranger's domain may take the last."""

_FIRST = BUCKETS[0]
_SUM = len(BUCKETS)
"""Where the sum of seconds stands, behind the buckets from the second on and the one beyond the last."""

MOST_KNOWN, LONGEST_KNOWN = 4096, 300
"""Requests whose places are remembered, and the characters of path and agent up to which they are."""

METHODS = ("local", "isp", "pacc", "ispdb", "mx", "srv", "autodiscover", "mailconf", "guess")
LOOKS = ("fresh", "stale", "missed")
MX_OUTCOMES = ("ours", "others", "unanswered", "refused")
EVENTS = (
    *(f"resolved_{method}" for method in METHODS),
    "resolved_nothing",
    "resolved_unavailable",
    *(f"cache_{look}" for look in LOOKS),
    "rate_limited",
    *(f"mx_{outcome}" for outcome in MX_OUTCOMES),
    *(f"mx_cache_{look}" for look in LOOKS),
)
"""What may happen besides requests: who knew a stranger, what the caches had, who asked too often."""


MOST_SOURCES = 16
"""Stores whose sources are counted, the first ones of a chain."""


class SourceCounts(NamedTuple):
    """Look-ups of a store whose source is elsewhere, by who answered them."""

    questions: float
    """Answered by the source, and the seconds that took."""
    seconds: float
    errors: float
    """Failed by the source."""
    hits: float
    """Answered by what is kept and fresh."""
    stale: float
    """Answered by what is kept, because the source did not."""


class Meter:
    """Counts requests and events of all processes forked off after it was made."""

    def __init__(self) -> None:
        kinds = [(p, f, o) for p in PROTOCOLS for f in FAMILIES for o in OUTCOMES]
        # Two numbers for each kind: requests of the first bucket, which are nearly all, and slower ones.
        self._requests = {kind: 2 * number for number, kind in enumerate(kinds)}
        first_time = 2 * len(kinds)
        self._times = {name: first_time + place * (_SUM + 1) for place, name in enumerate(PROTOCOLS)}
        first_event = first_time + len(PROTOCOLS) * (_SUM + 1)
        self._events = {event: first_event + number for number, event in enumerate(EVENTS)}
        self._places: dict[tuple[str, str, str], tuple[int, int]] = {}
        """Where requests that came already are counted: looking them up costs less than reading them."""
        self._sources = first_event + len(EVENTS)
        self._tally = Tally(self._sources + MOST_SOURCES * len(SourceCounts._fields))

    def request(self, path: str, agent: str, status: str, seconds: float) -> None:
        """Count a request that is answered, by its path, its User-Agent and the status line."""
        request, times = self._places.get((path, agent, status)) or self._placed(path, agent, status)
        row = self._tally.row
        if seconds <= _FIRST:
            row[request] += 1.0
        else:
            row[request + 1] += 1.0
            row[times + bisect_left(BUCKETS, seconds) - 1] += 1.0
        row[times + _SUM] += seconds

    def _placed(self, path: str, agent: str, status: str) -> tuple[int, int]:
        protocol = protocol_of(path)
        places = self._requests[protocol, family_of(agent), outcome_of(status)], self._times[protocol]
        if len(path) + len(agent) < LONGEST_KNOWN:
            if len(self._places) >= MOST_KNOWN:
                self._places.clear()
            self._places[path, agent, status] = places
        return places

    def event(self, name: str) -> None:
        """Count an event; a name that is not among them (a method of tomorrow) is not counted."""
        number = self._events.get(name)
        if number is not None:
            self._tally.row[number] += 1.0

    def source(self, place: int, pulse: Pulse) -> None:
        """Note what this process has counted about the source of the store at a place so far."""
        if place < MOST_SOURCES:
            self._tally.take_over(
                self._sources + place * len(SourceCounts._fields),
                lambda: (pulse.questions, pulse.seconds, pulse.errors, pulse.hits, pulse.stale),
            )

    def source_counts(self, place: int) -> SourceCounts:
        """What all processes have counted about that source; nothing beyond the places there are."""
        width = len(SourceCounts._fields)
        start = self._sources + place * width
        numbers = self._tally.sums()[start : start + width]
        return SourceCounts(*numbers) if numbers else SourceCounts(0, 0, 0, 0, 0)

    def requests(self) -> Iterator[tuple[tuple[str, str, str], float]]:
        """Protocol, family and outcome of all requests that ever came, with their number."""
        sums = self._tally.sums()
        counts = ((kind, sums[number] + sums[number + 1]) for kind, number in self._requests.items())
        return ((kind, count) for kind, count in counts if count)

    def times(self) -> Iterator[tuple[str, list[float], float]]:
        """By protocol: the number of requests in each bucket and beyond the last, and the sum of seconds."""
        sums = self._tally.sums()
        quick = dict.fromkeys(PROTOCOLS, 0.0)
        for (protocol, _family, _outcome), number in self._requests.items():
            quick[protocol] += sums[number]
        for protocol, start in self._times.items():
            counts = [quick[protocol], *sums[start : start + _SUM]]
            if any(counts):
                yield protocol, counts, sums[start + _SUM]

    def events(self) -> dict[str, float]:
        """How often each event happened."""
        sums = self._tally.sums()
        return {event: sums[number] for event, number in self._events.items()}
