"""FairEmail: the very first incoming and outgoing server, whatever they are.

Read in M66B/FairEmail, app/src/main/java/eu/faircode/email/EmailProvider.java. Any ``username`` element of
the document overwrites the login name, and only two placeholders are understood there, alone in the element;
in host names none is. Nothing is trimmed.
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
from autoconfig.model.placeholders import EMAIL_ADDRESS, EMAIL_LOCAL_PART, fill, values_for

if TYPE_CHECKING:
    from collections.abc import Mapping

    from autoconfig.model import EmailAddress, Provider

_STARTTLS_PORTS = (143, 587)
_UNDERSTOOD = (EMAIL_ADDRESS, EMAIL_LOCAL_PART)


def read(document: bytes, address: EmailAddress) -> Reading:
    """What it configures: one IMAP and one SMTP server."""
    return reading(document, lambda root: _read(root, values_for(address)))


def _read(root: xml.Element, values: Mapping[str, str]) -> Reading:
    username = _username(root, values)
    return Reading(
        incoming=(_first(root, "incomingServer", "imap", username),),
        outgoing=(_first(root, "outgoingServer", "smtp", username),),
    )


def _username(root: xml.Element, values: Mapping[str, str]) -> str | None:
    """The last login name anywhere in the document, filled if it is one of the two placeholders.

    None where there is none: it takes the address.
    """
    username = None
    for element in root.iter():
        text = (element.text or "").strip()
        if element.tag == "username" and text:
            username = fill(text, values) if text in _UNDERSTOOD else text
    return username


def _first(root: xml.Element, name: str, server_type: str, username: str | None) -> ReadServer:
    section = next((found for found in root.iter() if found.tag == name), None)
    if section is None:
        raise Unread(f"There is no {name}.", f"{server_type}-missing")
    if section.get("type") != server_type:
        code = "imap-not-first" if server_type == "imap" else "smtp-missing"
        raise Unread(f"The first {name} is not of type {server_type}.", code)
    found = {xml.local_name(child): child.text or "" for child in section}
    if not found.get("hostname"):
        raise Unread(f"The first {name} has no hostname.", "hostname-bad")
    port = port_of(found.get("port", ""))
    if port is None:
        text = found.get("port", "")
        code = "white-space" if port_of(text.strip()) is not None else "port-bad"
        raise Unread(f"The port {text[:20]!r} is not a number.", code)
    guess = "STARTTLS" if port in _STARTTLS_PORTS else AUTOMATIC
    socket_type = found.get("socketType", "")
    return ReadServer(
        type=server_type,
        hostname=found["hostname"],
        port=port,
        socket_type=socket_type if socket_type in ("SSL", "STARTTLS") else guess,
        username=username,
    )


def lacks(provider: Provider) -> str:
    """It needs IMAP and SMTP."""
    if not offers(provider.incoming, ServerType.IMAP):
        return "no imap server"
    return "" if offers(provider.outgoing, ServerType.SMTP) else "no smtp server"


CLIENT = Client(name="FairEmail", read=read, lacks=lacks)
