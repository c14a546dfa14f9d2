"""``autoconfig providers``: what is served, and what is wrong with it."""

from __future__ import annotations

import itertools
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from autoconfig.cli.options import json_option, print_json, providers_option, store_of
from autoconfig.cli.providers_init import init
from autoconfig.cli.providers_verify import verify
from autoconfig.errors import DomainError, NothingFound
from autoconfig.model import normalize_domain

if TYPE_CHECKING:
    from collections.abc import Callable

    from autoconfig.model import Provider, Remark
    from autoconfig.stores import Entry, Store

LINTED = 1000
"""How many domains of a provider in a database are looked at."""


@click.group("providers")
def command() -> None:
    """List, check, verify and write the providers that are served."""


command.add_command(init)
command.add_command(verify)


@command.command("list")
@json_option
@providers_option
def list_(as_json: bool, stores: tuple[str, ...]) -> None:
    """List the providers with their domains; into a pipe as tab-separated lines with every domain."""
    from autoconfig.cli import listing

    entries = store_of(stores, quiet=as_json).entries()
    if as_json:
        listing.write_json(entries)
    elif sys.stdout.isatty():
        listing.show_table(entries)
    else:
        listing.write_lines(entries)
    sys.stdout.flush()


@command.command("show")
@click.argument("provider_id", metavar="ID")
@json_option
@providers_option
def show(provider_id: str, as_json: bool, stores: tuple[str, ...]) -> None:
    """Show one provider, by its id or one of its domains, as a provider file."""
    store = store_of(stores, quiet=as_json)
    wanted = provider_id.lower()
    entry = next((entry for entry in store.entries() if entry.provider.id.lower() == wanted), None)
    with suppress(DomainError):
        entry = entry or store.find(normalize_domain(provider_id))
    if entry is None:
        raise NothingFound(f"No provider has the id or domain {provider_id!r}; see providers list.")
    from autoconfig.cli import listing

    (listing.show_json if as_json else listing.show_document)(entry)
    sys.stdout.flush()


@command.command("lint")
@click.argument("paths", nargs=-1, metavar="[PATH]...", type=click.Path(path_type=Path, exists=True))
@json_option
@providers_option
def lint(paths: tuple[Path, ...], as_json: bool, stores: tuple[str, ...]) -> None:
    """Check provider files or folders; without PATH, all that is served.

    Exit 1 where there is a remark; notes, about what a format cannot say, are printed and no remarks.
    """
    remarks = _remarks_of_files(paths) if paths else _remarks_of_store(stores)
    if as_json:
        print_json([_remark(remark) for remark in remarks])
    else:
        for remark in remarks:
            click.echo(str(remark))
        click.echo(_counted(remarks), err=True)
    sys.exit(1 if any(remark.severity == "warning" for remark in remarks) else 0)


@command.command("import")
@click.argument("source", metavar="SOURCE")
@click.option(
    "--into",
    "target",
    metavar="URL",
    help="The database, such as sqlite:////var/lib/mail-autoconfig/providers.db.  "
    "[default: the first in --providers or AUTOCONFIG_PROVIDERS]",
)
@click.option("--provider", "provider_id", metavar="ID", help="Whose the domains of a list are.")
@click.option("--replace", is_flag=True, help="The providers of a list keep no domain that is not on it.")
@click.option("--move", is_flag=True, help="Take domains from the providers that have them.")
@json_option
@providers_option
def import_(
    source: str,
    target: str | None,
    provider_id: str | None,
    replace: bool,
    move: bool,
    as_json: bool,
    stores: tuple[str, ...],
) -> None:
    """Copy providers and domains into a database of our own tables, which are made if need be.

    SOURCE is a folder of provider files (an ISPDB mirror too), one such file, another store, or a list of
    domains, one a line with the id of its provider unless --provider says it (- reads standard input).

    Readers see what was there before, or everything. The same command goes on where it was interrupted, and
    run again it changes nothing. Exit 1 where something was left out.
    """
    from autoconfig.cli.importing import run_import

    targets = stores if target is None else (target,)
    sys.exit(run_import(source, targets, provider_id, replace=replace, move=move, as_json=as_json))


def _counted(remarks: list[Remark]) -> str:
    notes = sum(remark.severity == "note" for remark in remarks)
    count = len(remarks) - notes
    said = f"{count} remark{'s' if count > 1 else ''}" if count else "no remarks"
    return f"{said}, {notes} note{'s' if notes > 1 else ''}" if notes else said


def _remarks_of_files(paths: tuple[Path, ...]) -> list[Remark]:
    from autoconfig.advice.lint import lint_provider, notes_on
    from autoconfig.errors import FormatError
    from autoconfig.model import Remark
    from autoconfig.stores import Entry
    from autoconfig.stores.directory import read_provider_file

    remarks: list[Remark] = []
    for path in paths:
        if path.is_dir():
            remarks += _remarks_of_store((str(path),))
            continue
        try:
            parsed = read_provider_file(path)
        except FormatError as error:
            remarks.append(Remark(message=str(error), path=error.path, line=error.line, source=str(path)))
            continue
        except OSError as error:
            message = f"The file cannot be read: {(error.strerror or str(error)).lower()}."
            remarks.append(Remark(message=message, source=str(path)))
            continue
        provider = parsed.provider
        remarks += [*parsed.remarks, *lint_provider(provider, str(path)), *notes_on(provider, str(path))]
        remarks += _remarks_on_logo(Entry(provider=provider, source=str(path)))
    return remarks


def _remarks_of_store(stores: tuple[str, ...]) -> list[Remark]:
    from autoconfig.advice.lint import lint_provider, notes_on
    from autoconfig.advice.redirects import circles

    store = store_of(stores, quiet=True)  # the remarks say all that the log would
    remarks = [remark for health in store.health() for remark in (*health.problems, *health.remarks)]
    for entry in store.entries():
        provider = _with_domains(entry)
        remarks += [*lint_provider(provider, entry.source), *notes_on(provider, entry.source)]
        remarks += _remarks_on_logo(entry)
    remarks += circles(((entry.provider, entry.source) for entry in store.entries()), _finder(store))
    return sorted(remarks, key=lambda remark: (remark.source, remark.line or 0))


def _finder(store: Store) -> Callable[[str], Provider | None]:
    def find(domain: str) -> Provider | None:
        entry = store.find(domain)
        return None if entry is None else entry.provider

    return find


def _remarks_on_logo(entry: Entry) -> list[Remark]:
    from autoconfig.errors import StoreError
    from autoconfig.model import Remark
    from autoconfig.stores.logo import read_logo

    try:
        read_logo(entry)
    except StoreError as error:
        return [Remark(message=str(error), path="page.logo", source=entry.source)]
    return []


def _with_domains(entry: Entry) -> Provider:
    """The provider with the first of the domains it does not hold; one nobody has where none is known."""
    if entry.domains is None:
        return entry.provider
    some = tuple(itertools.islice(entry.domains(), LINTED))
    return replace(entry.provider, domains=some or ("example.invalid",))


def _remark(remark: Remark) -> dict[str, object]:
    return {
        "source": remark.source,
        "line": remark.line,
        "path": remark.path,
        "message": remark.message,
        "value": remark.value,
        "severity": remark.severity,
    }
