"""``autoconfig providers verify``: every server of a database looked at, and what has rotted told."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from autoconfig.cli.options import json_option, print_json, providers_option, settings_with, store_of
from autoconfig.errors import DomainError, NothingFound, SettingsError
from autoconfig.model import normalize_domain
from autoconfig.model.placeholders import EMAIL_DOMAIN

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Sequence

    from autoconfig.cli.earlier import Earlier
    from autoconfig.cli.rot import Tally
    from autoconfig.model import AnyServer, Provider
    from autoconfig.probes import Prober
    from autoconfig.stores import Entry, Store

    Verified = dict[str, Any]

JOBS = 20
"""Servers looked at at once; written out here so that help does not load the prober."""
ENOUGH = 20
"""Providers none of whose servers was reached: there is no network."""


@click.command("verify")
@click.argument("ids", nargs=-1, metavar="[ID]...")
@json_option
@click.option("--own", is_flag=True, help="The servers are your own: no pauses, and a few questions more.")
@click.option("--jobs", type=click.IntRange(1, 500), default=JOBS, show_default=True, help="Servers at once.")
@click.option(
    "--timeout",
    type=click.FloatRange(0, 600, min_open=True),
    metavar="SECONDS",
    help="For each server, pauses not counted.  [default: 10]",
)
@click.option(
    "--resume",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write a JSON line for each provider to FILE, and go on where an earlier run ended.",
)
@click.option(
    "--nameserver",
    "name_servers",
    multiple=True,
    metavar="IP[:PORT]",
    help="A name server to ask; may be given several times. Default: AUTOCONFIG_NAMESERVERS, else those of "
    "this machine.",
)
@click.option("--allow-private-networks", is_flag=True, help="Connect to private and loopback addresses too.")
@providers_option
def verify(ids: tuple[str, ...], as_json: bool, stores: tuple[str, ...], **given: Any) -> None:
    """Look at every server of the providers, and tell what is not as published.

    ID is a provider's id or one of its domains; without it, all providers. A server that many name is looked
    at once, and a stranger's is connected to no more than once a second. Nobody logs in.

    Exit 0 no errors (warnings perhaps), 1 errors, 2 wrong use, 3 nobody could be reached (no network).
    """
    import asyncio

    from autoconfig.cli.rot import Tally, show_rot

    entries = chosen(store_of(stores, quiet=as_json), ids)
    tally = Tally()
    verified = asyncio.run(_verified(entries, tally, stores=stores, **given))
    if as_json:
        print_json(verified)
    else:
        show_rot(verified)
        click.echo(tally.summary, err=True)
    sys.exit(1 if tally.errors else 0)


def chosen(store: Store, ids: Sequence[str]) -> list[Entry]:
    """The providers with these ids or domains, all without any. Raises NothingFound."""
    entries = list(store.entries())
    if not ids:
        return entries
    by_id = {entry.provider.id.lower(): entry for entry in entries}
    found: dict[str, Entry] = {}
    for name in ids:
        entry = by_id.get(name.lower()) or _by_domain(store, name)
        if entry is None:
            raise NothingFound(f"No provider has the id or domain {name!r}; see providers list.")
        found.setdefault(entry.provider.id, entry)
    return list(found.values())


def _by_domain(store: Store, name: str) -> Entry | None:
    try:
        return store.find(normalize_domain(name))
    except DomainError:
        return None


async def _verified(
    entries: list[Entry],
    tally: Tally,
    *,
    jobs: int,
    resume: Path | None,
    stores: tuple[str, ...],
    **given: Any,
) -> list[Verified]:
    """Look at all, and write the lines of those looked at now. Raises Offline, SettingsError, OSError."""
    from contextlib import aclosing

    from autoconfig.cli.many import allow_many_connections
    from autoconfig.cli.order import in_order
    from autoconfig.cli.progress import progress_bar

    allow_many_connections()
    async with _prober(stores, jobs=jobs, **given) as prober:

        async def look(entry: Entry) -> Verified:
            return await verified_entry(entry, prober)

        source = _each(entries)
        with _lines(resume) as earlier, progress_bar(lambda: len(entries), None, tally) as show:
            run = _Run(tally, earlier)
            if earlier is not None:
                source = earlier.skip(source, "id", lambda entry: entry.provider.id, run.remember)
            async with aclosing(in_order(source, look, jobs)) as results:
                async for verified in results:
                    await run.add(verified)
                    show()
            return run.all()


class _Run:
    """What a run has found, and its file."""

    def __init__(self, tally: Tally, earlier: Earlier | None) -> None:
        self._tally = tally
        self._earlier = earlier
        self._before: list[Verified] = []
        self._fresh: list[Verified] = []
        self._written = 0
        self._reached = False

    def remember(self, verified: Verified) -> None:
        """Something that an earlier run found. Raises SettingsError for what is no such thing."""
        servers = verified.get("servers")
        if not isinstance(servers, list) or not all(
            isinstance(each, dict) and "findings" in each for each in servers
        ):
            raise SettingsError(f"--resume: the line about {verified['id']} is not one of providers verify.")
        self._before.append(verified)
        self._tally.add(verified)

    async def add(self, verified: Verified) -> None:
        """Something found now. Raises Offline where many were asked and nobody was reached."""
        from autoconfig.cli.many import json_line
        from autoconfig.cli.streams import write

        self._fresh.append(verified)
        self._tally.add(verified)
        self._reached = self._reached or any(server["reached"] for server in verified["servers"])
        if len(self._fresh) >= ENOUGH:
            self._check()
        if self._reached and self._earlier is not None:
            # Not before: what is found without a network is nobody's fault.
            lines = b"".join(map(json_line, self._fresh[self._written :]))
            self._written = len(self._fresh)
            await write(self._earlier.descriptor, lines)

    def all(self) -> list[Verified]:
        """Everything found, in the order of the providers. Raises Offline where nobody was reached."""
        self._check()
        return [*self._before, *self._fresh]

    def _check(self) -> None:
        from autoconfig.cli.resolve import Offline

        if any(each["servers"] for each in self._fresh) and not self._reached:
            raise Offline("Nobody could be reached: no name server and no server answers.")


def _prober(
    stores: tuple[str, ...],
    *,
    name_servers: tuple[str, ...],
    allow_private_networks: bool,
    timeout: float | None,
    **given: Any,
) -> Prober:
    """A prober that asks as the options and the environment say. Raises SettingsError."""
    from autoconfig.probes import Prober
    from autoconfig.probes.tools import LIMIT, STEP
    from autoconfig.settings import nameservers

    settings = settings_with(stores)
    named = nameservers("--nameserver", " ".join(name_servers)) if name_servers else settings.nameservers
    limit = LIMIT if timeout is None else timeout
    return Prober.open(
        name_servers=named,
        doh_url=None if name_servers else settings.doh_url,
        allow_private_networks=allow_private_networks or settings.allow_private_networks,
        limit=limit,
        step=min(STEP, limit),
        **given,
    )


async def verified_entry(entry: Entry, prober: Prober) -> Verified:
    """The JSON of one provider: a report on each of its servers."""
    import asyncio

    provider = entry.provider
    reports = await asyncio.gather(*map(prober.probe, _servers(provider)))
    return {
        "id": provider.id,
        "name": provider.display_name,
        "source": entry.source,
        "servers": [report.as_dict() for report in reports],
    }


def _servers(provider: Provider) -> list[AnyServer]:
    """The servers as the provider's first domain has them."""
    values = {EMAIL_DOMAIN: provider.domains[0]} if provider.domains else {}
    return [server.filled(values) for server in provider.servers]


async def _each(entries: list[Entry]) -> AsyncIterator[Entry]:
    for entry in entries:
        yield entry


@contextmanager
def _lines(resume: Path | None) -> Iterator[Earlier | None]:
    if resume is None:
        yield None
        return
    from autoconfig.cli.earlier import Earlier

    with Earlier.open(resume) as earlier:
        yield earlier
