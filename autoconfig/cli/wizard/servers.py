"""The servers of an account: chosen among those found, changed by options or by hand, or typed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import click

from autoconfig.cli.screen import padded, printable, widths_of
from autoconfig.cli.sheet import logins_of, place_of, security_of
from autoconfig.errors import ValueRefused
from autoconfig.model import STANDARD_PORTS, Authentication, ServerType, SocketType, TcpServer
from autoconfig.model.address import normalize_host

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from autoconfig.cli.wizard.asker import Asker
    from autoconfig.model import AnyServer

KINDS: Mapping[str, str] = {
    "imap": "IMAP: messages stay on the server, every device sees the same",
    "pop3": "POP3: messages are fetched to this machine",
    "jmap": "JMAP: like IMAP, over HTTPS",
}
SECURITIES: Mapping[str, SocketType] = {
    "ssl": SocketType.SSL,
    "starttls": SocketType.STARTTLS,
    "plain": SocketType.PLAIN,
}
_SECURITY_WORDS: Mapping[str, str] = {
    "ssl": "SSL/TLS: encrypted from the first byte",
    "starttls": "STARTTLS: encrypted after a first word",
    "plain": "none: anybody on the way can read the password",
}
LOGINS: Mapping[str, Authentication] = {
    "password-cleartext": Authentication.PASSWORD_CLEARTEXT,
    "password-encrypted": Authentication.PASSWORD_ENCRYPTED,
    "ntlm": Authentication.NTLM,
    "oauth2": Authentication.OAUTH2,
    "none": Authentication.NONE,
}
_LOGIN_WORDS: Mapping[str, str] = {
    "password-cleartext": "password, inside the encrypted connection",
    "password-encrypted": "encrypted password (CRAM-MD5, SCRAM and the like)",
    "ntlm": "NTLM (secure password authentication, SPA)",
    "oauth2": "OAuth2, a token instead of a password",
    "none": "nothing",
}
_USUAL_NAMES: Mapping[ServerType, str] = {
    ServerType.IMAP: "imap",
    ServerType.POP3: "pop",
    ServerType.SMTP: "smtp",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What options say about a server, each None where they say nothing."""

    host: str | None = None
    port: int | None = None
    security: str | None = None
    authentication: str | None = None

    def __bool__(self) -> bool:
        return any(value is not None for value in (self.host, self.port, self.security, self.authentication))

    def applied(self, server: TcpServer) -> TcpServer:
        """The server with it; another security brings its own port. Raises ValueRefused."""
        socket = server.socket_type if self.security is None else SECURITIES[self.security]
        port = self.port
        if port is None:
            same = socket is server.socket_type
            port = server.port if same else STANDARD_PORTS[server.type, socket]
        words = server.authentication if self.authentication is None else (LOGINS[self.authentication],)
        host = server.hostname if self.host is None else self.host
        return replace(server, hostname=host, port=port, socket_type=socket, authentication=words)


def offered_kinds(servers: Iterable[AnyServer]) -> dict[str, str]:
    """The kinds of incoming mail that were found, IMAP first."""
    types = {str(server.type) for server in servers}
    return {kind: text for kind, text in KINDS.items() if kind in types}


def first_of(servers: Iterable[AnyServer], server_type: str) -> AnyServer | None:
    """The first server of a type with encryption, else the first."""
    fitting = [server for server in servers if server.type == server_type]
    return next((server for server in fitting if server.secure), fitting[0] if fitting else None)


def described(servers: Sequence[AnyServer]) -> list[str]:
    """Servers in columns: type, place, security, ways to log in."""
    rows = [
        (
            str(server.type),
            printable(place_of(server)),
            security_of(server),
            logins_of(server) or "no way to log in is named",
        )
        for server in servers
    ]
    widths = widths_of(rows) if rows else []
    return ["  ".join(map(padded, row, widths)).rstrip() for row in rows]


def typed(asker: Asker, server_type: ServerType, domain: str, change: Change, option: str) -> TcpServer:
    """A server that nobody has named: by options, else by hand. Raises ValueRefused or UsageError."""
    if change.host is None and not asker.present:
        asker.nobody(f"--{option}-host")
    usual = TcpServer(
        type=server_type,
        hostname=f"{_USUAL_NAMES[server_type]}.{domain}",
        port=STANDARD_PORTS[server_type, SocketType.SSL],
        socket_type=SocketType.SSL,
        authentication=(Authentication.PASSWORD_CLEARTEXT,),
    )
    server = change.applied(usual)
    return server if change or not asker.present else by_hand(asker, server)


def by_hand(asker: Asker, server: TcpServer) -> TcpServer:
    """Ask for each part of a server, with what it has now as the default."""
    kind = str(server.type).upper()
    host = asker.text(f"{kind} server", server.hostname, normalize_host)
    security = next(word for word, socket in SECURITIES.items() if socket is server.socket_type)
    security = asker.one_of("Security", _SECURITY_WORDS, security)
    socket = SECURITIES[security]
    usual = server.port if socket is server.socket_type else STANDARD_PORTS[server.type, socket]
    port = asker.text("Port", str(usual), _port)
    word = next(
        (word for word, login in LOGINS.items() if login in server.authentication[:1]), "password-cleartext"
    )
    chosen = asker.one_of("Log in with", _LOGIN_WORDS, word)
    words = server.authentication if chosen == word else (LOGINS[chosen],)
    return replace(server, hostname=host, port=port, socket_type=socket, authentication=words)


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:6]) <= 65535):
        raise ValueRefused("A port is a number from 1 to 65535.")
    return int(text)


def changed(server: AnyServer, change: Change, option: str) -> AnyServer:
    """The server as options want it. Raises UsageError for one that cannot be changed so."""
    if not change:
        return server
    if not isinstance(server, TcpServer):
        raise click.UsageError(f"--{option}-host and its kin do not go with {server.type}.")
    try:
        return change.applied(server)
    except ValueRefused as error:
        raise click.UsageError(str(error)) from None
