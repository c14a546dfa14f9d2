"""``autoconfig check``: what each mail program will make of a domain, and what to mend."""

from __future__ import annotations

import dataclasses
import sys
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from autoconfig.cli.options import json_option, print_json, providers_option, settings_with, store_of
from autoconfig.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from autoconfig.doctor import Checkup
    from autoconfig.doctor.fixes import Problem
    from autoconfig.model import Provider
    from autoconfig.net.dns import Dns
    from autoconfig.settings import Settings

CLIENTS = (
    *("thunderbird", "thunderbird-android", "outlook", "outlook-new", "apple", "delta-chat", "evolution"),
    *("kmail", "nextcloud", "fairemail", "fairemail-play", "pimalaya"),
)
"""As the doctor has them; written out here so that help does not load it."""
EXIT_OFFLINE = 3


class Offline(click.ClickException):
    """Nobody could be asked; that is not the same as something to mend."""

    exit_code = EXIT_OFFLINE


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """The options of one call."""

    clients: tuple[str, ...]
    as_json: bool
    html: BinaryIO | None
    quiet: bool
    servers: bool
    own: bool
    name_servers: tuple[str, ...]
    doh: str | None
    allow_private_networks: bool
    service_host: str | None
    stores: tuple[str, ...]

    def __post_init__(self) -> None:
        if self.doh and self.name_servers:
            raise click.UsageError("--doh and --nameserver exclude each other.")
        if self.as_json and self.html_alone:
            raise click.UsageError("--json and --html - both want the output; give --html a file.")

    @property
    def html_alone(self) -> bool:
        """Whether the page goes where the table would."""
        return self.html is not None and self.html.name == "-"

    def settings(self) -> Settings:
        """The settings of the environment, and over them those of the command line. Raises SettingsError."""
        from autoconfig.settings import doh_url, nameservers

        settings = settings_with(self.stores)
        changes: dict[str, Any] = {}
        if self.name_servers:
            changes = {
                "nameservers": nameservers("--nameserver", " ".join(self.name_servers)),
                "doh_url": None,
            }
        if self.doh:
            changes["doh_url"] = doh_url("--doh", self.doh)
        if self.allow_private_networks:
            changes["allow_private_networks"] = True
        return dataclasses.replace(settings, **changes)


@click.command("check")
@click.argument("domain")
@click.option(
    "--client",
    "clients",
    multiple=True,
    type=click.Choice(CLIENTS),
    metavar="PROGRAM",
    help=f"Look at this program alone; may be given several times. One of {', '.join(CLIENTS)}.",
)
@json_option
@click.option(
    "--html", type=click.File("wb", lazy=True), metavar="FILE", help="Write a page too; - prints it alone."
)
@click.option("--quiet", is_flag=True, help="Print what is to be mended, and nothing where nothing is.")
@click.option("--servers/--no-servers", default=True, show_default=True, help="Look at the mail servers too.")
@click.option(
    "--own", is_flag=True, help="The mail servers are your own: no pauses, and a few questions more."
)
@click.option(
    "--nameserver",
    "name_servers",
    multiple=True,
    metavar="IP[:PORT]",
    help="A name server to ask; may be given several times. "
    "Default: AUTOCONFIG_NAMESERVERS, else those of this machine.",
)
@click.option("--doh", metavar="URL", help="A DNS server over HTTPS to ask. Default: AUTOCONFIG_DOH_URL.")
@click.option("--allow-private-networks", is_flag=True, help="Connect to private and loopback addresses too.")
@click.option(
    "--service-host",
    metavar="HOST",
    help="The host this service runs on, to hold the zone against the plan.  [default: that of "
    "AUTOCONFIG_BASE_URL]",
)
@providers_option
def command(domain: str, **given: Any) -> None:
    """Visit DOMAIN as each mail program does, say what it will configure, and what to mend.

    Each program's own look-up order, headers and reading rules are replayed. What a provider file, the mail
    servers and the DNS plan say is compared.

    Exit 0 nothing to mend (notes do not count), 1 something to mend, 2 wrong use, 3 nobody could be asked.
    """
    request = Request(**given)
    sys.exit(_checked(_domain(domain), request))


def _domain(text: str) -> str:
    """The domain, folded. Raises UsageError."""
    from autoconfig.model import normalize_domain
    from autoconfig.net.suffixes import is_public_suffix

    try:
        domain = normalize_domain(text)
    except DomainError as error:
        raise click.UsageError(str(error)) from None
    if is_public_suffix(domain):
        raise click.UsageError(f"Nothing is asked at the public suffix {domain}; give a domain below it.")
    return domain


def _checked(domain: str, request: Request) -> int:
    import asyncio

    checkup = asyncio.run(_visited(domain, request))
    if checkup.offline:
        raise Offline(checkup.offline)
    if request.html is not None:
        from autoconfig.doctor.page import page

        request.html.write(page(checkup))
        request.html.flush() if request.html_alone else request.html.close()
    if request.as_json and not (request.quiet and checkup.healthy):
        print_json(checkup.as_dict())
    elif not request.as_json and not request.html_alone:
        _print(checkup, quiet=request.quiet)
    return 0 if checkup.healthy else 1


def _print(checkup: Checkup, *, quiet: bool) -> None:
    from autoconfig.cli.checkup import problems, report
    from autoconfig.cli.screen import Screen, show

    screen = Screen.of(sys.stdout)
    show(problems(checkup, screen, notes=False) if quiet else report(checkup, screen))


async def _visited(domain: str, request: Request) -> Checkup:
    from autoconfig.doctor import CLIENTS as PROGRAMS
    from autoconfig.doctor import Doctor

    settings = request.settings()
    entry = store_of(request.stores, quiet=True).find(domain)
    provider = None if entry is None else entry.provider
    doctor = Doctor.open(
        name_servers=settings.nameservers,
        doh_url=settings.doh_url,
        allow_private_networks=settings.allow_private_networks,
        own=request.own,
    )
    async with doctor:
        return await doctor.check(
            domain,
            clients=[client for client in PROGRAMS if not request.clients or client.key in request.clients],
            provider=provider,
            servers=request.servers,
            more=await _plan_problems(domain, provider, request, settings, doctor.dns),
        )


async def _plan_problems(
    domain: str, provider: Provider | None, request: Request, settings: Settings, dns: Dns
) -> Sequence[Problem]:
    """Where the zone is not as it should be, if we know how it should be."""
    if provider is None or not (request.service_host or settings.base_url):
        return ()
    from autoconfig.cli.dns import service_host_of
    from autoconfig.cli.dns_plans import planned
    from autoconfig.doctor.plan import problems_of
    from autoconfig.probes.dns_plan import check
    from autoconfig.publish import Publisher

    host = service_host_of(request.service_host, ())
    plan = planned(Publisher(store_of(request.stores, quiet=True)), None, domain, host)
    return problems_of(await check(dns, domain, plan.records, host, plan.digests))
