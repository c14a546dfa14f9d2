"""What a mail program makes of a document: servers, or the reason why it makes nothing of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from autoconfig.errors import XMLRefused
from autoconfig.formats import xml
from autoconfig.model import ServerType, TcpServer

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from autoconfig.model import AnyServer, Authentication, EmailAddress, Provider

AUTOMATIC = "automatic"
"""The socket type of a program that will find out by itself."""
NOT_XML = "xml-broken"
"""The code of a document that is not well-formed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadServer:
    """One server as a program will use it; the words are those of the document."""

    type: str
    hostname: str | None = None
    port: int | None = None
    socket_type: str | None = None
    authentication: tuple[str, ...] | None = None
    """Best first; None where the program does not read it."""
    username: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a program takes from a document. ``reason`` says in a sentence why it takes nothing."""

    incoming: tuple[ReadServer, ...] = ()
    outgoing: tuple[ReadServer, ...] = ()
    reason: str = ""
    code: str = ""
    """The reason in a word, as ``autoconfig check`` names it; empty where the document is accepted."""
    name: str | None = None
    """The provider's name as the program shows it; None where it shows none."""

    @property
    def accepted(self) -> bool:
        """Whether an account can be made from the document."""
        return not self.reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """A mail program: how it reads, and what a provider must have for it."""

    name: str
    read: Callable[[bytes, EmailAddress], Reading]
    """What it makes of a document for an address."""
    lacks: Callable[[Provider], str]
    """What the program needs and the provider has not, in a sentence; empty where nothing is missing."""


class Unread(Exception):
    """The program gives up on the document (or the section), for a reason and a word for it, ``code``."""

    def __init__(self, reason: str, code: str) -> None:
        super().__init__(reason)
        self.code = code


def reading(document: bytes, read: Callable[[xml.Element], Reading]) -> Reading:
    """Parse the document and read it; what makes the program give up becomes the reason."""
    try:
        return read(xml.parse(document))
    except XMLRefused as reason:
        return Reading(reason=str(reason), code=NOT_XML)
    except Unread as reason:
        return Reading(reason=str(reason), code=reason.code)


def port_of(text: str) -> int | None:
    """A port as programs read it: digits up to 65535; None for anything else."""
    usable = text.isascii() and text.isdigit() and len(text) <= 5 and int(text) <= 65535
    return int(text) if usable else None


def offers(
    servers: Iterable[AnyServer],
    server_type: ServerType,
    *,
    known: Collection[Authentication] = (),
    secure: bool = False,
) -> bool:
    """Whether one of the servers is of the type, secure if need be, with an authentication of ``known``."""
    return any(
        isinstance(server, TcpServer)
        and server.type is server_type
        and (server.secure or not secure)
        and (not known or bool(set(known) & set(server.authentication)))
        for server in servers
    )


_HOST_NAME = re.compile(r"(?!-)[A-Za-z0-9-]{1,63}(?<!-)(?:\.(?!-)[A-Za-z0-9-]{1,63}(?<!-))*")


def is_host_name(text: str) -> bool:
    """Whether programs that know only letters, digits and hyphens take the text for a host name."""
    return len(text) <= 253 and _HOST_NAME.fullmatch(text) is not None
