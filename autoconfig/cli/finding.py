"""The settings that an account command works with: found as ``resolve`` finds them, or read from a file."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from autoconfig.cli.options import providers_option
from autoconfig.cli.resolve import Offline
from autoconfig.errors import AddressError, FormatError, NothingFound

if TYPE_CHECKING:
    from collections.abc import Callable

    from autoconfig.cli.request import Request
    from autoconfig.model import EmailAddress, Provider
    from autoconfig.resolver import Resolution, Resolver

    Decorated = Callable[..., Any]

METHOD_FILE = "file"

_OPTIONS = (
    click.option(
        "--file",
        "file",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        metavar="FILE",
        help="A provider file (.toml, or .xml as the ISPDB has them) with the settings; nobody is asked.",
    ),
    providers_option,
    click.option(
        "--nameserver", "name_servers", multiple=True, metavar="IP[:PORT]", help="A name server to ask."
    ),
    click.option("--doh", metavar="URL", help="A DNS server over HTTPS to ask."),
    click.option("--ispdb", multiple=True, metavar="URL", help="A database of providers to ask by domain."),
    click.option("--allow-http", is_flag=True, help="Fetch documents without TLS too."),
    click.option(
        "--allow-private-networks", is_flag=True, help="Connect to private and loopback addresses too."
    ),
    click.option(
        "--guess/--no-guess", default=True, show_default=True, help="Try the usual server names too."
    ),
)
_NAMES = ("stores", "name_servers", "doh", "ispdb", "allow_http", "allow_private_networks", "guess")


def finding_options(function: Decorated) -> Decorated:
    """The options that say where settings come from."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


class Finding:
    """Where the settings of one address come from, by the options of a command."""

    def __init__(self, address: str, given: dict[str, Any], *, as_json: bool = False) -> None:
        from autoconfig.model import EmailAddress

        try:
            self.address = EmailAddress.parse(address)
        except AddressError as error:
            raise click.UsageError(str(error)) from None
        self._file: Path | None = given["file"]
        self.request = _request({name: given[name] for name in _NAMES}, as_json=as_json)

    def resolver(self) -> Resolver:
        """What asks for settings; made inside the event loop that it runs in."""
        if self._file is not None:
            return self.network()
        return self.request.resolver(self.request.settings())

    def network(self) -> Resolver:
        """What connects to servers, without a store of providers; made inside its event loop too."""
        return dataclasses.replace(self.request, methods=("guess",)).resolver(self.request.settings())

    async def resolution(self, resolver: Resolver) -> Resolution:
        """The settings. Raises NothingFound, Offline, FormatError or OSError."""
        if self._file is not None:
            return _from_file(self._file, self.address)
        from autoconfig.cli.live import live_lines

        options = self.request.options(self.request.settings())
        async with live_lines() as watcher:
            resolution = await resolver.resolve(self.address, options, watcher=watcher)
        if resolution.offline:
            raise Offline(resolution.reason)
        if not resolution.found:
            raise NothingFound(resolution.reason)
        return resolution


def _request(given: dict[str, Any], *, as_json: bool) -> Request:
    from autoconfig.cli.request import Request

    return Request(
        as_json=as_json,
        format_name=None,
        methods=(),
        trace=False,
        timeout=None,
        patience=None,
        jobs=None,
        processes=None,
        resume=None,
        many=False,
        **given,
    )


def _from_file(path: Path, address: EmailAddress) -> Resolution:
    """The settings of a provider file, for whatever domain. Raises FormatError or OSError."""
    from autoconfig.stores.directory import read_provider_file

    try:
        provider = read_provider_file(path).provider
    except FormatError as error:
        where = f"{path}:{error.line}" if error.line else str(path)
        raise FormatError(f"{where}: {error}") from None
    return resolution_of(provider.for_address(address), address, str(path))


def resolution_of(provider: Provider, address: EmailAddress, source: str) -> Resolution:
    """Settings that somebody gave us, in the form of those that were found."""
    from autoconfig.net.suffixes import to_confirm
    from autoconfig.resolver.outcome import Trust
    from autoconfig.resolver.resolution import Resolution, ServerFound

    incoming, outgoing, other = (
        tuple(ServerFound(server=server, method=METHOD_FILE, trust=Trust.LOCAL) for server in servers)
        for servers in (provider.incoming, provider.outgoing, provider.other)
    )
    return Resolution(
        address=address,
        provider=provider,
        method=METHOD_FILE,
        source=source,
        trust=Trust.LOCAL,
        confirm=to_confirm(provider.servers, address.domain),
        incoming=incoming,
        outgoing=outgoing,
        other=other,
    )
