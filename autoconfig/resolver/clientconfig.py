"""Fetching a Mozilla autoconfig document: what the provider's site, the ISPDB, MX and mailconf share."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from autoconfig.errors import FormatError, NetworkError
from autoconfig.formats import mozilla
from autoconfig.net.connections import NoSuchHost
from autoconfig.resolver.outcome import Failed, Found, Nothing, Outcome, Trust
from autoconfig.resolver.recorder import judged

if TYPE_CHECKING:
    from autoconfig.net.fetched import Fetched
    from autoconfig.resolver.inquiry import Inquiry

PATH = "/mail/config-v1.1.xml"

_NO_DOCUMENT = (204, 404, 410)


def site_url(host: str, inquiry: Inquiry, path: str = PATH, scheme: str = "https") -> str:
    """The URL of a provider's site, the address in it as Thunderbird sends it."""
    return f"{scheme}://{host}{path}{_query(inquiry)}"


def _query(inquiry: Inquiry) -> str:
    return f"?emailaddress={quote(str(inquiry.address), safe='')}"


async def fetch(inquiry: Inquiry, url: str, *, trust: Trust | None = None, plain: bool = False) -> Outcome:
    """Fetch and read a document. ``trust`` is what the way to the URL deserves; its site may deserve less."""
    return judged(url, await _fetched(inquiry, url, trust, plain=plain))


async def _fetched(inquiry: Inquiry, url: str, trust: Trust | None, *, plain: bool) -> Outcome:
    try:
        fetched = await inquiry.http.get(url, plain=plain)
    except NoSuchHost as error:
        return Nothing(reason=str(error))
    except NetworkError as error:
        return Failed.by(error)
    refused = refusal(fetched)
    if refused is not None:
        return refused
    try:
        parsed = mozilla.parse(fetched.body)
    except FormatError as error:
        return Failed(reason=f"{_host(fetched.url)} gives no autoconfig document: {error}")
    return Found(
        provider=parsed.provider.for_address(inquiry.address),
        source=fetched.url.removesuffix(_query(inquiry)),
        trust=weakest(trust, trust_of(inquiry, url), trust_of(inquiry, fetched.url)),
    )


def refusal(fetched: Fetched) -> Nothing | Failed | None:
    """What a status other than 200 means; None where there is a document to read."""
    host = _host(fetched.url)
    if fetched.status == 200:
        return None
    if fetched.status in _NO_DOCUMENT:
        return Nothing(reason=f"{host} answers {fetched.status}.")
    if fetched.status == 401:
        return Failed(reason=f"{host} asks for a password, which discovery never sends.")
    return Failed(reason=f"{host} answers {fetched.status}.")


def _host(url: str) -> str:
    return urlsplit(url).hostname or "the host"


def trust_of(inquiry: Inquiry, url: str) -> Trust:
    """How far a document is to be trusted by where it came from."""
    if not url.startswith("https:"):
        return Trust.HTTP
    return Trust.HTTPS if inquiry.same_owner(urlsplit(url).hostname) else Trust.HTTPS_OTHER


def by_dns(*, authenticated: bool) -> Trust:
    """How far something named by the DNS is to be trusted."""
    return Trust.DNSSEC if authenticated else Trust.DNS


_STRONGEST_FIRST = tuple(Trust)


def weakest(*trusts: Trust | None) -> Trust:
    """The weakest link of several."""
    return max((trust for trust in trusts if trust is not None), key=_STRONGEST_FIRST.index)
