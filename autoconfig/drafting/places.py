"""Where the servers of a domain usually are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from autoconfig.errors import ValueRefused
from autoconfig.formats.zone import SERVICES
from autoconfig.model import STANDARD_PORTS, ServerType, SocketType, TcpServer, UrlServer

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

MAIL = (ServerType.IMAP, ServerType.POP3, ServerType.SMTP)
LABELS: Mapping[ServerType, tuple[str, ...]] = {
    ServerType.IMAP: ("imap", "mail"),
    ServerType.POP3: ("pop", "pop3", "mail"),
    ServerType.SMTP: ("smtp", "mail"),
}
"""The first labels of host names, as mail programs guess them."""
SOCKETS = (SocketType.SSL, SocketType.STARTTLS)
"""Implicit TLS first (RFC 8314 §3)."""
WELL_KNOWN: Mapping[ServerType, str] = {
    ServerType.JMAP: "/.well-known/jmap",
    ServerType.CALDAV: "/.well-known/caldav",
    ServerType.CARDDAV: "/.well-known/carddav",
}
"""RFC 8620 §2.2, RFC 6764 §5."""
MAX_HOSTS = 6
"""Host names tried for one kind of server."""


def mail_places(
    server_type: ServerType, domain: str, others: Iterable[str], declined: Collection[SocketType]
) -> Iterator[TcpServer]:
    """Servers of one kind that may be there, the likeliest first.

    ``others`` are hosts known from elsewhere; ``declined`` is what the domain says that it does not offer.
    """
    hosts = dict.fromkeys([*(f"{label}.{domain}" for label in LABELS[server_type]), *others])
    for socket_type in SOCKETS:
        if socket_type not in declined:
            for host in list(hosts)[:MAX_HOSTS]:
                yield from _server(server_type, host, STANDARD_PORTS[server_type, socket_type], socket_type)


def _server(server_type: ServerType, host: str, port: int, socket_type: SocketType) -> Iterator[TcpServer]:
    try:
        yield TcpServer(type=server_type, hostname=host, port=port, socket_type=socket_type)
    except ValueRefused:
        return


def sieve_place(host: str) -> TcpServer:
    """Where the filters of an IMAP server are kept (RFC 5804 §1.8)."""
    socket_type = SocketType.STARTTLS
    port = STANDARD_PORTS[ServerType.MANAGESIEVE, socket_type]
    return TcpServer(type=ServerType.MANAGESIEVE, hostname=host, port=port, socket_type=socket_type)


def web_places(domain: str, known: Collection[ServerType]) -> Iterator[UrlServer]:
    """Services on the web that may be there."""
    for server_type, path in WELL_KNOWN.items():
        if server_type not in known:
            yield UrlServer(type=server_type, url=f"https://{domain}{path}")


def srv_labels(server_type: ServerType) -> dict[SocketType, str]:
    """The SRV record by which a domain offers or declines each kind of socket."""
    return {
        socket_type: label
        for (kind, socket_type), label in SERVICES.items()
        if kind is server_type and socket_type in SOCKETS
    }
