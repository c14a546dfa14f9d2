"""One guess and no more: who has refused a secret is not asked about it again, nor is anybody of theirs.

A provider locks accounts by counting wrong passwords over all its servers, so that one that the incoming
server has refused is not shown to the outgoing server of the same provider either (docs/decisions/0011).
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Self

from autoconfig.net.suffixes import registrable_domain

if TYPE_CHECKING:
    from types import TracebackType


Refusals = dict[tuple[str, str, bool], str]
"""Which host has refused what: by its registrable domain, the login name, and whether it was a token."""


class Account:
    """One login name at one provider, and who has refused what for it."""

    def __init__(self, domain: str, username: str, refusals: Refusals) -> None:
        self.last: Turn | None = None
        self._domain = domain
        self._username = username
        self._refusals = refusals

    def refused(self, host: str, *, token: bool) -> None:
        """Remember that a host said no to the token, or to the password."""
        self._refusals.setdefault((self._domain, self._username, token), host)

    def refused_by(self, *, token: bool) -> str | None:
        """The host that has refused the token, or the password; None where nobody has."""
        return self._refusals.get((self._domain, self._username, token))


class Turn:
    """A server's place in the line of its account; leave the context and the next one's turn comes."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self._before = account.last
        self._over = asyncio.Event()
        account.last = self

    async def come(self) -> None:
        """Wait until every server before this one is done with the account."""
        if self._before is not None:
            await self._before._over.wait()
            await self._before.come()
            self._before = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()


class Guesses:
    """The accounts of one run, on one event loop; ``refusals`` of the same secrets go from run to run."""

    def __init__(self, refusals: Refusals | None = None) -> None:
        self._refusals = {} if refusals is None else refusals
        self._accounts: dict[tuple[str, str], Account] = {}

    def line_up(self, host: str, username: str) -> Turn:
        """The next turn with the account of a login name at whoever runs the host."""
        domain = registrable_domain(host) or host
        account = self._accounts.setdefault((domain, username), Account(domain, username, self._refusals))
        return Turn(account)
