"""``autoconfig resolve``: the settings of any address, or of many."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from autoconfig.cli.documents import NAMES, document
from autoconfig.cli.options import (
    json_option,
    password_command_option,
    print_json,
    providers_option,
    token_command_option,
)
from autoconfig.cli.request import Request
from autoconfig.errors import AddressError, NothingFound

if TYPE_CHECKING:
    from autoconfig.cli.progress import Tally
    from autoconfig.model import EmailAddress, Provider
    from autoconfig.resolver import Resolution

METHODS = ("local", "isp", "pacc", "ispdb", "mx", "srv", "autodiscover", "mailconf", "guess")
"""As the resolver has them; written out here so that help does not load it."""
TOML = "toml"
MANY = "-"
EXIT_OFFLINE = 3


class Offline(click.ClickException):
    """Nobody could be asked; that is not the same as nothing found."""

    exit_code = EXIT_OFFLINE


@click.command("resolve")
@click.argument("address")
@json_option
@click.option(
    "--format",
    "format_name",
    type=click.Choice(sorted((*NAMES, TOML))),
    help="Write a document with the settings instead.",
)
@click.option(
    "--method",
    "methods",
    multiple=True,
    type=click.Choice(METHODS),
    help="Use this method alone; may be given several times.",
)
@click.option("--trace", is_flag=True, help="Show every question and when it was asked.")
@click.option(
    "--timeout",
    type=click.FloatRange(0, 600, min_open=True),
    metavar="SECONDS",
    help="For everything.  [default: 10]",
)
@click.option(
    "--patience",
    type=click.FloatRange(0, 600),
    metavar="SECONDS",
    help="For better-placed methods once something is found.  [default: 1.5]",
)
@click.option(
    "--nameserver",
    "name_servers",
    multiple=True,
    metavar="IP[:PORT]",
    help="A name server to ask, and to trust with DNSSEC; may be given several times. "
    "Default: AUTOCONFIG_NAMESERVERS, else those of this machine.",
)
@click.option("--doh", metavar="URL", help="A DNS server over HTTPS to ask. Default: AUTOCONFIG_DOH_URL.")
@click.option(
    "--ispdb",
    multiple=True,
    metavar="URL",
    help="A database of providers to ask by domain; may be given several times. "
    "Default: AUTOCONFIG_ISPDB_URLS, else Thunderbird's.",
)
@click.option("--allow-http", is_flag=True, help="Fetch documents without TLS too.")
@click.option("--allow-private-networks", is_flag=True, help="Connect to private and loopback addresses too.")
@click.option("--guess/--no-guess", default=True, show_default=True, help="Try the usual server names too.")
@click.option("--jobs", type=click.IntRange(1, 1000), help="With -: addresses at once.  [default: 50]")
@click.option(
    "--processes",
    type=click.IntRange(1, 64),
    help="With -: share the work.  [default: one for each core, 4 at most]",
)
@click.option(
    "--resume",
    type=click.Path(dir_okay=False, path_type=Path),
    help="With -: write to FILE, and go on where an earlier run over the same input ended.",
    metavar="FILE",
)
@password_command_option
@token_command_option
@providers_option
def command(address: str, **given: Any) -> None:
    """Find the settings of ADDRESS: its servers, who says so, and how far to trust that.

    With - as ADDRESS, addresses are read from standard input, one a line (blank lines and lines that start
    with # are skipped), and a JSON line is written for each, in the same order.

    Exit 0 found, 1 nothing found (with -: for some), 2 wrong use, 3 nobody could be asked (no network).
    """
    request = Request(**given, many=address == MANY)
    sys.exit(_many(request) if request.many else _one(address, request))


def _many(request: Request) -> int:
    import asyncio

    tally = asyncio.run(_resolved_many(request))
    return 0 if tally.found == tally.asked else 1


async def _resolved_many(request: Request) -> Tally:
    from autoconfig.cli.many import JOBS, resolve_many
    from autoconfig.cli.processes import usual_number

    settings = request.settings()
    options = request.options(settings)
    async with request.resolver(settings) as resolver:
        return await resolve_many(
            lambda address: resolver.resolve(address, options),
            jobs=request.jobs or JOBS,
            trace=request.trace,
            resume=request.resume,
            processes=request.processes or usual_number(),
            arguments=request.arguments(),
        )


def _one(text: str, request: Request) -> int:
    import asyncio

    from autoconfig.model import EmailAddress

    try:
        address = EmailAddress.parse(text)
    except AddressError as error:
        raise click.UsageError(str(error)) from None
    resolution = asyncio.run(_resolved(address, request))
    if request.as_json:
        print_json(resolution.as_dict())
        return 0 if resolution.found else EXIT_OFFLINE if resolution.offline else 1
    _print(resolution, request)
    return 0


async def _resolved(address: EmailAddress, request: Request) -> Resolution:
    from autoconfig.cli.live import live_lines

    settings = request.settings()
    options = request.options(settings)
    async with request.resolver(settings) as resolver, live_lines() as watcher:
        return await resolver.resolve(address, options, watcher=watcher)


def _print(resolution: Resolution, request: Request) -> None:
    """Print what was asked for. Raises NothingFound or Offline."""
    from autoconfig.cli.screen import Screen, show
    from autoconfig.cli.sheet import sheet
    from autoconfig.cli.waterfall import waterfall

    screen = Screen.of(sys.stdout)
    if request.trace:
        show(waterfall(resolution.trace, screen))
    if resolution.offline:
        raise Offline(resolution.reason)
    if resolution.provider is None:
        raise NothingFound(resolution.reason + _hint(resolution, request))
    if request.format_name is None:
        show(sheet(resolution, screen))
        return
    body = _rendered(resolution.provider, resolution, request)
    sys.stdout.buffer.write(body)
    sys.stdout.buffer.flush()


def _hint(resolution: Resolution, request: Request) -> str:
    failed = sum(line.outcome == "failed" for line in resolution.trace)
    if not failed or request.trace:
        return ""
    return f" {failed} question{'s' if failed > 1 else ''} got no usable answer; --trace shows why."


def _rendered(provider: Provider, resolution: Resolution, request: Request) -> bytes:
    """The document we would publish for the domain, placeholders in place of the mailbox."""
    from autoconfig.formats import toml
    from autoconfig.formats.selection import at_domain
    from autoconfig.model.unfilled import without_mailbox
    from autoconfig.publish import Publisher
    from autoconfig.stores import Entry
    from autoconfig.stores.single import SingleStore

    shared = without_mailbox(provider, resolution.address)
    format_name = request.format_name or TOML
    if format_name == TOML:
        return toml.render(at_domain(shared, resolution.address.domain) or shared)
    store = SingleStore(Entry(provider=shared, source=resolution.source))
    return document(Publisher(store), resolution.address, format_name, secrets=request.secrets)
