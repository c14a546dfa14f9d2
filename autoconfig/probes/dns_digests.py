"""The digests of PACC in the live DNS: is the document vouched for, and that which clients may still hold?"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from autoconfig.formats import pacc
from autoconfig.probes.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Collection

_SERVED = "the digest of what is served now"
_NEXT = "add it, and serve the draft when the TTL of the records before is over"


def check_digests(
    expected: tuple[str, ...], found: tuple[str, ...], digests: pacc.Rollover | None, now: float
) -> tuple[Verdict, str, tuple[str, ...]]:
    """Verdict, detail and the records found, where ``expected`` are those of the plan, the newest first."""
    wanted = [next(iter(pacc.digests_of([value.strip('"')])), "") for value in expected]
    seen = pacc.digests_of(found)
    rollover = digests or pacc.Rollover(digest=wanted[0])
    if not seen:
        return Verdict.MISSING, "there is no digest, so that clients refuse the document", found
    if wanted[0] not in seen:
        return Verdict.DIFFERENT, _without_the_newest(seen, wanted[1:], rollover, now), found
    lacking = [digest for digest in wanted[1:] if digest not in seen]
    if lacking:
        return Verdict.DIFFERENT, _without_an_older_one(lacking, rollover), found
    return Verdict.OK, _beside(seen - {wanted[0]}, rollover, now), found


def when(moment: float) -> str:
    """A moment (seconds of the epoch) as operators everywhere read it."""
    return f"{datetime.datetime.fromtimestamp(moment, datetime.UTC):%Y-%m-%d %H:%M} UTC"


def _without_the_newest(
    seen: Collection[str], older: Collection[str], rollover: pacc.Rollover, now: float
) -> str:
    if rollover.draft and not set(older).isdisjoint(seen):
        return f"the digest of the draft is not there yet: {_NEXT}"
    if not {*older, *rollover.done(now)}.isdisjoint(seen):
        return "the digest is stale: it is that of the version before"
    return "the digest is not that of the document, so that clients refuse it"


def _without_an_older_one(lacking: Collection[str], rollover: pacc.Rollover) -> str:
    past = next((past for past in rollover.past if past.digest in lacking), None)
    if past is None:
        return "the digest of the version before is missing"
    if past.until == pacc.STILL_SERVED:
        return f"{_SERVED} is missing, so that clients refuse it"
    return f"the digest of the version before is missing; clients may hold it until {when(past.needed_until)}"


def _beside(others: Collection[str], rollover: pacc.Rollover, now: float) -> str:
    """What is said about digests beside the newest, which do no harm."""
    if not others:
        return ""
    needed = [past for past in rollover.needed(now) if past.digest in others]
    if any(past.until == pacc.STILL_SERVED for past in needed):
        return f"beside {_SERVED}; the draft may be served when both have been there for the TTL"
    if needed:
        return f"the older digest beside it is needed until {when(max(past.needed_until for past in needed))}"
    plural = "s" if len(others) > 1 else ""
    known = set(others) <= rollover.done(now)
    return (
        f"the older digest{plural} beside it may go now"
        if known
        else f"{len(others)} other digest{plural} beside it"
    )
