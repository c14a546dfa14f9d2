"""FairEmail: "email" and "settings" in exactly these letters before the first Protocol; ports tell the rest.

Read in M66B/FairEmail, app/src/main/java/eu/faircode/email/EmailProvider.java. Neither SSL nor Encryption nor
LoginName is read: 143 and 587 are STARTTLS, every other port is TLS.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from autoconfig.advice.clients.pox.account import NOT_AUTODISCOVER, PoxReading
from autoconfig.advice.clients.reading import Reading, ReadServer, Unread, port_of
from autoconfig.advice.clients.stream import pieces

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from autoconfig.advice.clients.stream import Piece
    from autoconfig.model import EmailAddress

_TYPES = {"IMAP": "imap", "SMTP": "smtp"}
_STARTTLS_PORTS = (143, 587)
_EXACT = {"AccountType": "email", "Action": "settings"}


def read(document: bytes, _address: EmailAddress) -> PoxReading:
    """What it configures: the last IMAP and the last SMTP server; both must be there."""
    try:
        stream = list(pieces(document, strict=True))
    except Unread as refused:
        return Reading(reason=str(refused), code=refused.code)
    servers = {server.type: server for server in _servers(stream)}
    if not any(piece.name == "Account" for piece in stream):
        code = "pox-error" if any(piece.name == "ErrorCode" for piece in stream) else NOT_AUTODISCOVER
        return Reading(reason="There is no Account in the answer.", code=code)
    if not servers and not _has_words(stream):
        reason = 'AccountType "email" and Action "settings" do not stand before the first Protocol.'
        return Reading(reason=reason, code="pox-words")
    if "imap" not in servers:
        return Reading(reason="There is no Protocol of type IMAP.", code="pox-imap-missing")
    if "smtp" not in servers:
        return Reading(reason="There is no Protocol of type SMTP.", code="pox-smtp-missing")
    return Reading(incoming=(servers["imap"],), outgoing=(servers["smtp"],))


def _has_words(stream: Iterable[Piece]) -> bool:
    """Whether both words stand before the first Protocol."""
    seen = set()
    for piece in stream:
        if piece.kind == "start" and piece.name == "Protocol":
            break
        if piece.kind == "text" and _EXACT.get(piece.within) == piece.text:
            seen.add(piece.within)
    return seen == _EXACT.keys()


def _servers(stream: list[Piece]) -> Iterator[ReadServer]:
    words: set[str] = set()
    found: dict[str, str] = {}
    for piece in stream:
        if piece.kind == "start" and piece.name == "Protocol":
            found = {}
        elif piece.kind == "text" and _EXACT.get(piece.within) == piece.text:
            words.add(piece.within)
        elif piece.kind == "text" and words == _EXACT.keys():
            found[piece.within] = piece.text
        elif piece.kind == "end" and piece.name == "Protocol":
            port = port_of(found.get("Port", ""))
            if port and found.get("Server") and found.get("Type") in _TYPES:
                yield _server(_TYPES[found["Type"]], found["Server"], port)


def _server(server_type: str, hostname: str, port: int) -> ReadServer:
    socket_type = "STARTTLS" if port in _STARTTLS_PORTS else "SSL"
    return ReadServer(type=server_type, hostname=hostname, port=port, socket_type=socket_type)
