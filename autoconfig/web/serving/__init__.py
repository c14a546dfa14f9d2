"""The servers that run the web service, each set up to suit it: gunicorn, and granian for heavy load."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING

from autoconfig.errors import SettingsError

if TYPE_CHECKING:
    from autoconfig.settings import Settings

SERVERS = ("gunicorn", "granian")
"""By the name that ``serve --server`` takes."""


def run(
    settings: Settings,
    *,
    server: str = "gunicorn",
    host: str,
    port: int,
    workers: int,
    threads: int,
    access_log: bool,
    drain: int = 0,
) -> None:
    """Serve until told to stop, by gunicorn ``drain`` seconds longer. Raises SettingsError.

    That is where the server is not installed, or cannot do what is asked.
    """
    if find_spec(server) is None:
        raise SettingsError(f"{server} is not installed: pip install 'mail-autoconfig[{server}]'.")
    more: dict[str, int] = {}
    if drain and server != "gunicorn":
        raise SettingsError(f"--drain goes with gunicorn only; {server} stops at once.")
    if drain:
        more["drain"] = drain
    chosen = import_module(f"autoconfig.web.serving.{server}")
    chosen.run(
        settings, host=host, port=port, workers=workers, threads=threads, access_log=access_log, **more
    )
