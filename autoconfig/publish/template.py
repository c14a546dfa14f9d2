"""One rendering of a provider for all its domains.

A hoster has one provider and a million domains, and its documents differ in the domain's name only. Rendering
takes a tenth of a millisecond, putting a name into a rendered document a hundredth of that.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from autoconfig.model import Provider

    Render = Callable[[Provider, str], bytes | None]

_LONGEST = 100
"""Characters of a domain for which a template serves; longer ones may make a host name too long."""

_STANDINS = tuple(
    ".".join([letter * 30, letter * 30, letter * (_LONGEST - 62 - len(".example")), "example"])
    for letter in "qz"
)
"""Two domains that nobody has, as long as any the template serves for."""

_DOTTED = re.compile(r"[\w-]*\.[\w.-]*")


class Template:
    """What a renderer writes about one provider, for any of its domains."""

    def __init__(self, provider: Provider, render: Render) -> None:
        self._provider = provider
        self._render = render
        self._pieces: tuple[bytes, ...] | None = None
        self._names: str | None = None
        """What the provider's own data mention: a domain that is equal to something there is rendered."""
        self._made = False

    def render(self, domain: str) -> bytes | None:
        """The same bytes that the renderer writes for this domain."""
        if not self._made:
            # The first domain may be the only one: not before the second is a template worth its making.
            self._made = True
            return self._render(self._provider, domain)
        if self._names is None:
            self._names = self._make()
        if self._pieces is None or len(domain) > _LONGEST or "." not in domain or domain in self._names:
            return self._render(self._provider, domain)
        return domain.encode().join(self._pieces)

    def _make(self) -> str:
        """Render for two domains: where both documents are one around the name, it is a template.

        Returns every name in the provider's data, for the domain may be part of one.
        """
        provider = self._provider
        first, second = (
            None if (body := self._render(provider, name)) is None else tuple(body.split(name.encode()))
            for name in _STANDINS
        )
        if first == second:
            self._pieces = first
        return " ".join(set(_DOTTED.findall(repr(replace(provider, domains=())))))
