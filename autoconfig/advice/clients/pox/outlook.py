"""Outlook for Windows: as MS-OXDSCLI 24.1 §2.2.4 says, with the defaults that everybody forgets.

``SPA`` is on unless it says off, ``SSL`` is on unless it says off, ``Encryption`` overrides it, and its TLS
means STARTTLS. The namespaces must be those of the specification.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from autoconfig.advice.clients.pox.account import (
    NOT_AUTODISCOVER,
    Moved,
    PoxReading,
    protocols,
    read_account,
    text,
)
from autoconfig.advice.clients.reading import Reading, ReadServer, Unread, port_of
from autoconfig.formats import xml
from autoconfig.formats.autodiscover import OUTLOOK_RESPONSE
from autoconfig.formats.autodiscover.words import RESPONSE_ROOT
from autoconfig.model import STANDARD_PORTS, ServerType, SocketType
from autoconfig.model.placeholders import fill, values_for

if TYPE_CHECKING:
    from collections.abc import Mapping

    from autoconfig.model import EmailAddress

_TYPES = {"IMAP": ServerType.IMAP, "POP3": ServerType.POP3, "SMTP": ServerType.SMTP}
_EXCHANGE = ("EXCH", "EXPR", "EXHTTP")


def read(document: bytes, address: EmailAddress) -> PoxReading:
    """What it configures: the servers in the order of the answer."""
    return read_account(document, lambda account: _read(account, values_for(address)))


def _read(account: xml.Element, values: Mapping[str, str]) -> PoxReading:
    response = account.getparent()
    root = None if response is None else response.getparent()
    if response is None or root is None:
        raise Unread("The Account stands in no Response.", NOT_AUTODISCOVER)
    if (xml.namespace(root), xml.namespace(response)) != (RESPONSE_ROOT, OUTLOOK_RESPONSE):
        raise Unread("The namespaces are not those of Outlook's schema.", "pox-namespace")
    action = (text(account, "Action") or "").lower()
    if action == "redirecturl":
        return Moved(url=text(account, "RedirectUrl") or "")
    if action == "redirectaddr":
        return Moved(address=text(account, "RedirectAddr") or "")
    if action != "settings" or (text(account, "AccountType") or "").lower() != "email":
        raise Unread('AccountType is not "email" or Action is not "settings".', "pox-words")
    servers = [server for protocol in protocols(account) if (server := _server(protocol, values))]
    incoming = tuple(server for server in servers if server.type in ("imap", "pop3", "exchange"))
    if not incoming:
        raise Unread("There is no Protocol of type IMAP or POP3 with a Server.", "pox-imap-missing")
    return Reading(incoming=incoming, outgoing=tuple(server for server in servers if server.type == "smtp"))


def _server(protocol: xml.Element, values: Mapping[str, str]) -> ReadServer | None:
    word = (text(protocol, "Type") or "").upper()
    if word in _EXCHANGE:
        return ReadServer(type="exchange", hostname=text(protocol, "Server"), url=text(protocol, "EwsUrl"))
    hostname = text(protocol, "Server")
    if word not in _TYPES or hostname is None:
        return None
    socket_type = _socket_type(protocol)
    secure = (text(protocol, "SPA") or "on").lower() != "off"
    return ReadServer(
        type=_TYPES[word],
        hostname=hostname,
        port=port_of(text(protocol, "Port") or "") or STANDARD_PORTS[_TYPES[word], socket_type],
        socket_type=socket_type,
        authentication=("NTLM",) if secure else ("password-cleartext",),
        username=fill(text(protocol, "LoginName") or "%EMAILADDRESS%", values),
    )


def _socket_type(protocol: xml.Element) -> SocketType:
    encryption = (text(protocol, "Encryption") or "auto").lower()
    if encryption == "tls":
        return SocketType.STARTTLS
    if encryption == "none" or (encryption != "ssl" and (text(protocol, "SSL") or "on").lower() == "off"):
        return SocketType.PLAIN
    return SocketType.SSL
