"""Delta Chat: a stream reader that looks for servers and skips what it does not know.

Read in chatmail/core, src/configure/auto_mozilla.rs. Names are compared without case; authentication is not
read: it tries what the server offers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from autoconfig.advice.clients.reading import (
    AUTOMATIC,
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
    from collections.abc import Collection, Iterator, Mapping

    from autoconfig.model import EmailAddress, Provider

_SOCKET_TYPES = {"ssl": "SSL", "starttls": "STARTTLS", "plain": "plain"}
_END = b"</clientConfig>"


def read(document: bytes, address: EmailAddress) -> Reading:
    """What it configures: IMAP and SMTP only."""
    # Its reader stops at the end of the text, so that whatever follows the root element does not matter.
    end = document.rfind(_END)
    text = document[: end + len(_END)] if end >= 0 else document
    return reading(text, lambda root: _read(root, values_for(address)))


def _read(root: xml.Element, values: Mapping[str, str]) -> Reading:
    servers: dict[str, list[ReadServer]] = {"incomingserver": [], "outgoingserver": []}
    for section in _sections(root, servers):
        server = _server(section, values)
        if server is not None:
            servers[xml.local_name(section).lower()].append(server)
    incoming = tuple(server for server in servers["incomingserver"] if server.type == "imap")
    outgoing = tuple(server for server in servers["outgoingserver"] if server.type == "smtp")
    if not (incoming and outgoing):
        raise Unread("There is no IMAP or no SMTP server with host, port and login name.")
    return Reading(incoming=incoming, outgoing=outgoing)


def _sections(element: xml.Element, names: Collection[str]) -> Iterator[xml.Element]:
    """The server sections wherever they stand; what is nested inside one belongs to it."""
    for child in element:
        if xml.local_name(child).lower() in names:
            yield child
        else:
            yield from _sections(child, names)


def _server(section: xml.Element, values: Mapping[str, str]) -> ReadServer | None:
    found = {xml.local_name(child).lower(): (child.text or "").strip() for child in section}
    if not {"hostname", "port", "username"} <= found.keys():
        return None
    return ReadServer(
        type=(section.get("type") or "").lower(),
        hostname=fill(found["hostname"], values),
        port=port_of(found["port"]) or 0,
        socket_type=_SOCKET_TYPES.get(found.get("sockettype", "").lower(), AUTOMATIC),
        username=fill(found["username"], values),
    )


def lacks(provider: Provider) -> str:
    """It needs IMAP and SMTP."""
    if not offers(provider.incoming, ServerType.IMAP):
        return "no imap server"
    return "" if offers(provider.outgoing, ServerType.SMTP) else "no smtp server"


CLIENT = Client(name="Delta Chat", read=read, lacks=lacks)
