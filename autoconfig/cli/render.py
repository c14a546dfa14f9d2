"""``autoconfig render``: the exact bytes a client would get."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from autoconfig.cli.options import providers_option, store_of
from autoconfig.errors import AddressError, NothingFound
from autoconfig.formats import pacc
from autoconfig.model import EmailAddress
from autoconfig.publish import Document, Publisher

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_FORMATS: Mapping[str, Callable[[Publisher, EmailAddress, bool], Document | None]] = {
    "mozilla": lambda publisher, address, full: publisher.mozilla(address.domain, full=full),
    "autodiscover": lambda publisher, address, _full: publisher.autodiscover(address.domain, address),
    "mobilesync": lambda publisher, address, _full: publisher.mobilesync(address.domain, address),
    "pacc": lambda publisher, address, _full: publisher.pacc(address.domain),
}


@click.command("render")
@click.argument("format_name", metavar="FORMAT", type=click.Choice(sorted(_FORMATS)))
@click.argument("address")
@click.option("--full", is_flag=True, help="mozilla: everything the provider has, plain sockets too.")
@providers_option
def command(format_name: str, address: str, full: bool, stores: tuple[str, ...]) -> None:
    """Write the document of ADDRESS in FORMAT to standard output.

    FORMAT is mozilla, autodiscover, mobilesync or pacc. Exit 1 where there is no such document.
    """
    try:
        mailbox = EmailAddress.parse(address)
    except AddressError as error:
        raise click.UsageError(str(error)) from None
    if full and format_name != "mozilla":
        raise click.UsageError("--full goes with mozilla only.")
    publisher = Publisher(store_of(stores))
    document = _FORMATS[format_name](publisher, mailbox, full)
    if document is None:
        raise NothingFound(_reason(publisher, mailbox, format_name))
    sys.stdout.buffer.write(document.body)
    sys.stdout.buffer.flush()


def _reason(publisher: Publisher, address: EmailAddress, format_name: str) -> str:
    provider = publisher.provider(address.domain)
    if provider is None:
        return f"The domain {address.domain} is not served; add a provider file that lists it."
    if format_name == "pacc":
        return pacc.unsayable(provider, address.domain)
    return f"The provider of {address.domain} has nothing that {format_name} can say."
