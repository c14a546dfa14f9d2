"""PACC (draft-ietf-mailmaint-pacc-03): a document at a fixed place, its digest in the DNS."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from autoconfig.errors import FormatError, NetworkError
from autoconfig.formats import pacc
from autoconfig.net.connections import NoSuchHost
from autoconfig.resolver.clientconfig import refusal
from autoconfig.resolver.methods.step import HOST, Step
from autoconfig.resolver.outcome import Failed, Found, Nothing, Outcome, Trust
from autoconfig.resolver.recorder import judged

if TYPE_CHECKING:
    from autoconfig.net.fetched import Fetched
    from autoconfig.net.records import Answer
    from autoconfig.resolver.inquiry import Inquiry, Options

NAME = "pacc"

LABEL = "ua-auto-config"
PATH = "/.well-known/user-agent-configuration.json"


def steps(_options: Options) -> tuple[Step, ...]:
    """One: the document and its digest, asked for at once."""
    return (Step(method=NAME, name="PACC", ask=_ask, first=((f"{LABEL}.", HOST),)),)


async def _ask(inquiry: Inquiry) -> Outcome:
    url = f"https://{LABEL}.{inquiry.domain}{PATH}"
    return judged(url, await _asked(inquiry, url))


async def _asked(inquiry: Inquiry, url: str) -> Outcome:
    try:
        # The host first: nearly nobody has one, and the digest arrives long before the document does.
        await inquiry.http.find_host(url)
        record = asyncio.ensure_future(inquiry.dns.look_up(f"_{LABEL}.{inquiry.domain}", "TXT"))
        try:
            document = await inquiry.http.get(url, follow=False)
            return refusal(document) or _read(inquiry, document, await record)
        finally:
            record.cancel()
            await asyncio.gather(record, return_exceptions=True)
    except NoSuchHost as error:
        return Nothing(reason=str(error))
    except NetworkError as error:
        return Failed.by(error)


def _read(inquiry: Inquiry, document: Fetched, record: Answer) -> Outcome:
    """The document, believed only where a digest in the DNS is that of its exact bytes."""
    host = urlsplit(document.url).hostname
    digests = pacc.digests_of(text for text in record.records if isinstance(text, str))
    if not digests:
        return Failed(reason=f"There is no digest at _{host} to check the document by.")
    if pacc.digest(document.body) not in digests:
        return Failed(reason=f"The document of {host} has not the digest that the DNS names.")
    try:
        provider = pacc.parse(document.body, inquiry.domain).provider
    except FormatError as error:
        return Failed(reason=f"{document.url} is no PACC document: {error}")
    proof = "under DNSSEC" if record.authenticated else "without DNSSEC"
    return Found(
        provider=provider.for_address(inquiry.address),
        source=document.url,
        trust=Trust.PACC,
        detail=f"digest matched {proof}",
    )
