"""The kinds of documents that are rendered for a domain."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from autoconfig.formats import autodiscover, mobilesync, mozilla, pacc
from autoconfig.publish.document import PRIVATE, PUBLIC, PUBLIC_AS_IT_IS, common_headers

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from autoconfig.model import Provider
    from autoconfig.publish.document import Header


class Format(Protocol):
    """A format that says what a provider offers to one of its domains."""

    MEDIA_TYPE: str
    render: Callable[..., bytes | None]
    """By provider and domain; None where the format cannot say anything of the provider."""


class Kind(NamedTuple):
    """What one kind of document is made by, and how it goes out."""

    name: str
    format: Format
    cache_control: str = PUBLIC
    addressed: bool = False
    """Whether an address is to be put into it."""
    options: Mapping[str, Any] = MappingProxyType({})

    def render(self, provider: Provider, domain: str) -> bytes | None:
        """The bytes for a domain."""
        return self.format.render(provider, domain, **self.options)

    def headers(self, *, personal: bool) -> tuple[Header, ...]:
        """What its documents have in common; ``personal`` where another mailbox may get another."""
        # PACC names no login: it is the same for everybody.
        cache_control = PRIVATE if personal and self.cache_control == PUBLIC else self.cache_control
        return common_headers(self.format.MEDIA_TYPE, cache_control)


MOZILLA = Kind("mozilla", mozilla)
MOZILLA_FULL = Kind("mozilla-full", mozilla, options={"full": True})
AUTODISCOVER = Kind("autodiscover", autodiscover, addressed=True)
MOBILESYNC = Kind("mobilesync", mobilesync, addressed=True)
PACC = Kind("pacc", pacc, PUBLIC_AS_IT_IS)
