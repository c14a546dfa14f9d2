"""What looking somewhere brings a program: servers, nothing, or something it cannot use."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from autoconfig.advice.clients.reading import Reading

if TYPE_CHECKING:
    from autoconfig.doctor.browser import Browser
    from autoconfig.doctor.visit import Visit


class Find(StrEnum):
    """What became of one look."""

    FOUND = "found"
    NOTHING = "nothing"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One place where a program looked, and what became of it."""

    way: str
    """autoconfig, well-known, ispdb, srv, autodiscover, pacc, mailconf, profile or guess."""
    where: str
    """The URL or the record."""
    find: Find
    reason: str = ""
    code: str = ""
    """What is wrong there, as its fix is called; empty where nothing is."""
    reading: Reading | None = None
    ends: bool = False
    """Whether the program looks no further because of it, though it has nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """Who looks, and for which domain."""

    visit: Visit
    browser: Browser
    domain: str
    encode: Encode
    """How the program writes the address into a URL."""

    @property
    def address(self) -> str:
        """The mailbox in a URL."""
        return self.encode(str(self.visit.mailbox))

    def url(self, template: str) -> str:
        """A URL of the program's list for this domain."""
        return template.format(
            domain=self.domain, address=self.address, mail_domain=self.visit.mailbox.domain
        )


class Encode(Protocol):
    """Writes an address into a query."""

    def __call__(self, address: str, /) -> str:
        """The address as it stands in the URL."""


class Way(Protocol):
    """One of the ways a program looks. Ways of one ``family`` end together."""

    @property
    def family(self) -> str:
        """What ends with it."""

    async def look(self, search: Search) -> list[Look]:
        """Look, in the program's own order."""


def found(way: str, where: str, reading: Reading) -> Look:
    """A look that brought servers."""
    return Look(way=way, where=where, find=Find.FOUND, reading=reading)
