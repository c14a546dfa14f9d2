"""The configuration of command-line mail programs, as far as they can use an account's servers."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from autoconfig.errors import NothingFound, ValueRefused
from autoconfig.formats import clients

if TYPE_CHECKING:
    from autoconfig.web.pages.account import Account


class Snippet(NamedTuple):
    """What one program's configuration has to say."""

    program: str
    text: str


def snippets(account: Account) -> list[Snippet]:
    """One for each program that can use the servers, by name."""
    found = (snippet(account, program) for program in clients.PROGRAMS)
    return [entry for entry in found if entry is not None]


def snippet(account: Account, program: str) -> Snippet | None:
    """The configuration of one program; None where it cannot use the servers, or cannot be written safely."""
    try:
        return Snippet(program, clients.render(program, account.provider, account.address).decode())
    except (NothingFound, ValueRefused):
        return None
