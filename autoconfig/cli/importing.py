"""``autoconfig providers import``: what it says while it runs, and what it says at the end."""

from __future__ import annotations

import sys
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import click

from autoconfig.cli.options import print_json, settings_with

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from autoconfig.stores.sources import Source
    from autoconfig.stores.takeover import Imported


def run_import(
    text: str, targets: tuple[str, ...], provider_id: str | None, *, replace: bool, move: bool, as_json: bool
) -> int:
    """Import into the first database of the targets, else of the settings; return the exit code.

    Prints what came of it. Raises StoreError or UsageError.
    """
    url = _target(targets)
    from autoconfig.stores.importing import Importer
    from autoconfig.stores.sources import open_source

    importer = Importer(url)
    source = open_source(text, provider_id)
    if source.documents and provider_id is not None:
        raise click.UsageError("--provider goes with a list of domains only; a document names its own.")
    with closing(importer), _progress_bar(source.total) as progress:
        imported = importer.run(
            source.import_id,
            source.items,
            replace=replace or source.documents,
            move=move,
            progress=progress,
        )
    if as_json:
        print_json(_as_dict(imported, source))
    else:
        _print(imported, source, importer.name)
    return 1 if source.problems_total or imported.conflicts_total else 0


def _target(given: tuple[str, ...]) -> str:
    """The database that is meant. Raises UsageError where there is none."""
    from autoconfig.stores import is_database

    url = next((store for store in settings_with(given).providers if is_database(store)), None)
    if url is None:
        raise click.UsageError(
            "Say which database to import into: --into URL, such as sqlite:////var/lib/mail-autoconfig/p.db."
        )
    return url


@contextmanager
def _progress_bar(total: int | None) -> Iterator[Callable[[int], None]]:
    if not sys.stderr.isatty():
        yield lambda _names: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    left = () if total is None else (TimeRemainingColumn(), TextColumn("left"))
    bar = Progress(
        BarColumn(bar_width=20),
        TextColumn("{task.completed:,} names read{task.fields[then]}"),
        *(TimeElapsedColumn(), *left),
        console=Console(stderr=True),
    )
    with bar:
        task = bar.add_task("", total=total, then="")

        def move(names: int) -> None:
            written = total is not None and names >= total
            bar.update(task, completed=names, then=", taking them over" if written else "")

        yield move


def _print(imported: Imported, source: Source, name: str) -> None:
    for problem in source.problems:
        click.echo(problem, err=True)
    for conflict in imported.conflicts:
        click.echo(str(conflict), err=True)
    untold = source.problems_total - len(source.problems)
    untold += imported.conflicts_total - len(imported.conflicts)
    if untold:
        click.echo(f"… and {untold} more.", err=True)
    if imported.resumed:
        click.echo(f"Went on after {imported.resumed} names of an interrupted import.")
    counts = (
        (imported.written, "changed"),
        (imported.added, "added"),
        (imported.moved, "moved"),
        (imported.removed, "removed"),
    )
    providers, *names = [f"{count} {word}" if count else "" for count, word in counts]
    said = ", ".join(filter(None, names)) or "none changed"
    click.echo(f"{_counted(imported.providers, 'provider')} read, {providers or 'none changed'}; ", nl=False)
    click.echo(f"{_counted(imported.names, 'name')} read, {said}, in {name}.")


def _counted(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


def _as_dict(imported: Imported, source: Source) -> dict[str, object]:
    return {
        "providers": imported.providers,
        "written": imported.written,
        "names": imported.names,
        "added": imported.added,
        "moved": imported.moved,
        "removed": imported.removed,
        "resumed": imported.resumed,
        "conflicts": [
            {"kind": conflict.kind, "name": conflict.name, "wanted": conflict.wanted, "owner": conflict.owner}
            for conflict in imported.conflicts
        ],
        "conflicts_total": imported.conflicts_total,
        "problems": source.problems,
        "problems_total": source.problems_total,
    }
