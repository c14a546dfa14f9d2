"""What Microsoft's cloud asks for the new Outlook: JSON v2, then POX in the mobilesync schema."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lxml import etree

from autoconfig.advice.clients.reading import Reading, ReadServer
from autoconfig.doctor.look import Find, Look, found
from autoconfig.errors import FormatError
from autoconfig.formats import autodiscover_json, mobilesync
from autoconfig.formats.autodiscover import MEDIA_TYPE, MOBILESYNC_RESPONSE
from autoconfig.model import UrlServer

if TYPE_CHECKING:
    from autoconfig.doctor.look import Search
    from autoconfig.model import EmailAddress

WAY = "autodiscover"
JSON = "https://autodiscover.{domain}/autodiscover/autodiscover.json?Email={address}&Protocol=ActiveSync&RedirectCount=1"
POX = "https://autodiscover.{domain}/autodiscover/autodiscover.xml"
_REQUEST = "http://schemas.microsoft.com/exchange/autodiscover/mobilesync/requestschema/2006"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cloud:
    """Whether there is an ActiveSync service; of IMAP the cloud learns nothing this way."""

    family: str = WAY

    async def look(self, search: Search) -> list[Look]:
        """Two looks at most."""
        url = search.url(JSON)
        page = await search.browser.open(search.visit, url)
        answer = autodiscover_json.parse(page.body) if page.ok else None
        if answer is not None and answer[0].lower() == "activesync":
            return [found(WAY, url, _active_sync(answer[1]))]
        reason = page.reason or f"{page.host} names no ActiveSync service (status {page.status})."
        looks = [Look(way=WAY, where=url, find=Find.NOTHING, reason=reason)]
        url = search.url(POX)
        body = _request(search.visit.mailbox)
        page = await search.browser.open(search.visit, url, body=body, media_type=MEDIA_TYPE)
        try:
            server = mobilesync.parse(page.body) if page.ok else None
        except FormatError:
            server = None
        if isinstance(server, UrlServer):
            return [*looks, found(WAY, url, _active_sync(server.url))]
        sent = "" if server is None else f"{page.host} sends phones to another address, {server.address}."
        reason = page.reason or sent or f"{page.host} has no answer for phones."
        return [*looks, Look(way=WAY, where=url, find=Find.NOTHING, reason=reason)]


def _active_sync(url: str) -> Reading:
    return Reading(incoming=(ReadServer(type="activeSync", url=url),))


def _request(address: EmailAddress) -> bytes:
    root = etree.Element(f"{{{_REQUEST}}}Autodiscover", nsmap={None: _REQUEST})
    request = etree.SubElement(root, f"{{{_REQUEST}}}Request")
    etree.SubElement(request, f"{{{_REQUEST}}}EMailAddress").text = str(address)
    etree.SubElement(request, f"{{{_REQUEST}}}AcceptableResponseSchema").text = MOBILESYNC_RESPONSE
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)
