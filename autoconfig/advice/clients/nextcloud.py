"""Nextcloud Mail: the first IMAP and the first SMTP server, no placeholders in host names.

Read in nextcloud/mail, lib/Service/AutoConfig/IspDb.php.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from autoconfig.advice.clients.reading import (
    Client,
    Reading,
    ReadServer,
    Unread,
    offers,
    port_of,
    reading,
)
from autoconfig.formats import xml
from autoconfig.model import ServerType
from autoconfig.model.placeholders import fill, values_for

if TYPE_CHECKING:
    from collections.abc import Mapping

    from autoconfig.model import EmailAddress, Provider

_SOCKET_TYPES = {"ssl": "SSL", "starttls": "STARTTLS", "tls": "STARTTLS"}


def read(document: bytes, address: EmailAddress) -> Reading:
    """What it configures: one server each way at most."""
    return reading(document, lambda root: _read(root, values_for(address)))


def _read(root: xml.Element, values: Mapping[str, str]) -> Reading:
    incoming = _first(root, "incomingServer", "imap", values)
    outgoing = _first(root, "outgoingServer", "smtp", values)
    if not (incoming or outgoing):
        raise Unread("There is neither an IMAP nor an SMTP server.", "imap-missing")
    return Reading(incoming=incoming, outgoing=outgoing)


def _first(
    root: xml.Element, name: str, server_type: str, values: Mapping[str, str]
) -> tuple[ReadServer, ...]:
    for mail in (child for child in root if child.tag == "emailProvider"):
        for section in mail:
            if section.tag == name and section.get("type") == server_type:
                return (_server(section, server_type, values),)
    return ()


def _server(section: xml.Element, server_type: str, values: Mapping[str, str]) -> ReadServer:
    found: dict[str, str] = {}
    for child in section:
        found.setdefault(xml.local_name(child), child.text or "")
    return ReadServer(
        type=server_type,
        hostname=found.get("hostname"),
        port=port_of(found.get("port", "").strip()) or 0,
        socket_type=_SOCKET_TYPES.get(found.get("socketType", "").lower(), "plain"),
        username=fill(found.get("username", ""), values),
    )


def lacks(provider: Provider) -> str:
    """It needs IMAP or SMTP."""
    one = offers(provider.incoming, ServerType.IMAP) or offers(provider.outgoing, ServerType.SMTP)
    return "" if one else "neither an imap nor an smtp server"


CLIENT = Client(name="Nextcloud Mail", read=read, lacks=lacks)
