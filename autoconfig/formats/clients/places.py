"""The servers that a program's configuration names: what it says, apart from how it is written."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from autoconfig.formats.clients.account import Account, Place
from autoconfig.formats.clients.secrets import Secrets

if TYPE_CHECKING:
    from autoconfig.model import EmailAddress, Provider

FETCHING = frozenset({"fetchmail", "getmail", "mbsync", "offlineimap"})
"""Programs that fetch mail and hand in none."""
SENDING = frozenset({"git", "msmtp", "postfix"})
"""Programs that hand in mail and fetch none."""
EITHER = frozenset({"env", "neomutt"})
"""Programs that are content with one of the two where the provider has no other."""


def places(
    program: str, provider: Provider, address: EmailAddress, secrets: Secrets | None = None
) -> tuple[Place | None, Place | None]:
    """Where a program of PROGRAMS fetches mail and hands it in; None for what it does not do.

    Raises NothingFound or ValueRefused where it has no configuration.
    """
    module = import_module(f"autoconfig.formats.clients.{program}")
    account = Account(module.PROGRAM, provider, address, secrets or Secrets())
    if program in FETCHING:
        return account.incoming(), None
    if program in SENDING:
        return None, account.outgoing()
    if program in EITHER:
        return account.both()
    return account.incoming(), account.outgoing_if_any()
