"""Autoconfig documents at a list of URLs, in the order of the list."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from autoconfig.advice.clients.reading import NOT_XML, Reading
from autoconfig.doctor.look import found
from autoconfig.doctor.ways.pages import label, unusable, without_document

if TYPE_CHECKING:
    from collections.abc import Callable

    from autoconfig.doctor.browser import Page
    from autoconfig.doctor.look import Look, Search
    from autoconfig.model import EmailAddress


def never(_page: Page, _reading: Reading) -> bool:
    """A program that goes on after whatever it cannot use."""
    return False


def readable(_page: Page, reading: Reading) -> bool:
    """A program that stops at what it can parse, though there is no server in it."""
    return reading.code != NOT_XML


def always(_page: Page, _reading: Reading) -> bool:
    """A program that stops at every success."""
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Documents:
    """URLs of autoconfig documents, most preferred first."""

    urls: tuple[str, ...]
    read: Callable[[bytes, EmailAddress], Reading]
    family: str = ""
    stops: Callable[[Page, Reading], bool] = never
    """Whether the program looks no further after a success that it can make nothing of."""
    types: tuple[str, ...] = ()
    """Media types of XML to the program; none where it does not look."""
    only_200: bool = False
    needs_http: bool = False
    """Whether http is all it asks the provider by."""
    ispdb_patience: float = 0.0
    """Seconds for a database, where the program has more of them."""

    async def look(self, search: Search) -> list[Look]:
        """Look at one URL after the other; they are all asked for at once, as most programs do."""
        waiting = [asyncio.ensure_future(self._page(search, search.url(url))) for url in self.urls]
        looks: list[Look] = []
        try:
            for page in waiting:
                looks.append(self._judged(search, await page))
                if looks[-1].ends or (looks[-1].reading is not None and looks[-1].reading.accepted):
                    break
        finally:
            for page in waiting:
                page.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)
        return looks

    async def _page(self, search: Search, url: str) -> Page:
        timeout = self.ispdb_patience if label(url) == "ispdb" else 0.0
        return await search.browser.open(search.visit, url, timeout=timeout)

    def _judged(self, search: Search, page: Page) -> Look:
        way = label(page.asked)
        if not page.ok or (self.only_200 and page.status != 200):
            return without_document(page, way, needs_http=self.needs_http)
        taken = not self.types or page.type.startswith(self.types)
        reading = self.read(page.body, search.visit.mailbox)
        if taken and reading.accepted:
            return found(way, page.asked, reading)
        if not taken:
            reading = Reading(reason="The type is not one of XML.", code="content-type")
        return unusable(page, way, reading, taken=taken, ends=self.stops(page, reading))
