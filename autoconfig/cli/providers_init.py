"""``autoconfig providers init``: the provider file of an existing domain, from what can be found of it."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from autoconfig.cli.options import json_option, print_json, settings_with
from autoconfig.errors import DomainError
from autoconfig.model import normalize_domain

if TYPE_CHECKING:
    from autoconfig.drafting import Draft, Survey
    from autoconfig.settings import Settings

PRINT = Path("-")


@click.command("init")
@click.argument("domain")
@click.option(
    "--output",
    "output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write to FILE, or print with -.  [default: DOMAIN.toml]",
)
@click.option("--force", is_flag=True, help="Write over a file that is there.")
@click.option("--own", is_flag=True, help="The servers are your own: no pauses between connections.")
@click.option(
    "--nameserver",
    "name_servers",
    multiple=True,
    metavar="IP[:PORT]",
    help="A name server to ask; may be given several times. Default: AUTOCONFIG_NAMESERVERS, else those of "
    "this machine.",
)
@click.option("--allow-http", is_flag=True, help="Fetch documents without TLS too.")
@click.option("--allow-private-networks", is_flag=True, help="Connect to private and loopback addresses too.")
@json_option
def init(domain: str, output: Path | None, force: bool, as_json: bool, **given: Any) -> None:
    """Write the provider file of DOMAIN from what its DNS, documents and servers say.

    Documents and records are asked first; the usual names are tried for what nobody names. Security and ways
    to log in are those that the servers offer. Comments at the head say who said what, and what to check.

    Exit 0 written, 1 nothing found or the linter has a remark, 2 wrong use, 3 nobody could be reached.
    """
    import asyncio

    name = _domain(domain)
    path = output or Path(f"{name}.toml")
    if path != PRINT and path.exists() and not force:
        raise click.ClickException(f"{path} is there already; --force writes over it.")
    settings = _settings(
        **{key: given[key] for key in ("name_servers", "allow_http", "allow_private_networks")}
    )
    with _waiting(name):
        found = asyncio.run(_surveyed(name, settings, own=given["own"]))
    written = _drafted(found)
    _write(path, written, force=force)
    if as_json and path != PRINT:
        print_json(_as_dict(path, written, found))
    _tell(path, written)
    sys.exit(1 if any(remark.severity == "warning" for remark in written.remarks) else 0)


def _domain(text: str) -> str:
    """The domain, folded. Raises UsageError."""
    from autoconfig.net.suffixes import is_public_suffix

    try:
        domain = normalize_domain(text)
    except DomainError as error:
        raise click.UsageError(str(error)) from None
    if is_public_suffix(domain):
        raise click.UsageError(f"Nothing is asked at the public suffix {domain}; give a domain below it.")
    return domain


def _settings(name_servers: tuple[str, ...], allow_http: bool, allow_private_networks: bool) -> Settings:
    """The settings of the environment, and over them those of the command line. Raises SettingsError."""
    from autoconfig.settings import nameservers

    settings = settings_with(())
    if name_servers:
        named = nameservers("--nameserver", " ".join(name_servers))
        settings = replace(settings, nameservers=named, doh_url=None)
    return replace(
        settings,
        allow_http=settings.allow_http or allow_http,
        allow_private_networks=settings.allow_private_networks or allow_private_networks,
    )


async def _surveyed(domain: str, settings: Settings, *, own: bool) -> Survey:
    from autoconfig.drafting import survey
    from autoconfig.net.dns import open_dns
    from autoconfig.probes import Prober
    from autoconfig.resolver import Options, Resolver

    options = Options(allow_http=settings.allow_http)
    if settings.ispdb_urls is not None:
        options = replace(options, ispdb_urls=settings.ispdb_urls)
    ways: dict[str, Any] = {
        "name_servers": settings.nameservers,
        "doh_url": settings.doh_url,
        "allow_private_networks": settings.allow_private_networks,
    }
    dns = open_dns(settings.nameservers, settings.doh_url)
    async with (
        Resolver.open(**ways, allow_http=settings.allow_http) as resolver,
        Prober.open(**ways, own=own) as prober,
    ):
        try:
            return await survey(domain, resolver=resolver, prober=prober, dns=dns, options=options)
        finally:
            await dns.aclose()


def _drafted(found: Survey) -> Draft:
    """The draft. Raises Offline and NothingFound."""
    import datetime

    from autoconfig.cli.resolve import Offline
    from autoconfig.drafting import draft

    if not found.reached:
        raise Offline(f"Nobody could be asked about {found.domain}: {found.resolution.reason}")
    return draft(found, datetime.datetime.now(datetime.UTC).date())


def _write(path: Path, written: Draft, *, force: bool) -> None:
    if path == PRINT:
        sys.stdout.buffer.write(written.document)
        sys.stdout.buffer.flush()
        return
    try:
        # "x": whoever made the file meanwhile keeps it.
        with path.open("wb" if force else "xb") as file:
            file.write(written.document)
    except FileExistsError:
        raise click.ClickException(f"{path} is there already; --force writes over it.") from None


def _waiting(domain: str) -> Any:
    """A word on a terminal that something is going on."""
    from contextlib import nullcontext

    if not sys.stderr.isatty():
        return nullcontext()
    from rich.console import Console

    return Console(stderr=True).status(f"Looking at {domain}")


def _tell(path: Path, written: Draft) -> None:
    """On standard error: what was written, and what to look at."""
    servers = written.provider.servers
    where = "" if path == PRINT else f" to {path}"
    click.echo(f"{len(servers)} server{'s' if len(servers) != 1 else ''} written{where}.", err=True)
    for check in written.checks:
        click.echo(f"Check: {check}", err=True)
    for remark in written.remarks:
        click.echo(f"Lint: {remark}", err=True)


def _as_dict(path: Path, written: Draft, found: Survey) -> dict[str, Any]:
    spots = (*found.mail, *found.other, *found.broken)
    return {
        "domain": found.domain,
        "file": str(path),
        "found": list(written.found),
        "checks": list(written.checks),
        "remarks": [str(remark) for remark in written.remarks],
        "servers": [spot.report.as_dict() | {"origin": spot.origin} for spot in spots],
    }
