"""``autoconfig dns``: the records a mail domain needs, and whether the world sees them."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from autoconfig.cli.dns_customers import Planner
from autoconfig.cli.dns_plans import live_publisher, publisher_of, remember, say_what_comes_next
from autoconfig.cli.options import print_json, providers_option, settings_with
from autoconfig.errors import DomainError, ValueRefused

if TYPE_CHECKING:
    from collections.abc import Callable

    from autoconfig.cli.dns_plans import Plan
    from autoconfig.formats.zone import ServiceHost
    from autoconfig.net.dns import Dns
    from autoconfig.probes.dns_plan import Finding
    from autoconfig.publish import Publisher


@click.group("dns")
def command() -> None:
    """The DNS records of mail domains: print them, check them."""


service_host_option = click.option(
    "--service-host",
    metavar="HOST",
    help="The host this service runs on.  [default: that of AUTOCONFIG_BASE_URL]",
)
_address_option = click.option(
    "--address",
    "addresses",
    multiple=True,
    metavar="IP",
    help="Point to this address instead of the host's name; may be given several times.",
)


_live_option = click.option(
    "--live",
    "live_stores",
    multiple=True,
    metavar="STORE",
    help="Where --providers is a draft: what is served now.  [default: AUTOCONFIG_PROVIDERS]",
)


_provider_option = click.option(
    "--provider",
    "provider_id",
    metavar="ID",
    help="Whose customers the domains will be: for domains nobody lists whose MX records lead elsewhere yet.",
)
_nameserver_option = click.option(
    "--nameserver",
    "name_servers",
    multiple=True,
    metavar="IP:PORT",
    help="Ask this name server.  [default: AUTOCONFIG_NAMESERVERS, else those of the machine]",
)


@command.command("records")
@click.argument("domains", nargs=-1, required=True, metavar="DOMAIN...")
@click.option(
    "--format", "format_name", type=click.Choice(["zone", "json"]), default="zone", show_default=True
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@service_host_option
@_address_option
@_provider_option
@_nameserver_option
@providers_option
@_live_option
def records(
    domains: tuple[str, ...],
    format_name: str,
    as_json: bool,
    service_host: str | None,
    addresses: tuple[str, ...],
    provider_id: str | None,
    name_servers: tuple[str, ...],
    stores: tuple[str, ...],
    live_stores: tuple[str, ...],
) -> None:
    """Print every record each DOMAIN needs, ready for its zone.

    A DOMAIN that nobody lists is looked up in the DNS: where its MX record leads to a provider of ours, that
    one serves it, by the rule that the service follows (AUTOCONFIG_MX_RULE).

    While a PACC document changes, the digest before is printed beside the new one. With a draft in
    --providers, both are printed before the draft is served, so that no client is ever without the right one.
    """
    from autoconfig.formats import zone

    host = service_host_of(service_host, addresses)
    publisher, live = publisher_of(stores), live_publisher(stores, live_stores)
    plans = _plans(domains, publisher, live, host, name_servers, provider_id)
    if as_json or format_name == "json":
        content = [
            {"domain": plan.domain, "records": [record.as_dict() for record in plan.records]}
            for plan in plans
        ]
        print_json(content[0] if len(content) == 1 else content)
    else:
        click.echo("\n".join(zone.render(plan.domain, plan.records) for plan in plans), nl=False)
        for plan in plans:
            say_what_comes_next(plan)
    sys.stdout.flush()
    if live is None:
        remember(publisher, plans)


def service_host_of(given: str | None, addresses: tuple[str, ...]) -> ServiceHost:
    """The host records point to. Raises UsageError where nobody says which."""
    from autoconfig.formats.zone import ServiceHost

    base_url = settings_with(()).base_url
    name = given or (urlsplit(base_url).hostname if base_url else None)
    if name is None:
        raise click.UsageError("Say where the service runs: --service-host HOST, or set AUTOCONFIG_BASE_URL.")
    try:
        return ServiceHost(name=name, addresses=addresses)
    except ValueRefused as error:
        raise click.UsageError(str(error)) from None


def _domain(text: str) -> str:
    from autoconfig.model import normalize_domain

    try:
        return normalize_domain(text)
    except DomainError as error:
        raise click.UsageError(str(error)) from None


@command.command("check")
@click.argument("domains", nargs=-1, required=True, metavar="DOMAIN...")
@_nameserver_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@service_host_option
@_address_option
@_provider_option
@providers_option
@_live_option
def check(
    domains: tuple[str, ...],
    name_servers: tuple[str, ...],
    as_json: bool,
    service_host: str | None,
    addresses: tuple[str, ...],
    provider_id: str | None,
    stores: tuple[str, ...],
    live_stores: tuple[str, ...],
) -> None:
    """Compare the live DNS of each DOMAIN with its plan. Exit 1 where something is wrong."""
    import asyncio

    host = service_host_of(service_host, addresses)
    publisher, live = publisher_of(stores), live_publisher(stores, live_stores)
    plans = _plans(domains, publisher, live, host, name_servers, provider_id)
    checked = asyncio.run(_checked(plans, host, _dns(name_servers)()))
    if as_json:
        content = [
            {"domain": domain, "records": [finding.as_dict() for finding in findings]}
            for domain, findings in checked
        ]
        print_json(content[0] if len(content) == 1 else content)
    else:
        for _, findings in checked:
            _print(findings)
    if live is None:
        remember(publisher, plans)
    sys.exit(1 if any(finding.verdict != "ok" for _, findings in checked for finding in findings) else 0)


def _plans(
    domains: tuple[str, ...],
    publisher: Publisher,
    live: Publisher | None,
    host: ServiceHost,
    name_servers: tuple[str, ...],
    provider_id: str | None,
) -> list[Plan]:
    """The plan of each domain. Raises NothingFound."""
    settings = settings_with(())
    planner = Planner(
        publisher,
        live,
        host,
        _dns(name_servers) if settings.follows_mx else None,
        any_name=bool(name_servers or settings.nameservers or settings.doh_url),
        provider_id=provider_id,
    )
    return [planner.plan(domain) for domain in map(_domain, domains)]


async def _checked(plans: list[Plan], host: ServiceHost, dns: Dns) -> list[tuple[str, list[Finding]]]:
    from contextlib import aclosing

    from autoconfig.probes.dns_plan import check as check_plan

    async with aclosing(dns):
        return [
            (plan.domain, await check_plan(dns, plan.domain, plan.records, host, plan.digests))
            for plan in plans
        ]


def _dns(name_servers: tuple[str, ...]) -> Callable[[], Dns]:
    """What opens the DNS of the command line, else of the settings. Raises UsageError."""
    from autoconfig.net.dns import name_server, open_dns

    try:
        for text in name_servers:
            name_server(text)
    except DomainError as error:
        raise click.UsageError(str(error)) from None
    settings = settings_with(())
    if name_servers:
        return lambda: open_dns(name_servers)
    return lambda: open_dns(settings.nameservers, settings.doh_url)


def _print(findings: list[Finding]) -> None:
    """One line for each name: the verdict, the owner in full, and what is wrong."""
    for finding in findings:
        click.echo(f"{finding.verdict:<12}{finding.name} {finding.type}")
        if finding.verdict != "ok" and finding.expected:
            click.echo(f"{'':<12}should be {' and '.join(finding.expected)}")
        if finding.detail:
            click.echo(f"{'':<12}{finding.detail}")
