"""How the page presents itself: whose logo and colour, whom to ask, where it is reached."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import request

from autoconfig.web.asking import host_domain
from autoconfig.web.pages.languages import Spoken, spoken

if TYPE_CHECKING:
    from autoconfig.model import Provider
    from autoconfig.publish import Publisher

_HOST = re.compile(r"[A-Za-z0-9.:\[\]-]{1,260}")
_MOST_LABELS_UP = 2


@dataclass(frozen=True, slots=True)
class Look:
    """A provider as the page presents it; without one, the service itself."""

    name: str | None = None
    domain: str | None = None
    """The domain under which its logo is asked for."""
    logo: bool = False
    colour: str | None = None
    """Six digits."""
    support_email: str | None = None
    support_phone: str | None = None
    support_url: str | None = None
    note: Spoken | None = None


def look_of(provider: Provider | None, domain: str | None) -> Look:
    """What a provider says about its page, notes in the reader's language."""
    if provider is None:
        return Look()
    page = provider.page
    if page is None:
        return Look(provider.display_name, domain)
    return Look(
        name=provider.display_name,
        domain=domain,
        logo=page.logo is not None,
        colour=None if page.colour is None else page.colour[1:],
        support_email=page.support_email,
        support_phone=page.support_phone,
        support_url=page.support_url,
        note=spoken(page.notes),
    )


def host_of_page(publisher: Publisher) -> Look:
    """The provider under whose own name the page was asked for, such as ``mail.example.com``."""
    by_host = host_domain(request.environ.get("HTTP_HOST", ""))
    domain = "" if by_host is None else by_host.domain
    for _ in range(_MOST_LABELS_UP + 1):
        if "." not in domain:
            break
        provider = publisher.provider(domain)
        if provider is not None:
            return look_of(provider, domain)
        domain = domain.partition(".")[2]
    return Look()


def own_url(base_url: str | None) -> str:
    """Where the public finds us; empty, so that nothing can be said, where the Host header is odd."""
    if base_url is not None:
        return base_url
    host = request.environ.get("HTTP_HOST", "")
    return f"{request.scheme}://{host}" if _HOST.fullmatch(host) else ""
