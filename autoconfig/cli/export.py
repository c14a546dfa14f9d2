"""``autoconfig export``: a static tree for any web server."""

from __future__ import annotations

import os
import sys
import time
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from autoconfig.cli.options import json_option, print_json, providers_option, store_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from autoconfig.export import Summary

_SHOW_EVERY = 0.1
"""Seconds between two movements of the bar."""

_PROBLEMS_SHOWN = 20
_SNIPPETS_SHOWN = 6


@click.command("export")
@click.argument("directory", type=click.Path(file_okay=False))
@click.option(
    "--root", metavar="PATH", help="Where the web server finds DIRECTORY.  [default: its full path here]"
)
@click.option(
    "--remove-many", is_flag=True, help="Remove domains even if they are more than half of a large tree."
)
@json_option
@providers_option
def command(
    directory: str, root: str | None, remove_many: bool, as_json: bool, stores: tuple[str, ...]
) -> None:
    """Write the documents of every domain into DIRECTORY, for a web server that serves files.

    What has not changed since the last run is not touched, what is served no more is removed, and every file
    changes in one step. DIRECTORY/server has configuration for nginx, Caddy and Apache. DIRECTORY is made by
    the first run; one that holds other files is refused.

    Exit 1 where a provider file cannot be read: its domains stay as they were.
    """
    from autoconfig.export import export

    # Whoever runs this, web servers shall be able to read what is published.
    os.umask(0o022)
    store = store_of(stores, quiet=True)  # the summary says all that the log would
    with _progress_bar(sum(health.domains for health in store.health())) as progress:
        summary = export(store, directory, root=root, remove_many=remove_many, progress=progress)
    if as_json:
        print_json({"directory": os.path.abspath(directory)} | asdict(summary))
    else:
        _print(summary, directory)
    sys.exit(1 if summary.problems else 0)


def _print(summary: Summary, directory: str) -> None:
    for problem in summary.problems[:_PROBLEMS_SHOWN]:
        click.echo(f"autoconfig: {problem}", err=True)
    if len(summary.problems) > _PROBLEMS_SHOWN:
        click.echo(
            f"autoconfig: {len(summary.problems) - _PROBLEMS_SHOWN} more problems; see --json.", err=True
        )
    for note in summary.notes:
        click.echo(f"autoconfig: {note}", err=True)
    kept = f", {summary.kept} kept" if summary.kept else ""
    click.echo(
        f"{summary.domains} domains: {summary.written} written, {summary.unchanged} unchanged, "
        f"{summary.removed} removed{kept} in {summary.seconds:.1f} s."
    )
    if len(summary.snippets) > _SNIPPETS_SHOWN:
        click.echo(f"Configuration for nginx, Caddy and Apache is in {directory}/server.")
    elif summary.snippets:
        click.echo(f"New: {', '.join(summary.snippets)}; reload your web server.")


@contextmanager
def _progress_bar(domains: int) -> Iterator[Callable[[Summary], None]]:
    """A bar on standard error, where that is a terminal."""
    if not sys.stderr.isatty():
        yield lambda _summary: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    bar = Progress(
        BarColumn(bar_width=20),
        TextColumn("{task.completed} domains, {task.fields[written]} written"),
        *(TimeRemainingColumn(), TextColumn("left")),
        console=Console(stderr=True),
        transient=True,
    )
    shown = 0.0

    def show(summary: Summary) -> None:
        nonlocal shown
        if time.monotonic() - shown >= _SHOW_EVERY:
            shown = time.monotonic()
            bar.update(task, completed=summary.domains, written=summary.written)

    with bar:
        task = bar.add_task("", total=domains or None, written=0)
        yield show
