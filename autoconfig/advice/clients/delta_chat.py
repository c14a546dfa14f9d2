"""Delta Chat: a stream reader that looks for servers and skips what it does not know.

Read in chatmail/core, src/configure/auto_mozilla.rs. Names are compared without case; authentication is not
read: it tries what the server offers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from autoconfig.advice.clients.reading import AUTOMATIC, Client, Reading, ReadServer, Unread, offers, port_of
from autoconfig.advice.clients.stream import pieces
from autoconfig.model import ServerType
from autoconfig.model.placeholders import fill, values_for

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from autoconfig.advice.clients.stream import Piece
    from autoconfig.model import EmailAddress, Provider

_SOCKET_TYPES = {"ssl": "SSL", "starttls": "STARTTLS", "plain": "plain"}
_DIRECTIONS = ("incomingserver", "outgoingserver")
_VALUES = ("hostname", "port", "sockettype", "username")
NO_SERVERS = "There is no IMAP or no SMTP server with host, port and login name."


def read(document: bytes, address: EmailAddress) -> Reading:
    """What it configures: IMAP and SMTP only."""
    try:
        servers = list(_servers(iter(pieces(document)), values_for(address)))
    except Unread as reason:
        return Reading(reason=str(reason), code=reason.code)
    incoming = tuple(server for name, server in servers if (name, server.type) == ("incomingserver", "imap"))
    outgoing = tuple(server for name, server in servers if (name, server.type) == ("outgoingserver", "smtp"))
    if not (incoming and outgoing):
        return Reading(
            incoming=incoming,
            outgoing=outgoing,
            reason=NO_SERVERS,
            code=_missing(servers, "smtp" if incoming else "imap"),
        )
    return Reading(incoming=incoming, outgoing=outgoing)


def _missing(servers: list[tuple[str, ReadServer]], server_type: str) -> str:
    return f"{server_type}-missing" if servers else "not-clientconfig"


def _servers(stream: Iterator[Piece], values: Mapping[str, str]) -> Iterator[tuple[str, ReadServer]]:
    """The server sections wherever they stand, by direction."""
    for piece in stream:
        name = piece.name.lower()
        if piece.kind == "start" and name in _DIRECTIONS:
            found = _texts(stream, name)
            if {"hostname", "port", "username"} <= found.keys():
                yield name, _server(piece.type.lower(), found, values)


def _texts(stream: Iterable[Piece], name: str) -> dict[str, str]:
    """The values up to the end of the section, each by the tag that began last: the last one counts."""
    found: dict[str, str] = {}
    tag = ""
    for piece in stream:
        if piece.kind == "start":
            tag = piece.name.lower()
        elif piece.kind == "end" and piece.name.lower() == name:
            break
        elif piece.kind == "text" and tag in _VALUES:
            found[tag] = piece.text.strip()
    return found


def _server(server_type: str, found: Mapping[str, str], values: Mapping[str, str]) -> ReadServer:
    return ReadServer(
        type=server_type,
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
