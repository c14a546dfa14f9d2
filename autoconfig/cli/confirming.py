"""Before a password goes anywhere: whose servers they are, and whether that is right."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from autoconfig.cli.screen import Screen, printable, wrapped
from autoconfig.cli.sheet import listed, place_of, security_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from autoconfig.model import AnyServer
    from autoconfig.resolver import Resolution


def confirm(resolution: Resolution, servers: Sequence[AnyServer], *, yes: bool, quiet: bool = False) -> None:
    """Show where the password will go and ask where that is not plain. Raises Abort or UsageError.

    The user's own provider database needs no second word. ``quiet`` says nothing that need not be said.
    """
    doubts = list(doubts_about(resolution))
    if not quiet:
        for line in (*_announcement(resolution, servers), *doubts):
            _say(line)
    if not doubts or yes:
        return
    if quiet or not sys.stdin.isatty():
        raise click.UsageError(f"{' '.join(doubts)} --yes says that this is right.")
    click.confirm("Is that right?", abort=True, err=True)


def doubts_about(resolution: Resolution) -> Iterator[str]:
    """What a person has to know before typing a password, in sentences."""
    from autoconfig.resolver.outcome import Trust

    domain = resolution.address.domain
    if resolution.trust is Trust.LOCAL:
        return
    if resolution.confirm:
        yield f"These servers belong to {listed(resolution.confirm)}, not to {domain}."
    if resolution.trust is Trust.GUESS:
        yield "The servers are a guess; nobody says that they are right."
    if resolution.trust is Trust.HTTP:
        yield "The settings came without encryption; anybody on the way could have changed them."


def _announcement(resolution: Resolution, servers: Sequence[AnyServer]) -> Iterator[str]:
    yield f"Settings of {printable(resolution.address.unicode)} from {printable(_source(resolution))}:"
    width = max(len(str(server.type)) for server in servers)
    for server in servers:
        kind = str(server.type).ljust(width)
        yield f"  {kind}  {printable(place_of(server))}  {security_of(server)}"


def _source(resolution: Resolution) -> str:
    return resolution.source.partition("?emailaddress=")[0]


def _say(text: str) -> None:
    for line in [text] if text.startswith("  ") else wrapped(text, Screen.of(sys.stderr).width):
        click.echo(line, err=True)
