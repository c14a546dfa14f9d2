"""Delta Chat: host and port of IMAP and SMTP; it finds the kind of TLS out by itself.

Read in chatmail/core, src/configure/auto_outlook.rs. ``SSL`` off, in these letters, is plain text;
Encryption, SPA and LoginName are not read; a RedirectUrl is followed wherever it stands.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from autoconfig.advice.clients.pox.account import NOT_AUTODISCOVER, Moved, PoxReading
from autoconfig.advice.clients.reading import AUTOMATIC, Reading, ReadServer, Unread, port_of
from autoconfig.advice.clients.stream import pieces

if TYPE_CHECKING:
    from collections.abc import Iterator

    from autoconfig.advice.clients.stream import Piece
    from autoconfig.model import EmailAddress


def read(document: bytes, _address: EmailAddress) -> PoxReading:
    """What it configures. A Reading with another reason than broken XML is where it looks no further."""
    stream = iter(pieces(document))
    servers: list[ReadServer] = []
    is_answer = False
    try:
        for piece in stream:
            name = piece.name.lower() if piece.kind == "start" else ""
            is_answer = is_answer or name == "autodiscover"
            if name == "redirecturl":
                return Moved(url=next((found.text.strip() for found in stream if found.kind == "text"), ""))
            if name == "protocol" and (server := _server(stream)) is not None:
                servers.append(server)
    except Unread as refused:
        return Reading(reason=str(refused), code=refused.code)
    incoming = tuple(server for server in servers if server.type == "imap")
    outgoing = tuple(server for server in servers if server.type == "smtp")
    if incoming:
        return Reading(incoming=incoming, outgoing=outgoing)
    if not is_answer:
        return Reading(reason="The document is no Autodiscover answer.", code=NOT_AUTODISCOVER)
    reason = "There is no Protocol of type IMAP with Server and Port."
    return Reading(outgoing=outgoing, reason=reason, code="pox-imap-missing")


def _server(stream: Iterator[Piece]) -> ReadServer | None:
    found: dict[str, str] = {}
    tag = ""
    for piece in stream:
        name = piece.name.lower()
        if piece.kind == "start":
            tag = name
        elif piece.kind == "end" and name == "protocol":
            break
        elif piece.kind == "end" and name == tag:
            tag = ""
        elif piece.kind == "text" and tag:
            found[tag] = piece.text.strip()
    if not {"type", "server", "port"} <= found.keys():
        return None
    return ReadServer(
        type=found["type"].lower(),
        hostname=found["server"],
        port=port_of(found["port"]) or 0,
        socket_type="plain" if found.get("ssl") == "off" else AUTOMATIC,
    )
