"""KMail: every server with a port, values as they are written.

Read in KDE/kmail-account-wizard, src/accountwizard/ispdbservice.cpp and ispdb/serverconfiguration.cpp. An
absent socket type is TLS; a way to log in that is not a password overrides a password named before it.
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
    from collections.abc import Iterator, Mapping

    from autoconfig.model import EmailAddress, Provider

_SOCKET_TYPES = ("plain", "SSL", "STARTTLS")
_PASSWORD = "password-cleartext"  # noqa: S105 - the wire word
_AUTHENTICATIONS = {
    "password-cleartext": _PASSWORD,
    "plain": _PASSWORD,
    "password-encrypted": "password-encrypted",
    "secure": "password-encrypted",
    "NTLM": "NTLM",
    "GSSAPI": "GSSAPI",
    "none": "none",
    "OAuth2": "OAuth2",
}


def read(document: bytes, address: EmailAddress) -> Reading:
    """What it offers to choose from: IMAP before POP3."""
    return reading(document, lambda root: _read(root, values_for(address)))


def _read(root: xml.Element, values: Mapping[str, str]) -> Reading:
    mail = next(root.iter("emailProvider"), None)
    if mail is None:
        raise Unread("There is no emailProvider.", "not-clientconfig")
    incoming = [
        server for kind in ("imap", "pop3") for server in _servers(mail, "incomingServer", kind, values)
    ]
    outgoing = list(_servers(mail, "outgoingServer", "smtp", values))
    if not (incoming or outgoing):
        raise Unread("There is no server with a port.", "incoming-missing")
    return Reading(incoming=tuple(incoming), outgoing=tuple(outgoing))


def _servers(mail: xml.Element, name: str, kind: str, values: Mapping[str, str]) -> Iterator[ReadServer]:
    for section in mail:
        if section.tag == name and section.get("type") == kind and section.find("port") is not None:
            yield _server(section, kind, values)


def _server(section: xml.Element, kind: str, values: Mapping[str, str]) -> ReadServer:
    found = {xml.local_name(child): "".join(child.itertext()) for child in section}
    socket_type = found.get("socketType", "SSL")
    return ReadServer(
        type=kind,
        hostname=fill(found.get("hostname", ""), values),
        port=port_of(found["port"].strip()) or 0,
        socket_type=socket_type if socket_type in _SOCKET_TYPES else "SSL",
        authentication=(_authentication(section),),
        username=fill(found.get("username", ""), values),
    )


def _authentication(section: xml.Element) -> str:
    """The first that is not a password, else a password."""
    words = ("".join(child.itertext()) for child in section if child.tag == "authentication")
    known = (_AUTHENTICATIONS[word] for word in words if word in _AUTHENTICATIONS)
    return next((word for word in known if word != _PASSWORD), _PASSWORD)


def lacks(provider: Provider) -> str:
    """It needs IMAP, POP3 or SMTP."""
    if any(offers(provider.incoming, kind) for kind in (ServerType.IMAP, ServerType.POP3)):
        return ""
    return "" if offers(provider.outgoing, ServerType.SMTP) else "no imap, pop3 or smtp server"


CLIENT = Client(name="KMail", read=read, lacks=lacks)
