"""Evolution: the last server of each kind, values as they are written.

Read in GNOME/evolution, src/mail/e-mail-autoconfig.c. A section without a socket type is plain text to it; a
value that stands there again overwrites what was there before, also that of a section before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from autoconfig.advice.clients.reading import Client, Reading, ReadServer, Unread, offers, port_of
from autoconfig.advice.clients.stream import pieces
from autoconfig.model import ServerType
from autoconfig.model.placeholders import fill, values_for

if TYPE_CHECKING:
    from collections.abc import Callable

    from autoconfig.model import EmailAddress, Provider

_DIRECTIONS = ("incomingServer", "outgoingServer")
_TYPES = ("imap", "pop3", "smtp")
_SOCKET_TYPES = ("plain", "SSL", "STARTTLS")
_AUTHENTICATIONS = {"password-cleartext": "password-cleartext", "plain": "password-cleartext"} | {
    "password-encrypted": "password-encrypted"
}
EMPTY = "No server is named that it knows."


def read(document: bytes, address: EmailAddress) -> Reading:
    """What it configures: the last server of each kind, IMAP before POP3."""
    try:
        found = _found(document)
    except Unread as reason:
        return Reading(reason=str(reason), code=reason.code)
    values = values_for(address)
    servers = {
        kind: _server(kind, texts, lambda text: fill(text, values)) for kind, texts in found.items() if texts
    }
    incoming = tuple(servers[kind] for kind in ("imap", "pop3") if kind in servers)
    outgoing = (servers["smtp"],) if "smtp" in servers else ()
    if not (incoming or outgoing):
        return Reading(reason=EMPTY, code="not-clientconfig")
    return Reading(incoming=incoming, outgoing=outgoing)


def _found(document: bytes) -> dict[str, dict[str, str]]:
    """The last value of each element for each kind of server."""
    found: dict[str, dict[str, str]] = {kind: {} for kind in _TYPES}
    current: dict[str, str] | None = None
    for piece in pieces(document, strict=True):
        if piece.kind == "start" and piece.name in _DIRECTIONS:
            current = found.get(piece.type)
        elif piece.kind == "end" and piece.name in _DIRECTIONS:
            current = None
        elif piece.kind == "text" and current is not None and _counts(piece.within, piece.text):
            current[piece.within] = piece.text
    return found


def _counts(name: str, text: str) -> bool:
    """Whether a value is one that it takes over; any other leaves what was there."""
    if name == "port":
        return bool(port_of(text.strip()))
    if name == "socketType":
        return text in _SOCKET_TYPES
    return text in _AUTHENTICATIONS if name == "authentication" else name in ("hostname", "username")


def _server(kind: str, texts: dict[str, str], filled: Callable[[str], str]) -> ReadServer:
    word = _AUTHENTICATIONS.get(texts.get("authentication", ""))
    return ReadServer(
        type=kind,
        hostname=filled(texts.get("hostname", "")),
        port=port_of(texts.get("port", "").strip()) or 0,
        socket_type=texts.get("socketType", "plain"),
        authentication=None if word is None else (word,),
        username=filled(texts.get("username", "")),
    )


def lacks(provider: Provider) -> str:
    """It needs IMAP, POP3 or SMTP."""
    if any(offers(provider.incoming, kind) for kind in (ServerType.IMAP, ServerType.POP3)):
        return ""
    return "" if offers(provider.outgoing, ServerType.SMTP) else "no imap, pop3 or smtp server"


CLIENT = Client(name="Evolution", read=read, lacks=lacks)
