"""Exchange's own services of a provider, however it names them: by URL, by host, or inside an old entry.

The mobilesync answer and JSON v2 say URLs only. Documents of the ISPDB's kind also have ``exchange`` servers
with URLs beside a host name, and a host name alone is enough where the path is always the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from autoconfig.model import AnyServer, ServerType, SocketType, TcpServer, UrlServer
from autoconfig.model.placeholders import has_placeholder

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

HTTPS_PORT = 443

_PATHS: Mapping[ServerType, str] = {
    ServerType.ACTIVESYNC: "/Microsoft-Server-ActiveSync",  # MS-ASHTTP §2.2.1.1.1
    ServerType.EWS: "/EWS/Exchange.asmx",
}
"""Where a service is on every Exchange, and on what imitates it. Graph is at no such place."""


def service_url(servers: Iterable[AnyServer], server_type: ServerType) -> str | None:
    """The URL of the provider's first service of a type, one with TLS before any without.

    None where there is none, or where it is another for each mailbox: these answers are the same for all.
    """
    found = [url for server in servers if (url := _url(server, server_type)) and not has_placeholder(url)]
    return next((url for url in found if url.startswith("https:")), next(iter(found), None))


def _url(server: AnyServer, server_type: ServerType) -> str | None:
    if isinstance(server, UrlServer):
        http = urlsplit(server.url).scheme in ("https", "http")
        return server.url if server.type is server_type and http else None
    if server.type is ServerType.EXCHANGE and server_type is ServerType.EWS:
        return server.ews_url
    if server.type is server_type and server_type in _PATHS and server.socket_type is SocketType.SSL:
        return _at_host(server, _PATHS[server_type])
    return None


def _at_host(server: TcpServer, path: str) -> str:
    host = f"[{server.hostname}]" if ":" in server.hostname else server.hostname
    port = "" if server.port == HTTPS_PORT else f":{server.port}"
    return f"https://{host}{port}{path}"
