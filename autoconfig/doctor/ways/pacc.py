"""PACC as pimalaya asks for it: the document without a redirect, then its digest in the DNS."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from autoconfig.advice.clients import pimalaya_pacc
from autoconfig.doctor.heard import HOST_MISSING
from autoconfig.doctor.look import Find, Look, found
from autoconfig.formats import pacc

if TYPE_CHECKING:
    from autoconfig.doctor.browser import Page
    from autoconfig.doctor.look import Search

WAY = "pacc"
URL = "https://ua-auto-config.{domain}/.well-known/user-agent-configuration.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pacc:
    """The document of the domain."""

    family: str = WAY

    async def look(self, search: Search) -> list[Look]:
        """One look."""
        page = await search.browser.open(search.visit, search.url(URL), follow=True)
        if not page.ok:
            return [_without(page)]
        texts = (await search.visit.records(f"_ua-auto-config.{search.domain}", "TXT")).records
        reason, code = _doubt(page, [text for text in texts if isinstance(text, str)])
        if code:
            return [_failed(page, reason, code)]
        reading = pimalaya_pacc.read(page.body)
        if not reading.accepted:
            return [_failed(page, reading.reason, reading.code)]
        return [found(WAY, page.asked, reading)]


def _doubt(page: Page, texts: list[str]) -> tuple[str, str]:
    """Why the document is not to be believed: reason and code."""
    digests = pacc.digests_of(texts)
    if not digests:
        return f"There is no digest at _{page.host}.", "pacc-digest-missing"
    if pacc.digest(page.body) in digests:
        return "", ""
    if page.code:
        return page.reason, page.code
    return f"The digest in the DNS is not that of what {page.host} sends.", "pacc-digest-wrong"


def _without(page: Page) -> Look:
    if page.code == HOST_MISSING or (not page.code and page.status in (404, 410)):
        reason = page.reason or f"{page.host} answers {page.status}."
        return Look(way=WAY, where=page.asked, find=Find.NOTHING, reason=reason)
    if page.code == "redirect-not-followed":
        return _failed(page, f"{page.host} redirects, which PACC does not follow.", "pacc-redirect")
    return _failed(page, page.reason or f"{page.host} answers {page.status}.", page.code or "status")


def _failed(page: Page, reason: str, code: str) -> Look:
    return Look(way=WAY, where=page.asked, find=Find.FAILED, reason=reason, code=code)
