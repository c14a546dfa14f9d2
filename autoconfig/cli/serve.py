"""``autoconfig serve``: the web service under gunicorn, with settings that suit it."""

from __future__ import annotations

import dataclasses
import os
from typing import TYPE_CHECKING

import click

from autoconfig.cli.options import providers_option, settings_with

if TYPE_CHECKING:
    from autoconfig.settings import Settings


@click.command("serve")
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="Address to listen on; :: for all, v4 and v6."
)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535))
@click.option(
    "--workers",
    default=None,
    type=click.IntRange(1, 256),
    help="Processes.  [default: one per core, 4 at most]",
)
@click.option(
    "--threads", default=8, show_default=True, type=click.IntRange(1, 64), help="Threads in each process."
)
@click.option(
    "--access-log/--no-access-log",
    default=True,
    show_default=True,
    help="One line per request, no addresses.",
)
@providers_option
def command(
    host: str, port: int, workers: int | None, threads: int, access_log: bool, stores: tuple[str, ...]
) -> None:
    """Run the web service until it is stopped (SIGTERM); SIGHUP restarts its workers one by one."""
    settings = settings_with(stores)
    # A store that cannot be opened must stop the start here, in one sentence, not in each worker.
    from autoconfig.stores import open_stores

    open_stores(settings.providers).close()
    from autoconfig.web.serving import run

    run(
        _absolute(settings),
        host=host,
        port=port,
        workers=workers or min(os.cpu_count() or 1, 4),
        threads=threads,
        access_log=access_log,
    )


def _absolute(settings: Settings) -> Settings:
    """Folders by their full path: what is served shall not depend on a later change of directory."""
    stores = tuple(store if "://" in store else os.path.abspath(store) for store in settings.providers)
    return dataclasses.replace(settings, providers=stores)
