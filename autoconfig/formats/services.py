"""What an SRV record says about a server, whoever reads it: the resolver in the DNS, or a zone file.

RFC 6186 and 8314 (mail), 6764 (DAV), 8620 (JMAP), 5804 (filters). The record names host and port; that the
login name is the address, and that a password opens the server, is what RFC 6186 §4 takes for granted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from autoconfig.errors import ValueRefused
from autoconfig.formats.zone import SERVICES
from autoconfig.model import (
    STANDARD_PORTS,
    AnyServer,
    Authentication,
    Provider,
    ServerType,
    SocketType,
    TcpServer,
    UrlServer,
    normalize_domain,
)
from autoconfig.model.placeholders import EMAIL_ADDRESS
from autoconfig.model.server import checked_url

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

TCP_SERVICES: Mapping[str, tuple[ServerType, SocketType]] = {
    # As we publish them; a label that is for several kinds of socket is read as the first.
    label: next(kind for kind, name in SERVICES.items() if name == label)
    for label in dict.fromkeys(SERVICES.values())
}
URL_SERVICES: Mapping[str, tuple[ServerType, str]] = {
    "_jmap": (ServerType.JMAP, "/.well-known/jmap"),
    "_caldavs": (ServerType.CALDAV, "/.well-known/caldav"),
    "_carddavs": (ServerType.CARDDAV, "/.well-known/carddav"),
}
"""The type, and the path where nobody says another."""
WITH_PATH = ("_caldavs", "_carddavs")
"""Services whose path stands in a TXT record (RFC 6764 §4)."""

_INCOMING = (ServerType.IMAP, ServerType.POP3, ServerType.JMAP)


def server_of(service: str, target: str, port: int, path: str | None = None) -> AnyServer:
    """The server of one record of a known service; ``path`` is that of the TXT record beside it.

    Raises ValueRefused for a target that is no host name.
    """
    if service in TCP_SERVICES:
        return _tcp_server(*TCP_SERVICES[service], target, port)
    server_type, well_known = URL_SERVICES[service]
    return UrlServer(
        type=server_type,
        url=f"https://{normalize_domain(target)}{'' if port == 443 else f':{port}'}{path or well_known}",
        authentication=(Authentication.HTTP_BASIC,),
        username=EMAIL_ADDRESS,
    )


def path_in(texts: Iterable[str]) -> str | None:
    """The ``path=`` of TXT records, None where there is none that is usable."""
    paths = (text[5:] for text in texts if text.lower().startswith("path=/"))
    return next((path for path in paths if _is_path(path)), None)


def provider_of(domain: str, servers: Iterable[AnyServer]) -> Provider:
    """The provider that a domain's records describe; they name nothing but servers."""
    found = tuple(servers)
    return Provider(
        id=domain,
        display_name=domain,
        short_name=domain,
        domains=(domain,),
        incoming=tuple(server for server in found if server.type in _INCOMING),
        outgoing=tuple(server for server in found if server.type is ServerType.SMTP),
        other=tuple(server for server in found if server.type not in (*_INCOMING, ServerType.SMTP)),
    )


def _tcp_server(server_type: ServerType, socket_type: SocketType, target: str, port: int) -> TcpServer:
    # Some publish _imap with port 993: the port of implicit TLS tells what is meant.
    implicit = port == STANDARD_PORTS.get((server_type, SocketType.SSL))
    return TcpServer(
        type=server_type,
        hostname=normalize_domain(target),
        port=port,
        socket_type=SocketType.SSL if implicit else socket_type,
        authentication=(Authentication.PASSWORD_CLEARTEXT,),
        username=EMAIL_ADDRESS,
    )


def _is_path(text: str) -> bool:
    try:
        return bool(checked_url(f"https://localhost{text}"))
    except ValueRefused:
        return False
