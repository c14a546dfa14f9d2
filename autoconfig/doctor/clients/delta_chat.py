"""Delta Chat 2.65: one place after the other, and the first document it can parse is the last it looks at.

chatmail/core, src/configure.rs and src/net/http.rs. It sends no header but Host, follows redirects only to
whole URLs, does not unpack, and encodes everything of the address but letters, digits and the dot. What is
missing it guesses.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from autoconfig.advice.clients import delta_chat, pox
from autoconfig.advice.clients.reading import Reading, ReadServer
from autoconfig.doctor.browser import Browser
from autoconfig.doctor.clients.client import ISPDB, Client
from autoconfig.doctor.ways.autodiscover import HOST, ROOT, Pox
from autoconfig.doctor.ways.documents import Documents, readable
from autoconfig.doctor.ways.guess import Guess
from autoconfig.model import STANDARD_PORTS, ServerType, SocketType

if TYPE_CHECKING:
    from autoconfig.model import EmailAddress

SITE = "https://autoconfig.{domain}/mail/config-v1.1.xml?emailaddress={address}"
WELL_KNOWN = "https://{domain}/.well-known/autoconfig/mail/config-v1.1.xml"
_SSL, _STARTTLS = SocketType.SSL, SocketType.STARTTLS
_OTHER = re.compile("[^A-Za-z0-9.]")


def _percent(found: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in found[0].encode())


def encode(address: str) -> str:
    """The address with ``-`` and ``_`` encoded too."""
    return _OTHER.sub(_percent, address)


def _completed(reading: Reading) -> Reading:
    """Whatever servers there are; the port of one that has none is the usual one."""
    incoming, outgoing = (
        tuple(server if server.port else replace(server, port=_port(server)) for server in servers)
        for servers in (reading.incoming, reading.outgoing)
    )
    if not (incoming or outgoing):
        return reading
    return Reading(incoming=incoming, outgoing=outgoing)


def _port(server: ReadServer) -> int:
    socket_type = _STARTTLS if server.socket_type == "STARTTLS" else _SSL
    return STANDARD_PORTS[ServerType(server.type), socket_type]


def read(document: bytes, address: EmailAddress) -> Reading:
    """What it begins with: where a direction is missing it guesses that one."""
    return _completed(delta_chat.read(document, address))


def read_pox(document: bytes, address: EmailAddress) -> pox.PoxReading:
    """The same of an Autodiscover answer."""
    reading = pox.delta_chat.read(document, address)
    return _completed(reading) if isinstance(reading, Reading) else reading


CLIENT = Client(
    key="delta-chat",
    name="Delta Chat",
    browser=Browser(name="Delta Chat", timeout=12.0, redirects=9, relative=False, unpacks=False),
    ways=(
        Documents(urls=(SITE, WELL_KNOWN), read=read, stops=readable),
        Pox(family="", urls=(ROOT,), read=read_pox, post=False, stops=readable),
        Pox(family="", urls=(HOST,), read=read_pox, post=False, stops=readable),
        Documents(urls=(ISPDB,), read=read, stops=readable),
        Guess(
            incoming=tuple(
                ("imap", port, socket, host)
                for host in ("{domain}", "imap.{domain}", "mail.{domain}")
                for socket, port in ((_SSL, 993), (_STARTTLS, 143))
            ),
            outgoing=tuple(
                ("smtp", port, socket, host)
                for host in ("{domain}", "smtp.{domain}", "mail.{domain}")
                for socket, port in ((_SSL, 465), (_STARTTLS, 587))
            ),
        ),
    ),
    missing="autoconfig-missing",
    encode=encode,
)
