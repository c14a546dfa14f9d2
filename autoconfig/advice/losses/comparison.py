"""A provider held against what a document says of it: every fact that is not there, by its path."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import fields
from typing import TYPE_CHECKING

from autoconfig.advice.losses.servers import servers_lost
from autoconfig.errors import ValueRefused
from autoconfig.model import OAuth2, Remark

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from autoconfig.advice.losses.said import Asking
    from autoconfig.model import Documentation, Enable, Provider

SHOWN = 5
"""How many of a provider's domains a value names."""


def lost(provider: Provider, said: Provider, asking: Asking) -> Iterator[Remark]:
    """What ``said`` does not say of the provider, in the order of the provider file."""
    yield from _names(provider, said)
    yield from _domains(provider, said)
    if provider.update_url is not None and provider.update_url != said.update_url:
        yield _not_said("update_url", "Where newer versions are", provider.update_url)
    for direction in ("incoming", "outgoing", "other"):
        ours, theirs = getattr(provider, direction), getattr(said, direction)
        yield from servers_lost(direction, ours, theirs, asking)
    yield from _oauth2(provider.oauth2, said.oauth2)
    yield from _webmail(provider, said)
    yield from _redirect(provider, said, asking)
    yield from _pages("documentation", provider.documentation, said.documentation)
    yield from _pages("enable", provider.enable, said.enable)


def _not_said(path: str, what: str, value: str | None = None) -> Remark:
    return Remark(message=f"{what} is not said.", path=path, value=value)


def _names(provider: Provider, said: Provider) -> Iterator[Remark]:
    """A reader takes the domain for a name that is not there; that is no other name."""
    for key, ours, theirs in (
        ("id", provider.id, said.id),
        ("name", provider.display_name, said.display_name),
        ("short_name", provider.short_name, said.short_name),
    ):
        if ours == theirs:
            continue
        made_up = theirs in (said.id, said.display_name) if key == "short_name" else theirs == said.id
        if made_up or key == "id":
            yield _not_said(key, f"The {key.replace('_', ' ')}", ours)
        else:
            yield Remark(message=f"It is said as {theirs!r}.", path=key, value=ours)


def _domains(provider: Provider, said: Provider) -> Iterator[Remark]:
    for key, ours, theirs in (
        ("domains", provider.domains, said.domains),
        ("mx", provider.mx_domains, said.mx_domains),
    ):
        known = frozenset(theirs)
        missing = [domain for domain in ours if domain not in known]
        if missing:
            shown = ", ".join(missing[:SHOWN]) + (", …" if len(missing) > SHOWN else "")
            message = "None of the domains is said."
            if len(missing) < len(ours):
                verb = "are" if len(missing) > 1 else "is"
                message = f"{len(missing)} of {len(ours)} domains {verb} not said."
            yield Remark(message=message, path=key, value=shown)


def _oauth2(ours: OAuth2 | None, theirs: OAuth2 | None) -> Iterator[Remark]:
    if ours is None:
        return
    if theirs is None:
        yield _not_said("oauth2", "Where to get a token", ours.issuer_url)
        return
    for field in fields(OAuth2):
        value = getattr(ours, field.name)
        if value and value != getattr(theirs, field.name):
            shown = " ".join(value) if isinstance(value, tuple) else value
            yield _not_said(f"oauth2.{field.name}", f"The {field.name.replace('_', ' ')}", shown)


def _webmail(provider: Provider, said: Provider) -> Iterator[Remark]:
    ours, theirs = provider.webmail, said.webmail
    if ours is None:
        return
    if ours.url is not None and (theirs is None or theirs.url != ours.url):
        yield _not_said("webmail.url", "The web mail", ours.url)
    if ours.login is not None and (theirs is None or theirs.login != ours.login):
        yield _not_said("webmail.login", "The login form", ours.login.url)


def _redirect(provider: Provider, said: Provider, asking: Asking) -> Iterator[Remark]:
    ours = provider.autodiscover
    if ours is None or ours == said.autodiscover:
        return
    path = "autodiscover." + ("redirect_url" if ours.url is not None else "redirect_address")
    value = ours.url or f"@{ours.domain}"
    here = None
    if asking.domain is not None:
        with suppress(ValueRefused):
            here = ours.at(asking.domain)
    if here is not None and here == said.autodiscover:
        message = f"{value} is said for {asking.domain} alone."
        yield Remark(message=message, path=path, value=value)
    else:
        yield _not_said(path, "Where Autodiscover leads", value)


def _pages(
    key: str, ours: Sequence[Documentation | Enable], theirs: Iterable[Documentation | Enable]
) -> Iterator[Remark]:
    """Pages by their URL, and the texts about each."""
    left = list(theirs)
    for index, page in enumerate(ours):
        path = f"{key}[{index}]"
        found = next((other for other in left if other.url == page.url), None)
        if found is None:
            yield _not_said(f"{path}.url", "The page", page.url)
            continue
        left.remove(found)
        for text in page.texts:
            if text not in found.texts:
                yield _not_said(f"{path}.text.{text.language or 'und'}", "The text", text.text)
