"""The options of ``setup``: an answer for every question of the wizard."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from autoconfig.accounts.destinations import DESTINATIONS
from autoconfig.accounts.files import Existing
from autoconfig.cli.wizard.servers import KINDS, LOGINS, SECURITIES, Change

if TYPE_CHECKING:
    from collections.abc import Callable

    Decorated = Callable[..., Any]

SIDES = ("incoming", "outgoing")


def _server_options(side: str) -> list[Decorated]:
    return [
        click.option(f"--{side}-host", metavar="HOST", help=f"Another {side} server."),
        click.option(f"--{side}-port", type=click.IntRange(1, 65535), metavar="PORT", help="Its port."),
        click.option(f"--{side}-security", type=click.Choice(list(SECURITIES)), help="Its encryption."),
        click.option(
            f"--{side}-authentication", type=click.Choice(list(LOGINS)), help="How to log in there."
        ),
    ]


_OPTIONS = (
    click.option("--name", metavar="NAME", help="Your name, as others see it."),
    click.option("--incoming", "kind", type=click.Choice(list(KINDS)), help="How mail comes in."),
    *_server_options("incoming"),
    *_server_options("outgoing"),
    click.option("--login-name", metavar="NAME", help="The login name, where it is not the one found."),
    click.option("--remember/--no-remember", default=None, help="Keep the password in the keyring."),
    click.option("--spa/--no-spa", default=None, help="Secure password authentication (NTLM)."),
    click.option("--no-test", is_flag=True, help="Do not log in to see whether it works."),
    click.option("--anyway", is_flag=True, help="Write the configuration though the test failed."),
    click.option("--allow-plaintext", is_flag=True, help="Test servers without encryption too."),
    click.option(
        "--program",
        "programs",
        multiple=True,
        type=click.Choice(list(DESTINATIONS)),
        help="A program to set up; may be given several times.",
    ),
    click.option(
        "--output",
        type=click.Path(file_okay=False, path_type=Path),
        metavar="DIR",
        help="Write below DIR instead of the home directory.",
    ),
    click.option(
        "--existing",
        type=click.Choice([str(word) for word in Existing]),
        default="ask",
        show_default=True,
        help="What to do with a file that is there and says something else.",
    ),
    click.option("--dry-run", is_flag=True, help="Show what would be written, and where; write nothing."),
    click.option("-y", "--yes", is_flag=True, help="Ask nothing: options and what was found answer."),
)


def wizard_options(function: Decorated) -> Decorated:
    """An option for each answer."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


def change_of(given: dict[str, Any], side: str) -> Change:
    """What the options say about the server of one side."""
    return Change(
        host=given[f"{side}_host"],
        port=given[f"{side}_port"],
        security=given[f"{side}_security"],
        authentication=given[f"{side}_authentication"],
    )
