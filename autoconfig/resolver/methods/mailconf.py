"""``mailconf=<URL>`` in a TXT record of the domain: an old proposal that two clients still use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from autoconfig.errors import LookupFailed
from autoconfig.resolver.clientconfig import by_dns, fetch
from autoconfig.resolver.methods.step import Step
from autoconfig.resolver.outcome import Failed, Nothing, Outcome
from autoconfig.resolver.recorder import judged

if TYPE_CHECKING:
    from autoconfig.resolver.inquiry import Inquiry, Options

NAME = "mailconf"

_MARK = "mailconf="


def steps(_options: Options) -> tuple[Step, ...]:
    """One TXT look-up and the document it names."""
    return (Step(method=NAME, name="mailconf TXT", ask=_ask, first=(("", "TXT"),)),)


async def _ask(inquiry: Inquiry) -> Outcome:
    try:
        answer = await inquiry.dns.look_up(inquiry.domain, "TXT")
    except LookupFailed as error:
        return Failed.by(error)
    texts = [record for record in answer.records if isinstance(record, str)]
    url = next((text[len(_MARK) :].strip() for text in texts if text.lower().startswith(_MARK)), None)
    if not url:
        return judged(f"TXT {inquiry.domain}", Nothing(reason=f"{inquiry.domain} has no mailconf record."))
    return await fetch(inquiry, url, trust=by_dns(authenticated=answer.authenticated))
