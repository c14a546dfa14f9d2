"""One guess and no more: who has refused a secret is not asked about it again, nor is anybody of theirs.

A provider locks accounts by counting wrong passwords over all its servers, so that one that the incoming
server has refused is not shown to the outgoing server of the same provider either (docs/decisions/0011).
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from autoconfig.net.suffixes import registrable_domain

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


class Account:
    """One login name at one provider, and who has refused what for it."""

    def __init__(self) -> None:
        self.alone = asyncio.Lock()
        self._refused: dict[bool, str] = {}

    def refused(self, host: str, *, token: bool) -> None:
        """Remember that a host said no to the token, or to the password."""
        self._refused.setdefault(token, host)

    def refused_by(self, *, token: bool) -> str | None:
        """The host that has refused the token, or the password; None where nobody has."""
        return self._refused.get(token)


class Guesses:
    """The accounts of one run. One event loop only."""

    def __init__(self) -> None:
        self._accounts: defaultdict[tuple[str, str], Account] = defaultdict(Account)

    @asynccontextmanager
    async def turn(self, host: str, username: str) -> AsyncIterator[Account]:
        """Be alone with an account while its secret is judged: the next server waits for the answer."""
        account = self._accounts[registrable_domain(host) or host, username]
        async with account.alone:
            yield account
