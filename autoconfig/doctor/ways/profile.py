"""An Apple profile at the place where this project serves one; people open it by a link."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from autoconfig.advice.clients.reading import Reading, ReadServer
from autoconfig.doctor.look import Find, Look, found
from autoconfig.errors import FormatError
from autoconfig.formats import mobileconfig
from autoconfig.model import TcpServer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from autoconfig.doctor.browser import Page
    from autoconfig.doctor.look import Search
    from autoconfig.model import AnyServer

WAY = "profile"
URL = "https://autoconfig.{domain}/mail/profile.mobileconfig?emailaddress={address}"
_DER = b"\x30"
"""What a signed profile begins with: a SEQUENCE of ASN.1."""
_END = b"</plist>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """The profile of the mailbox."""

    family: str = WAY

    async def look(self, search: Search) -> list[Look]:
        """One look; an unsigned profile is found, and told of."""
        page = await search.browser.open(search.visit, search.url(URL))
        if not page.ok:
            return [_without(page)]
        try:
            provider = mobileconfig.parse(_property_list(page.body)).provider
        except FormatError as error:
            return [_look(page, Find.NOTHING, f"{page.host} gives no profile: {error}", "")]
        provider = provider.for_address(search.visit.mailbox)
        reading = Reading(incoming=_servers(provider.incoming), outgoing=_servers(provider.outgoing))
        if page.type != mobileconfig.MEDIA_TYPE:
            reason = f"The profile comes as {page.type or 'no type'}: devices show it as text."
            return [_look(page, Find.FAILED, reason, "profile-type")]
        look = found(WAY, page.asked, reading)
        if page.body.startswith(_DER):
            return [look]
        return [look, _look(page, Find.FAILED, "The profile is not signed.", "profile-unsigned")]


def _property_list(body: bytes) -> bytes:
    """The profile inside a signature, which is not checked here: devices do."""
    if not body.startswith(_DER):
        return body
    start, end = body.find(b"<?xml"), body.rfind(_END)
    return body[start : end + len(_END)] if 0 <= start < end else body


def _without(page: Page) -> Look:
    # Nobody knows whether there would be a profile on a host that does not answer.
    return _look(page, Find.NOTHING, page.reason or f"{page.host} answers {page.status}.", "")


def _look(page: Page, find: Find, reason: str, code: str) -> Look:
    return Look(way=WAY, where=page.asked, find=find, reason=reason, code=code)


def _servers(servers: Iterable[AnyServer]) -> tuple[ReadServer, ...]:
    return tuple(
        ReadServer(
            type=str(server.type),
            hostname=server.hostname,
            port=server.port,
            socket_type=str(server.socket_type),
            username=server.username,
        )
        for server in servers
        if isinstance(server, TcpServer)
    )
