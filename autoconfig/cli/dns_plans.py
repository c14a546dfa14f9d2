"""The DNS plans of the command line: of what is served, or of a draft beside it."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, NamedTuple

import click

from autoconfig.cli.options import store_of
from autoconfig.errors import NothingFound, StoreError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from autoconfig.formats.pacc import Rollover
    from autoconfig.formats.zone import DnsRecord, ServiceHost
    from autoconfig.publish import Publisher

_TRIES, _PAUSE = 20, 0.05
"""How often, and with how many seconds between, a memory that another process writes is tried."""


class Plan(NamedTuple):
    """The records of one domain, and what is behind its digests."""

    domain: str
    records: tuple[DnsRecord, ...]
    digests: Rollover | None
    note: str = ""
    """What is to be known about a domain that nobody lists, as one sentence."""


def planned(publisher: Publisher, live: Publisher | None, domain: str, host: ServiceHost) -> Plan:
    """The plan of one domain; ``live`` serves it now where ``publisher`` has a draft. Raises NothingFound."""
    from autoconfig.publish import rollover

    digests = rollover(publisher, domain, live)
    return Plan(domain, plan_of(publisher, domain, host, digests), digests)


def plan_of(
    publisher: Publisher, domain: str, host: ServiceHost, digests: Rollover | None
) -> tuple[DnsRecord, ...]:
    """The plan of one domain. Raises NothingFound where the domain is not served."""
    from autoconfig.formats import zone

    provider = publisher.provider(domain)
    if provider is None:
        raise NothingFound(f"The domain {domain} is not served; add a provider file that lists it.")
    return zone.plan(provider, domain, host, [] if digests is None else digests.texts(time.time()))


def say_what_comes_next(plan: Plan) -> None:
    """On standard error: why a domain is served that nobody lists; with two digests, when to go on."""
    from autoconfig.formats.zone import TTL
    from autoconfig.probes.dns_digests import when

    if plan.note:
        click.echo(f"autoconfig: {plan.domain}: {plan.note}", err=True)
    needed = () if plan.digests is None else plan.digests.needed(time.time())
    if plan.digests is not None and plan.digests.draft:
        minutes = TTL // 60
        click.echo(
            f"autoconfig: {plan.domain}: publish both digests; serve the draft {minutes} minutes later.",
            err=True,
        )
    elif needed:
        moment = when(max(past.needed_until for past in needed))
        click.echo(f"autoconfig: {plan.domain}: the older digest is needed until {moment}.", err=True)


def live_publisher(stores: tuple[str, ...], live_stores: tuple[str, ...]) -> Publisher | None:
    """What is served now, where the stores of the command line are a draft; None where they are it."""
    if live_stores:
        return publisher_of(live_stores)
    served = os.environ.get("AUTOCONFIG_PROVIDERS", "").split()
    if not stores or not served or [*map(os.path.realpath, stores)] == [*map(os.path.realpath, served)]:
        return None
    try:
        return publisher_of(())
    except StoreError:
        return None  # nobody asked for it


def remember(publisher: Publisher, plans: Iterable[Plan]) -> None:
    """Write down which digests were told, where the store can; somebody else who is writing goes first."""
    from autoconfig.stores import memory_of

    for plan in plans:
        memory = memory_of(publisher.store, plan.domain)
        for _ in range(_TRIES):
            if memory is None or memory.keep(make_room=True):
                break
            time.sleep(_PAUSE)


def publisher_of(stores: tuple[str, ...]) -> Publisher:
    """Opens the stores of the command line or the environment. Raises SettingsError or StoreError."""
    from autoconfig.publish import Publisher

    return Publisher(store_of(stores))
