"""The manners of a program on the web: its headers, its patience, what it follows and what it can unpack."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from autoconfig.doctor.heard import SLOW

if TYPE_CHECKING:
    from autoconfig.doctor.heard import Heard
    from autoconfig.doctor.visit import Headers, Visit

MAX_BYTES = 1024 * 1024
"""Of a document once it is unpacked."""

_REDIRECTS = (301, 302, 303, 307, 308)
_KEEPING = (307, 308)
"""Redirects that leave the method and the body as they are (RFC 9110 §15.4)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What a program has in its hands after a request: a document of some status, or nothing and why."""

    asked: str
    url: str
    """Where it comes from, after redirects."""
    status: int = 0
    """0 where there is no answer."""
    type: str = ""
    """The media type without its parameters, in lower case."""
    body: bytes = b""
    code: str = ""
    """What is wrong already, as a fix is called."""
    reason: str = ""

    @property
    def host(self) -> str:
        """Who answered, or should have."""
        return urlsplit(self.url).hostname or self.url

    @property
    def ok(self) -> bool:
        """Whether there is an answer with a status of success."""
        return 200 <= self.status < 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Browser:
    """How one program asks. The headers are all it sends beside Host."""

    name: str
    headers: Headers = ()
    timeout: float
    """Seconds for one document."""
    redirects: int = 20
    relative: bool = True
    """Whether it understands a Location that is no whole URL."""
    upgrades: bool = True
    """Whether it follows from http to https."""
    downgrades: bool = True
    """Whether it follows from https to http."""
    unpacks: bool = True
    """Whether it can read what is sent compressed."""
    any_name: bool = False
    """Whether it takes a certificate for another name."""

    async def open(
        self,
        visit: Visit,
        url: str,
        *,
        body: bytes | None = None,
        media_type: str = "",
        timeout: float = 0.0,
        follow: bool = True,
    ) -> Page:
        """Ask for a document, or post a body, and follow redirects as the program does."""
        method, asked, spent = "GET" if body is None else "POST", url, 0.0
        patience = timeout or self.timeout
        for _ in range(self.redirects + 1):
            typed = (("Content-Type", media_type),) if body is not None and media_type else ()
            heard = await visit.heard(method, url, (*self.headers, *typed), body, any_name=self.any_name)
            spent += heard.elapsed
            if spent > patience and heard.code in ("", SLOW):
                return self._too_slow(asked, heard, spent, patience)
            target = self._target(heard) if follow else None
            if target is None:
                return self._page(asked, heard)
            if isinstance(target, Page):
                return target
            if heard.fetched is not None and heard.fetched.status not in _KEEPING:
                method, body = "GET", None
            url = target
        reason = f"{heard.host} redirects more than {self.redirects} times."
        return Page(asked=asked, url=url, code="redirects-many", reason=reason)

    def _target(self, heard: Heard) -> str | Page | None:
        """Where a redirect leads; a Page where the program does not follow it, None where there is none."""
        fetched = heard.fetched
        location = "" if fetched is None else fetched.headers.get("location", "")
        if fetched is None or fetched.status not in _REDIRECTS or not location:
            return None
        if not self.redirects:
            return self._stopped(heard, "redirect-not-followed", f"{self.name} follows no redirect.")
        if not urlsplit(location).scheme and not self.relative:
            reason = f"{heard.host} redirects to {location[:80]!r}, which is no whole URL."
            return self._stopped(heard, "redirect-relative", reason)
        target = urljoin(heard.url, location)
        if not self._changes(urlsplit(heard.url).scheme, urlsplit(target).scheme):
            reason = f"{heard.host} redirects to {target[:80]}, and {self.name} does not change the scheme."
            return self._stopped(heard, "redirect-scheme", reason)
        return target

    def _changes(self, before: str, after: str) -> bool:
        """Whether it goes from one scheme to the other."""
        return before == after or (self.downgrades if before == "https" else self.upgrades)

    def _stopped(self, heard: Heard, code: str, reason: str) -> Page:
        status = 0 if heard.fetched is None else heard.fetched.status
        return Page(asked=heard.url, url=heard.url, status=status, code=code, reason=reason)

    def _too_slow(self, asked: str, heard: Heard, spent: float, patience: float) -> Page:
        reason = f"{heard.host} takes {spent:.1f} seconds; {self.name} waits {patience:g}."
        return Page(asked=asked, url=heard.url, code=SLOW, reason=reason)

    def _page(self, asked: str, heard: Heard) -> Page:
        if heard.fetched is None:
            return Page(asked=asked, url=heard.url, code=heard.code, reason=str(heard.error))
        fetched = heard.fetched
        packed = fetched.headers.get("content-encoding", "identity").lower()
        body, code, reason = fetched.body, "", ""
        if packed != "identity":
            unpacked = _unpacked(body, packed) if self.unpacks else None
            if unpacked is None:
                code, reason = (
                    "compressed",
                    f"{heard.host} sends {packed[:20]}, which {self.name} cannot read.",
                )
            body = body if unpacked is None else unpacked
        return Page(
            asked=asked,
            url=heard.url,
            status=fetched.status,
            type=fetched.headers.get("content-type", "").partition(";")[0].strip().lower(),
            body=body,
            code=code,
            reason=reason,
        )


def _unpacked(body: bytes, encoding: str) -> bytes | None:
    """The document inside, of bounded size; None for an encoding that is not ours or broken."""
    if encoding not in ("gzip", "deflate"):
        return None
    try:
        unpacker = zlib.decompressobj(zlib.MAX_WBITS | 32)  # gzip or zlib, by what it begins with
        return unpacker.decompress(body, MAX_BYTES)
    except zlib.error:
        return None
