"""pimalaya (himalaya and its relatives): a strict reader that one unknown word stops.

Read in pimalaya/io-discovery, src/autoconfig/types.rs: every type, socket type and authentication must be one
it knows, an ``oAuth2`` must be complete, single values must not be repeated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from autoconfig.advice.clients.reading import Client, Reading, ReadServer, Unread, offers, port_of, reading
from autoconfig.formats import xml
from autoconfig.model import ServerType
from autoconfig.model.placeholders import fill, values_for

if TYPE_CHECKING:
    from collections.abc import Mapping

    from autoconfig.model import EmailAddress, Provider

_TYPES = ("imap", "pop3", "smtp")
_SOCKET_TYPES = {
    "SSL": "SSL",
    "tls": "SSL",
    "STARTTLS": "STARTTLS",
    "starttls": "STARTTLS",
    "plain": "plain",
}
_AUTHENTICATIONS = (
    "password-cleartext",
    "password-encrypted",
    "NTLM",
    "GSAPI",  # sic: it does not know GSSAPI
    "client-IP-address",
    "TLS-client-cert",
    "OAuth2",
    "none",
)
_OAUTH2 = ("issuer", "scope", "authURL", "tokenURL")


def read(document: bytes, address: EmailAddress) -> Reading:
    """What it configures."""
    return reading(document, lambda root: _read(root, values_for(address)))


def _read(root: xml.Element, values: Mapping[str, str]) -> Reading:
    mail = _only(root, "emailProvider")
    if mail is None:
        raise Unread("There is no emailProvider.", "not-clientconfig")
    if root.get("version") is None:
        raise Unread("There is no version.", "version-missing")
    if mail.get("id") is None:
        raise Unread("The emailProvider has no id.", "id-not-host")
    _check_oauth2(root)
    incoming = tuple(_server(section, values) for section in mail if section.tag == "incomingServer")
    outgoing = tuple(_server(section, values) for section in mail if section.tag == "outgoingServer")
    if not (incoming and outgoing):
        raise Unread(
            "There is no incoming or no outgoing server.", "smtp-missing" if incoming else "incoming-missing"
        )
    return Reading(incoming=incoming, outgoing=outgoing)


def _check_oauth2(root: xml.Element) -> None:
    oauth2 = _only(root, "oAuth2")
    if oauth2 is None:
        return
    for name in _OAUTH2:
        if _only(oauth2, name) is None:
            raise Unread(f"The oAuth2 element has no {name}.", "oauth2-incomplete")


def _server(section: xml.Element, values: Mapping[str, str]) -> ReadServer:
    server_type = section.get("type")
    if server_type not in _TYPES:
        raise Unread(f"The server type {server_type!r} is not one it knows.", "server-type-unknown")
    written = _text(section, "port")
    port = None if written is None else port_of(written)
    if written is not None and port is None:
        raise Unread(f"The port {written[:20]!r} is not one.", "port-bad")
    socket_type = _text(section, "socketType")
    if socket_type is not None and socket_type not in _SOCKET_TYPES:
        raise Unread(f"The socketType {socket_type[:20]!r} is not one it knows.", "socket-type-bad")
    words = [(child.text or "").strip() for child in section if child.tag == "authentication"]
    for word in words:
        if word not in _AUTHENTICATIONS:
            raise Unread(f"The authentication {word[:30]!r} is not one it knows.", "authentication-unknown")
    username = _text(section, "username")
    return ReadServer(
        type=server_type,
        hostname=fill(_text(section, "hostname") or "", values) or None,
        port=port,
        socket_type=None if socket_type is None else _SOCKET_TYPES[socket_type],
        authentication=tuple(words),
        username=None if username is None else fill(username, values),
    )


def _text(section: xml.Element, name: str) -> str | None:
    element = _only(section, name)
    return None if element is None else (element.text or "").strip()


def _only(section: xml.Element, name: str) -> xml.Element | None:
    """The one child of that name: it stops at a second one."""
    found = [child for child in section if child.tag == name]
    if len(found) > 1:
        raise Unread(f"There is more than one {name}.", "value-repeated")
    return found[0] if found else None


def lacks(provider: Provider) -> str:
    """It needs a way to receive and a way to send."""
    receives = any(offers(provider.incoming, kind) for kind in (ServerType.IMAP, ServerType.POP3))
    if not receives:
        return "neither an imap nor a pop3 server"
    return "" if offers(provider.outgoing, ServerType.SMTP) else "no smtp server"


CLIENT = Client(name="pimalaya", read=read, lacks=lacks)
