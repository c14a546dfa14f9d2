"""Thunderbird on the desktop: ``SSL`` off is plain text, else the port tells what is meant.

Read in mozilla/releases-comm-central, mail/components/accountcreation/modules/ExchangeAutoDiscover.sys.mjs.
It follows RedirectAddr, not RedirectUrl; a Protocol without a number in Port is dropped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from autoconfig.advice.clients.pox.account import Moved, PoxReading, protocols, read_account, text
from autoconfig.advice.clients.reading import Reading, ReadServer, Unread, is_host_name, port_of
from autoconfig.model.placeholders import fill, values_for

if TYPE_CHECKING:
    from collections.abc import Mapping

    from autoconfig.formats import xml
    from autoconfig.model import EmailAddress

_TYPES = {"IMAP": "imap", "POP3": "pop3", "SMTP": "smtp"}
_EXCHANGE = ("EXCH", "EXHTTP", "WEB")
_STARTTLS_PORTS = (25, 110, 143, 587)


def read(document: bytes, address: EmailAddress) -> PoxReading:
    """What it configures; Exchange comes after the standard protocols."""
    return read_account(document, lambda account: _read(account, values_for(address)))


def _read(account: xml.Element, values: Mapping[str, str]) -> PoxReading:
    moved = text(account, "RedirectAddr")
    if moved is not None:
        return Moved(address=moved)
    if text(account, "RedirectUrl") is not None:
        raise Unread("Thunderbird does not follow a RedirectUrl.", "pox-redirect-url")
    servers = [server for protocol in protocols(account) if (server := _server(protocol, values))]
    incoming = tuple(server for server in servers if server.type in ("imap", "pop3"))
    exchange = tuple(server for server in servers if server.type == "exchange")[:1]
    if not (incoming or exchange):
        raise Unread("There is no Protocol of type IMAP or POP3 with Server and Port.", "pox-imap-missing")
    outgoing = tuple(server for server in servers if server.type == "smtp")
    return Reading(incoming=(*incoming, *exchange), outgoing=outgoing)


def _server(protocol: xml.Element, values: Mapping[str, str]) -> ReadServer | None:
    word = text(protocol, "Type") or ""
    if word in _EXCHANGE:
        return ReadServer(type="exchange", url=text(protocol, "EwsUrl") or text(protocol, "ASUrl"))
    hostname = text(protocol, "Server") or ""
    port = port_of(text(protocol, "Port") or "")
    if word not in _TYPES or port is None or not is_host_name(hostname):
        return None
    secure = (text(protocol, "SPA") or "").lower() == "on"
    return ReadServer(
        type=_TYPES[word],
        hostname=hostname,
        port=port,
        socket_type=_socket_type(protocol, port),
        # "Any secure": Kerberos or NTLM, never the password itself.
        authentication=("NTLM",) if secure else ("password-cleartext",),
        username=fill(text(protocol, "LoginName") or "%EMAILADDRESS%", values),
    )


def _socket_type(protocol: xml.Element, port: int) -> str:
    ssl, encryption = text(protocol, "SSL") or "", text(protocol, "Encryption") or ""
    if ssl.lower() == "off" or encryption.lower() == "none":
        return "plain"
    return "STARTTLS" if port in _STARTTLS_PORTS else "SSL"
