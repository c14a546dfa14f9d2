"""What a page amounts to that is no usable document: nothing at all, or something that must be mended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from autoconfig.doctor.heard import HOST_MISSING, UNREACHABLE
from autoconfig.doctor.look import Find, Look

if TYPE_CHECKING:
    from autoconfig.advice.clients.reading import Reading
    from autoconfig.doctor.browser import Page

OURS = ("autoconfig.", "autodiscover.", "ua-auto-config.")
"""Hosts that exist for the settings of mail programs alone: what is wrong there was not meant so."""

_NOTHING = (404, 410)
_PASSWORD = 401
_HTML = (b"<!doctype html", b"<html")


def label(url: str) -> str:
    """The way a URL belongs to."""
    path = url.partition("://")[2].partition("/")[2]
    if path.startswith("v1.1/") or "/v1.1/" in path:
        return "ispdb"
    if path.startswith(".well-known/autoconfig"):
        return "well-known"
    return "autodiscover" if "autodiscover" in path.lower() else "autoconfig"


def without_document(page: Page, way: str, *, needs_http: bool = False) -> Look:
    """A look that brought no document: no answer, or a status other than success.

    A web site that has never heard of mail settings may say what it likes; the database of somebody else too.
    """
    code = page.code or _status_code(page)
    plain = page.asked.startswith("http:")
    if plain and code == UNREACHABLE:
        code = "http-closed"
    meant = way != "ispdb" and page.asked.partition("://")[2].startswith(OURS)
    wrong = meant and code not in ("", HOST_MISSING) and (needs_http or not plain)
    return Look(
        way=way,
        where=page.asked,
        find=Find.FAILED if wrong else Find.NOTHING,
        reason=page.reason or f"{page.host} answers {page.status}.",
        code=code if wrong else "",
    )


def _status_code(page: Page) -> str:
    if page.status in _NOTHING:
        return ""
    if page.status == _PASSWORD:
        return "password-asked"
    return "address-needed" if page.status == 400 and "@" not in _unquoted(page.asked) else "status"


def _unquoted(url: str) -> str:
    return url.replace("%40", "@")


def unusable(page: Page, way: str, reading: Reading, *, taken: bool = True, ends: bool = False) -> Look:
    """A look that brought a document of which the program makes nothing, and why."""
    code, reason = _cause(page, reading, taken=taken)
    # A page for people where nobody asked for mail settings is nobody's fault, unless it stands in the way.
    meant = ends or page.asked.partition("://")[2].startswith(OURS) or code not in _PAGES
    wrong = meant and way != "ispdb"
    return Look(
        way=way,
        where=page.asked,
        find=Find.FAILED if wrong else Find.NOTHING,
        reason=reason,
        code=code if wrong else "",
        reading=reading,
        ends=ends,
    )


_PAGES = ("catch-all-html", "empty-answer")


def _cause(page: Page, reading: Reading, *, taken: bool) -> tuple[str, str]:
    if page.code:
        return page.code, page.reason
    if not page.body.strip():
        return "empty-answer", f"{page.host} answers {page.status} with nothing in it."
    if page.type == "text/html" or page.body.lstrip()[:20].lower().startswith(_HTML):
        return "catch-all-html", f"{page.host} answers {page.status} with a web page."
    if not taken:
        kind = page.type or "no type"
        return "content-type", f"{page.host} sends the document as {kind}, not as text/xml."
    return reading.code, reading.reason
