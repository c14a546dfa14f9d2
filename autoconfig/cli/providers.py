"""``autoconfig providers``: what is served, and what is wrong with it."""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from autoconfig.cli.options import json_option, print_json, providers_option, store_of
from autoconfig.cli.providers_init import init
from autoconfig.cli.providers_verify import verify
from autoconfig.errors import DomainError, NothingFound
from autoconfig.model import normalize_domain

if TYPE_CHECKING:
    from autoconfig.model import Remark
    from autoconfig.stores import Entry


@click.group("providers")
def command() -> None:
    """List, show, check, verify the providers that are served, and write new ones."""


command.add_command(init)
command.add_command(verify)


@command.command("list")
@json_option
@providers_option
def list_(as_json: bool, stores: tuple[str, ...]) -> None:
    """List the providers with their domains; into a pipe as tab-separated lines with every domain."""
    entries = list(store_of(stores, quiet=as_json).entries())
    if as_json:
        print_json([_summary(entry) for entry in entries])
        return
    if not sys.stdout.isatty():
        for entry in entries:
            provider = entry.provider
            click.echo(f"{provider.id}\t{provider.display_name}\t{' '.join(provider.domains)}")
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(
        "ID", no_wrap=True, min_width=max((len(entry.provider.id) for entry in entries), default=2)
    )
    table.add_column("NAME", no_wrap=True, overflow="ellipsis", max_width=28)
    table.add_column("DOMAINS", overflow="ellipsis", no_wrap=True)
    for entry in entries:
        provider = entry.provider
        table.add_row(provider.id, provider.display_name, _first_of(provider.domains or provider.mx_domains))
    Console(highlight=False).print(table)


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
    from autoconfig.formats import toml

    document = toml.render(entry.provider)
    if as_json:
        import tomllib

        print_json(tomllib.loads(document.decode()) | {"source": entry.source})
        return
    click.echo(f"# {entry.source}")
    click.echo(document, nl=False)


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


def _counted(remarks: list[Remark]) -> str:
    notes = sum(remark.severity == "note" for remark in remarks)
    count = len(remarks) - notes
    said = f"{count} remark{'s' if count > 1 else ''}" if count else "no remarks"
    return f"{said}, {notes} note{'s' if notes > 1 else ''}" if notes else said


def _remarks_of_files(paths: tuple[Path, ...]) -> list[Remark]:
    from autoconfig.advice.lint import lint_provider, notes_on
    from autoconfig.errors import FormatError
    from autoconfig.model import Remark
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
    return remarks


def _remarks_of_store(stores: tuple[str, ...]) -> list[Remark]:
    from autoconfig.advice.lint import lint_provider, notes_on

    store = store_of(stores, quiet=True)  # the remarks say all that the log would
    remarks = [remark for health in store.health() for remark in (*health.problems, *health.remarks)]
    for entry in store.entries():
        remarks += [*lint_provider(entry.provider, entry.source), *notes_on(entry.provider, entry.source)]
    return sorted(remarks, key=lambda remark: (remark.source, remark.line or 0))


def _summary(entry: Entry) -> dict[str, object]:
    provider = entry.provider
    return {
        "id": provider.id,
        "name": provider.display_name,
        "domains": list(provider.domains),
        "mx": list(provider.mx_domains),
        "source": entry.source,
    }


def _remark(remark: Remark) -> dict[str, object]:
    return {
        "source": remark.source,
        "line": remark.line,
        "path": remark.path,
        "message": remark.message,
        "value": remark.value,
        "severity": remark.severity,
    }


def _first_of(domains: tuple[str, ...]) -> str:
    shown = ", ".join(domains[:3])
    return f"{shown} and {len(domains) - 3} more" if len(domains) > 3 else shown
