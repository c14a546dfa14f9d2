"""Outlook for Windows, the classic one: JSON v2, POX on both hosts, the http redirect, the SRV record.

MS-OXDISCO 22.0 §3.1.5, MS-OXDSCLI 24.1, and support.microsoft.com "Outlook 2016 implementation of
Autodiscover". What is no answer of its schema leads to the next place.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from autoconfig.advice.clients import pox
from autoconfig.doctor.browser import Browser
from autoconfig.doctor.clients.client import Client, encoded
from autoconfig.doctor.look import Find, Look
from autoconfig.doctor.ways.autodiscover import HOST, ROOT, WAY, Pox
from autoconfig.formats import autodiscover_json

if TYPE_CHECKING:
    from autoconfig.doctor.look import Search

JSON = (
    "https://autodiscover.{domain}/autodiscover/autodiscover.json"
    "?Email={address}&Protocol=AutodiscoverV1&RedirectCount=1"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ByJson:
    """POX at the place that JSON v2 names."""

    family: str = WAY

    async def look(self, search: Search) -> list[Look]:
        """One look, none where JSON v2 names nothing."""
        url = search.url(JSON)
        page = await search.browser.open(search.visit, url)
        answer = autodiscover_json.parse(page.body) if page.ok else None
        if answer is None or answer[0].lower() != autodiscover_json.AUTODISCOVER_V1.lower():
            reason = page.reason or f"{page.host} names no Autodiscover service (status {page.status})."
            return [Look(way=WAY, where=url, find=Find.NOTHING, reason=reason)]
        named = answer[1].replace("{", "%7B").replace("}", "%7D")
        return await Pox(urls=(named,), read=pox.outlook.read).look(search)


CLIENT = Client(
    key="outlook",
    name="Outlook (classic)",
    browser=Browser(
        name="Outlook",
        headers=(
            ("User-Agent", "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.17928; Pro)"),
            ("Accept", "*/*"),
            ("Accept-Encoding", "gzip, deflate"),
        ),
        timeout=12.0,
        redirects=10,
    ),
    ways=(
        ByJson(),
        Pox(urls=(ROOT, HOST), read=pox.outlook.read, plain="location", srv_port=True),
    ),
    missing="pox-missing",
    encode=encoded,
)
