"""Options that several commands share, and what they open."""

from __future__ import annotations

import dataclasses
import sys
from typing import TYPE_CHECKING, Any

import click

from autoconfig.settings import Settings

if TYPE_CHECKING:
    from autoconfig.stores import Store

providers_option = click.option(
    "--providers",
    "stores",
    multiple=True,
    metavar="STORE",
    help="A store of providers, such as a folder; may be given several times, the first match wins. "
    "Default: AUTOCONFIG_PROVIDERS, else the database that ships.",
)

password_command_option = click.option(
    "--password-command",
    metavar="COMMAND",
    help="For mail programs: prints the password; sh runs it. Default: secret-tool lookup (the keyring).",
)

token_command_option = click.option(
    "--token-command",
    metavar="COMMAND",
    help="For mail programs: prints an OAuth2 access token; OAuth2 is used only with it.",
)

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def settings_with(stores: tuple[str, ...]) -> Settings:
    """The settings of the environment, with the stores of the command line. Raises SettingsError."""
    settings = Settings.from_environment()
    return dataclasses.replace(settings, providers=stores) if stores else settings


def store_of(stores: tuple[str, ...], *, quiet: bool = False) -> Store:
    """Open the stores of the command line or the environment. Raises SettingsError or StoreError.

    A file that is left out is said on standard error, unless ``quiet``.
    """
    import logging

    from autoconfig.stores import open_stores

    if quiet:
        logging.getLogger("autoconfig.stores").addHandler(logging.NullHandler())
    return open_stores(settings_with(stores).providers)


def print_json(content: Any) -> None:
    """Print JSON as a person reads it too."""
    import json

    shows_all = (sys.stdout.encoding or "").lower().startswith("utf")
    click.echo(json.dumps(content, ensure_ascii=not shows_all, indent=2))
