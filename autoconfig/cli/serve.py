"""``autoconfig serve``: the web service under gunicorn or granian, with settings that suit it."""

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
    "--server",
    type=click.Choice(["gunicorn", "granian"]),
    default="gunicorn",
    show_default=True,
    help="What serves; granian for heavy load (pip install 'mail-autoconfig[granian]').",
)
@click.option(
    "--drain",
    default=0,
    show_default=True,
    type=click.IntRange(0, 600),
    metavar="SECONDS",
    help="On SIGTERM serve on for so long while /readyz says 503, so that proxies go elsewhere (gunicorn).",
)
@click.option(
    "--access-log/--no-access-log",
    default=True,
    show_default=True,
    help="One line per request, no addresses.",
)
@click.option(
    "--log-format",
    type=click.Choice(["text", "json"]),
    default=None,
    help="How the logs are written.  [default: AUTOCONFIG_LOG_FORMAT, else text]",
)
@providers_option
def command(
    host: str,
    port: int,
    workers: int | None,
    threads: int,
    server: str,
    drain: int,
    access_log: bool,
    log_format: str | None,
    stores: tuple[str, ...],
) -> None:
    """Run the web service until it is stopped (SIGTERM); SIGHUP restarts its workers one by one."""
    settings = settings_with(stores)
    if log_format is not None:
        settings = dataclasses.replace(settings, log_format=log_format)
    # A store that cannot be opened must stop the start here, in one sentence, not in each worker.
    from autoconfig.stores import open_stores

    open_stores(settings.providers).close()
    from autoconfig.web.serving import run

    run(
        _absolute(settings),
        server=server,
        host=host,
        port=port,
        workers=workers or min(os.cpu_count() or 1, 4),
        threads=threads,
        access_log=access_log,
        drain=drain,
    )


def _absolute(settings: Settings) -> Settings:
    """Folders by their full path: what is served shall not depend on a later change of directory."""
    stores = tuple(store if "://" in store else os.path.abspath(store) for store in settings.providers)
    return dataclasses.replace(settings, providers=stores)
