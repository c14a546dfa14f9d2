"""PACC (draft-ietf-mailmaint-pacc-03): a document at a fixed place, its digest in the DNS."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from autoconfig.errors import FormatError, NetworkError
from autoconfig.formats import pacc
from autoconfig.net.connections import NoSuchHost
from autoconfig.resolver.clientconfig import refusal
from autoconfig.resolver.methods.step import Step
from autoconfig.resolver.outcome import Failed, Found, Nothing, Outcome, Trust

if TYPE_CHECKING:
    from autoconfig.net.http import Fetched
    from autoconfig.net.records import Answer
    from autoconfig.resolver.inquiry import Inquiry, Options

NAME = "pacc"

LABEL = "ua-auto-config"
PATH = "/.well-known/user-agent-configuration.json"


def steps(_options: Options) -> tuple[Step, ...]:
    """One: the document and its digest, asked for at once."""
    return (Step(method=NAME, name="PACC", ask=_ask),)


async def _ask(inquiry: Inquiry) -> Outcome:
    host = f"{LABEL}.{inquiry.domain}"
    url = f"https://{host}{PATH}"
    try:
        # The host first: nearly nobody has one, and the digest arrives long before the document does.
        await inquiry.http.find_host(url)
        document, record = await asyncio.gather(
            inquiry.http.get(url, follow=False), inquiry.dns.look_up(f"_{host}", "TXT")
        )
    except NoSuchHost as error:
        return Nothing(reason=str(error))
    except NetworkError as error:
        return Failed(reason=str(error), unreachable=error.unreachable)
    return _read(inquiry, document, record)


def _read(inquiry: Inquiry, document: Fetched, record: Answer) -> Outcome:
    """The document, believed only where a digest in the DNS is that of its exact bytes."""
    refused = refusal(document)
    if refused is not None:
        return refused
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
