"""What is wrong with where Autodiscover leads: mail programs give up after ten steps in a circle."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from autoconfig.errors import ValueRefused
from autoconfig.model import Remark
from autoconfig.model.placeholders import EMAIL_DOMAIN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from autoconfig.model import Provider

    Find = Callable[[str], Provider | None]

MAX_STEPS = 10
"""As many redirects as Outlook follows."""

_PATH = "/autodiscover/autodiscover.xml"
_URL, _ADDRESS = "autodiscover.redirect_url", "autodiscover.redirect_address"


def findings(provider: Provider) -> Iterator[tuple[str, str, str | None]]:
    """Path, message and value of everything that one provider file shows already."""
    redirect = provider.autodiscover
    if redirect is None:
        return
    own = {*provider.domains, *provider.mx_domains}
    if redirect.url is not None:
        parts = urlsplit(redirect.url)
        domain = (parts.hostname or "").removeprefix("autodiscover.")
        if parts.scheme != "https":
            yield _URL, "Mail programs follow https only.", redirect.url
        if domain in {*own, EMAIL_DOMAIN} and parts.path.lower() == _PATH:
            yield _URL, "The URL is this provider's own: that leads round in a circle.", redirect.url
    elif redirect.domain == EMAIL_DOMAIN:
        yield _ADDRESS, "The redirect leads every domain to itself.", f"@{redirect.domain}"
    elif redirect.domain in own and not provider.servers:
        yield _ADDRESS, "The redirect leads to a domain that has no server here.", f"@{redirect.domain}"


def circles(providers: Iterable[tuple[Provider, str]], find: Find) -> Iterator[Remark]:
    """A remark for each provider whose redirects lead through others back to where they began.

    ``providers`` come with the source of each; ``find`` knows who serves a domain.
    """
    for provider, source in providers:
        for domain in provider.domains[:1]:
            way = _way_from(domain, find)
            if len(way) > 1 and way[-1] in way[:-1]:
                message = f"The redirects lead round in a circle: {' to '.join(way)}."
                yield Remark(message=message, path=_ADDRESS, source=source)


def _way_from(domain: str, find: Find) -> list[str]:
    """The domains that clients are sent to one after another, up to the first that comes twice."""
    way = [domain]
    while len(way) <= MAX_STEPS and way[-1] not in way[:-1]:
        following = _next(way[-1], find(way[-1]))
        if following is None:
            break
        way.append(following)
    return way


def _next(domain: str, provider: Provider | None) -> str | None:
    if provider is None or provider.autodiscover is None:
        return None
    try:
        redirect = provider.autodiscover.at(domain)
    except ValueRefused:
        return None
    return None if redirect is None else redirect.domain
