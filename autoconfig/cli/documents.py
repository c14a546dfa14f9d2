"""The documents that ``render`` and ``resolve --format`` write: one table for both."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from autoconfig.errors import NothingFound, ValueRefused
from autoconfig.formats import clients

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from autoconfig.model import EmailAddress, Provider
    from autoconfig.publish import Document, Publisher

FORMATS: Mapping[str, Callable[[Publisher, EmailAddress, bool], Document | None]] = {
    "mozilla": lambda publisher, address, full: publisher.mozilla(address.domain, full=full, address=address),
    "autodiscover": lambda publisher, address, _full: publisher.autodiscover(address.domain, address),
    "mobilesync": lambda publisher, address, _full: publisher.mobilesync(address.domain, address),
    "pacc": lambda publisher, address, _full: publisher.pacc(address.domain),
    "mobileconfig": lambda publisher, address, _full: publisher.mobileconfig(address),
}
"""What the web service publishes too."""

NAMES = tuple(sorted((*FORMATS, *clients.PROGRAMS)))
"""All that can be written: published documents, and the configuration of command-line mail programs."""


def secrets_for(
    format_name: str | None, password_command: str | None, token_command: str | None
) -> clients.Secrets | None:
    """The commands that print a secret; None for formats that have no place for them. Raises UsageError."""
    if format_name in clients.PROGRAMS:
        try:
            return clients.Secrets(password_command=password_command, token_command=token_command)
        except ValueRefused as error:
            raise click.UsageError(str(error)) from None
    if password_command is not None or token_command is not None:
        raise click.UsageError(
            f"--password-command and --token-command go with {', '.join(clients.PROGRAMS)}."
        )
    return None


def document(
    publisher: Publisher,
    address: EmailAddress,
    format_name: str,
    *,
    full: bool = False,
    secrets: clients.Secrets | None = None,
) -> bytes:
    """The bytes a client gets for an address. Raises NothingFound where there is no such document.

    Raises ValueRefused for an address that cannot be written safely into the configuration of a program.
    """
    if format_name in clients.PROGRAMS:
        provider = publisher.provider(address.domain, address=address)
        if provider is None:
            raise NothingFound(_reason(None, address, format_name))
        return clients.render(format_name, provider, address, secrets)
    found = FORMATS[format_name](publisher, address, full)
    if found is None:
        raise NothingFound(_reason(publisher.provider(address.domain, address=address), address, format_name))
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
