"""Thunderbird for Android: all or nothing, IMAP only.

Read in thunderbird/thunderbird-android, feature/autodiscovery/autoconfig, RealAutoconfigParser.kt. One bad
imap or smtp section refuses the document; nothing is trimmed; of repeated values the last one counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from autoconfig.advice.clients.reading import (
    Client,
    Reading,
    ReadServer,
    Unread,
    is_host_name,
    offers,
    port_of,
    reading,
)
from autoconfig.formats import xml
from autoconfig.formats.selection import READ_BY_ALL
from autoconfig.model import ServerType
from autoconfig.model.placeholders import fill, values_for

if TYPE_CHECKING:
    from collections.abc import Mapping

    from autoconfig.model import EmailAddress, Provider

_SOCKET_TYPES = ("SSL", "STARTTLS")
_MISSING = {
    "hostname": "hostname-bad",
    "port": "port-bad",
    "socketType": "socket-type-bad",
    "username": "login-name-missing",
}


def read(document: bytes, address: EmailAddress) -> Reading:
    """What it configures."""
    return reading(document, lambda root: _read(root, values_for(address)))


def _read(root: xml.Element, values: Mapping[str, str]) -> Reading:
    if root.tag != "clientConfig":
        raise Unread("The root element is not clientConfig.", "not-clientconfig")
    mail = next((child for child in root if child.tag == "emailProvider"), None)
    if mail is None:
        raise Unread("There is no emailProvider element.", "not-clientconfig")
    if not is_host_name(mail.get("id") or ""):
        raise Unread("The id of emailProvider is not a host name.", "id-not-host")
    if not any(is_host_name(fill(_text(child), values)) for child in mail if child.tag == "domain"):
        raise Unread("There is no valid domain element.", "domain-missing")
    return Reading(
        incoming=_servers(mail, "incomingServer", "imap", values),
        outgoing=_servers(mail, "outgoingServer", "smtp", values),
    )


def _servers(
    mail: xml.Element, name: str, server_type: str, values: Mapping[str, str]
) -> tuple[ReadServer, ...]:
    sections = (child for child in mail if child.tag == name and child.get("type") == server_type)
    servers = tuple(_server(section, server_type, values) for section in sections)
    if not servers:
        raise Unread(f"There is no {name} of type {server_type}.", f"{server_type}-missing")
    return servers


def _server(section: xml.Element, server_type: str, values: Mapping[str, str]) -> ReadServer:
    found: dict[str, str] = {}
    authentication = []
    for child in section:
        if child.tag == "authentication":
            word = _text(child)
            if word in READ_BY_ALL:
                authentication.append(word)
        elif child.tag in ("hostname", "port", "socketType", "username"):
            found[str(child.tag)] = _text(child)
    for name in ("hostname", "port", "socketType", "username"):
        if name not in found:
            raise Unread(f"A server of type {server_type} has no {name}.", _MISSING[name])
    if not authentication:
        raise Unread(
            f"A server of type {server_type} has no authentication it knows.", "authentication-unknown"
        )
    hostname = fill(found["hostname"], values)
    if not is_host_name(hostname):
        raise Unread(f"{hostname[:60]!r} is not a host name.", _spaced(hostname, "hostname-bad"))
    socket_type = found["socketType"]
    if socket_type not in _SOCKET_TYPES:
        code = "plain-text" if socket_type == "plain" else _spaced(socket_type, "socket-type-bad")
        raise Unread(f"The socketType {socket_type[:20]!r} is not one it uses.", code)
    port = port_of(found["port"])
    if port is None:
        raise Unread(f"The port {found['port'][:20]!r} is not one.", _spaced(found["port"], "port-bad"))
    return ReadServer(
        type=server_type,
        hostname=hostname,
        port=port,
        socket_type=socket_type,
        authentication=tuple(authentication),
        username=fill(found["username"], values),
    )


def _spaced(text: str, code: str) -> str:
    """Why a value is not taken: for the white space around it, or for what it is."""
    return "white-space" if text != text.strip() else code


def _text(element: xml.Element) -> str:
    if len(element):
        raise Unread(f"There is an element inside {xml.local_name(element)}.", "not-clientconfig")
    return element.text or ""


def lacks(provider: Provider) -> str:
    """It needs IMAP and SMTP, both encrypted, both with an authentication it knows."""
    for server_type, servers in ((ServerType.IMAP, provider.incoming), (ServerType.SMTP, provider.outgoing)):
        if not offers(servers, server_type, known=READ_BY_ALL, secure=True):
            return f"no encrypted {server_type} server with an authentication it knows"
    return ""


CLIENT = Client(name="Thunderbird for Android", read=read, lacks=lacks)
