"""Autodiscover (POX) at the places where a program looks for it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from autoconfig.advice.clients.pox import Moved, PoxReading
from autoconfig.advice.clients.reading import Reading
from autoconfig.doctor.look import Find, Look, found
from autoconfig.doctor.ways.documents import never
from autoconfig.doctor.ways.pages import unusable, without_document
from autoconfig.errors import AddressError
from autoconfig.formats.autodiscover import MEDIA_TYPE, render_request
from autoconfig.model import EmailAddress
from autoconfig.net.records import Srv
from autoconfig.net.suffixes import is_public_suffix

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from autoconfig.doctor.browser import Page
    from autoconfig.doctor.look import Search

WAY = "autodiscover"
PATH = "/autodiscover/autodiscover.xml"
ROOT = f"https://{{domain}}{PATH}"
HOST = f"https://autodiscover.{{domain}}{PATH}"
PLAIN = f"http://autodiscover.{{domain}}{PATH}"
MOST_MOVES = 10
"""Redirects inside of answers; Outlook and Delta Chat follow as many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pox:
    """Where a program asks for an answer, most preferred first, and how it reads one."""

    urls: tuple[str, ...] = ()
    read: Callable[[bytes, EmailAddress], PoxReading]
    family: str = WAY
    post: bool = True
    media_type: str = MEDIA_TYPE
    stops: Callable[[Page, Reading], bool] = never
    types: tuple[str, ...] = ()
    only_200: bool = False
    plain: str = ""
    """How it asks over http: ``follow`` redirects as they come, or believe only the ``location``."""
    srv_port: bool | None = None
    """Whether it goes on to the SRV record, and to its port; None where it does not ask for one."""

    async def look(self, search: Search) -> list[Look]:
        """Look at one place after the other."""
        return await self._asked(search, search.visit.mailbox, moves=0)

    async def _asked(self, search: Search, address: EmailAddress, moves: int) -> list[Look]:
        looks: list[Look] = []
        if is_public_suffix(search.domain):
            return looks
        for url in self.urls:
            looks += await self._at(search, search.url(url), address, moves)
            if _is_over(looks):
                return looks
        if self.plain:
            looks += await self._over_http(search, address, moves)
        if self.srv_port is not None and not _is_over(looks):
            looks += await self._by_srv(search, address, moves)
        return looks

    async def _at(self, search: Search, url: str, address: EmailAddress, moves: int) -> list[Look]:
        return await self._read(search, await self._opened(search, url, address), moves)

    async def _opened(self, search: Search, url: str, address: EmailAddress) -> Page:
        body = render_request(address) if self.post else None
        return await search.browser.open(search.visit, url, body=body, media_type=self.media_type)

    async def _read(self, search: Search, page: Page, moves: int) -> list[Look]:
        if not page.ok or (self.only_200 and page.status != 200):
            return [without_document(page, WAY)]
        taken = not self.types or page.type.startswith(self.types)
        result = self.read(page.body, search.visit.mailbox)
        if isinstance(result, Moved) and taken:
            return await self._moved(search, page, result, moves)
        reading = result if isinstance(result, Reading) else Reading()
        if taken and reading.accepted:
            return [found(WAY, page.asked, reading)]
        if not taken:
            reading = Reading(reason="The type is not one of XML.", code="content-type")
        return [unusable(page, WAY, reading, taken=taken, ends=self.stops(page, reading))]

    async def _moved(self, search: Search, page: Page, moved: Moved, moves: int) -> list[Look]:
        if moves >= MOST_MOVES:
            reason = f"Autodiscover at {page.host} leads round in a circle."
            return [_failed(page.asked, reason, "pox-redirect")]
        if moved.url:
            return await self._at(search, moved.url, search.visit.mailbox, moves + 1)
        try:
            other = EmailAddress.parse(moved.address)
        except AddressError:
            return [
                _failed(page.asked, "The answer redirects to something that is no address.", "pox-redirect")
            ]
        return await self._asked(replace(search, domain=other.domain), other, moves + 1)

    async def _over_http(self, search: Search, address: EmailAddress, moves: int) -> list[Look]:
        """Ask without TLS, and at the https URL where that leads."""
        url = search.url(PLAIN)
        if self.plain == "location":
            page = await search.browser.open(search.visit, url)
            if page.url.startswith("https:"):
                return await self._at(search, page.url, address, moves)
            return [without_document(page, WAY)] if not page.ok else [_no_redirect(page)]
        page = await self._opened(search, url, address)
        if page.ok or not page.url.startswith("https:"):
            return await self._read(search, page, moves)
        # The redirect turned the post into a question without a body: the program posts again.
        return await self._at(search, page.url, address, moves)

    async def _by_srv(self, search: Search, address: EmailAddress, moves: int) -> list[Look]:
        answer = await search.visit.records(f"_autodiscover._tcp.{search.domain}", "SRV")
        records = [record for record in answer.records if isinstance(record, Srv) and record.target != "."]
        if not records:
            return []
        best = min(records, key=lambda record: (record.priority, -record.weight))
        port = f":{best.port}" if self.srv_port and best.port != 443 else ""
        return await self._at(search, f"https://{best.target}{port}{PATH}", address, moves)


def _is_over(looks: Sequence[Look]) -> bool:
    return bool(looks) and (looks[-1].ends or looks[-1].find is Find.FOUND)


def _failed(where: str, reason: str, code: str) -> Look:
    return Look(way=WAY, where=where, find=Find.FAILED, reason=reason, code=code)


def _no_redirect(page: Page) -> Look:
    host = urlsplit(page.asked).hostname
    reason = f"http://{host} does not redirect to https."
    return Look(way=WAY, where=page.asked, find=Find.NOTHING, reason=reason)
