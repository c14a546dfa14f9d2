"""The documents that ``render`` and ``resolve --format`` write: one table for both."""

from __future__ import annotations

from typing import TYPE_CHECKING

from autoconfig.errors import NothingFound

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from autoconfig.model import EmailAddress, Provider
    from autoconfig.publish import Document, Publisher

FORMATS: Mapping[str, Callable[[Publisher, EmailAddress, bool], Document | None]] = {
    "mozilla": lambda publisher, address, full: publisher.mozilla(address.domain, full=full),
    "autodiscover": lambda publisher, address, _full: publisher.autodiscover(address.domain, address),
    "mobilesync": lambda publisher, address, _full: publisher.mobilesync(address.domain, address),
    "pacc": lambda publisher, address, _full: publisher.pacc(address.domain),
    "mobileconfig": lambda publisher, address, _full: publisher.mobileconfig(address),
}


def document(publisher: Publisher, address: EmailAddress, format_name: str, *, full: bool = False) -> bytes:
    """The bytes a client gets for an address. Raises NothingFound where there is no such document."""
    found = FORMATS[format_name](publisher, address, full)
    if found is None:
        raise NothingFound(_reason(publisher.provider(address.domain), address, format_name))
    return found.body


def _reason(provider: Provider | None, address: EmailAddress, format_name: str) -> str:
    domain = address.domain
    if provider is None:
        return f"The domain {domain} is not served; add a provider file that lists it."
    if format_name == "pacc":
        from autoconfig.formats import pacc

        return pacc.unsayable(provider, domain)
    if format_name == "mobileconfig":
        from autoconfig.formats import mobileconfig

        return mobileconfig.unsayable(provider, address)
    return f"The provider of {domain} has nothing that {format_name} can say."
