"""The servers of one mailbox as one program can use them, or why it cannot."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import TYPE_CHECKING

from autoconfig.errors import NothingFound, ValueRefused
from autoconfig.formats.clients.safe import checked_address, checked_login_name, host_in_url, in_url
from autoconfig.formats.selection import mail_servers
from autoconfig.model import AnyServer, Authentication, ServerType, SocketType, TcpServer
from autoconfig.model.placeholders import EMAIL_ADDRESS, has_placeholder, values_for

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from autoconfig.formats.clients.secrets import Secrets
    from autoconfig.model import EmailAddress, Provider


class Login(Enum):
    """How a program proves whose mailbox it is."""

    PASSWORD = auto()
    ENCRYPTED = auto()
    """A password that is never sent: the server takes challenges (CRAM-MD5 and the like) only."""
    TOKEN = auto()
    """An OAuth2 access token, by XOAUTH2: Microsoft and several programs know no OAUTHBEARER."""
    NONE = auto()


_LOGINS: Mapping[Authentication, Login] = {
    Authentication.OAUTH2: Login.TOKEN,
    Authentication.PASSWORD_CLEARTEXT: Login.PASSWORD,
    Authentication.PASSWORD_ENCRYPTED: Login.ENCRYPTED,
    Authentication.NONE: Login.NONE,
    Authentication.CLIENT_IP_ADDRESS: Login.NONE,
    Authentication.SMTP_AFTER_POP: Login.NONE,
}

_SAFEST_FIRST = (SocketType.SSL, SocketType.STARTTLS, SocketType.PLAIN)
_IN_WORDS: Mapping[SocketType, str] = {
    SocketType.SSL: "implicit TLS",
    SocketType.STARTTLS: "STARTTLS",
    SocketType.PLAIN: "no TLS",
}
_NAMES: Mapping[ServerType, str] = {ServerType.IMAP: "IMAP", ServerType.POP3: "POP3", ServerType.SMTP: "SMTP"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A program and what it can do."""

    name: str
    incoming: tuple[ServerType, ...] = (ServerType.IMAP, ServerType.POP3)
    """In the order in which it is better off."""
    sockets: frozenset[SocketType] = frozenset(SocketType)
    logins: frozenset[Login] = frozenset(Login)
    without_token: frozenset[ServerType] = frozenset()
    """The types of servers at which it cannot log in with a token, though it can at others."""

    def can(self, login: Login, server_type: ServerType) -> bool:
        """Whether it can log in so at a server of the type."""
        return login in self.logins and not (login is Login.TOKEN and server_type in self.without_token)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One server that a program logs in at; every text of it is safe to write."""

    type: ServerType
    host: str
    port: int
    socket: SocketType
    login: Login
    user: str
    """Empty without a login."""
    command: str
    """Prints the password, or the token; empty without a login."""

    @property
    def host_and_port(self) -> str:
        """The host and port as a URL has them."""
        return f"{host_in_url(self.host)}:{self.port}"

    def url(self, scheme: str) -> str:
        """The URL of the place with the login name."""
        user = f"{in_url(self.user)}@" if self.user else ""
        return f"{scheme}://{user}{self.host_and_port}"


class Account:
    """A mailbox at its provider, for one program.

    Raises ValueRefused for an address that is not safe to write.
    """

    def __init__(self, program: Program, provider: Provider, address: EmailAddress, secrets: Secrets) -> None:
        self.address = checked_address(address)
        self.secrets = secrets
        self.program = program
        self._provider = provider
        self._values = values_for(address)

    def incoming(self) -> Place:
        """Where mail is fetched. Raises NothingFound or ValueRefused."""
        return self._place(self._provider.incoming, self.program.incoming)

    def outgoing(self) -> Place:
        """Where mail is handed in. Raises NothingFound or ValueRefused."""
        return self._place(self._provider.outgoing, (ServerType.SMTP,))

    def both(self) -> tuple[Place | None, Place | None]:
        """Where mail is fetched and handed in; None for what the provider does not offer at all.

        Raises NothingFound, also where there is neither, or ValueRefused.
        """
        incoming = self.incoming() if self._provider.incoming or not self._provider.outgoing else None
        return incoming, self.outgoing_if_any()

    def outgoing_if_any(self) -> Place | None:
        """Where mail is handed in; None where the provider has nothing for it. Raises as :meth:`outgoing`."""
        return self.outgoing() if self._provider.outgoing else None

    def _place(self, servers: Iterable[AnyServer], types: tuple[ServerType, ...]) -> Place:
        """The safest server of the first type that has one the program can use."""
        offered = [server for server in servers if server.type in types]
        filled = [found for server in offered if (found := self._filled(server)) is not None]
        known = [word for word, login in _LOGINS.items() if any(self._can(login, each) for each in types)]
        usable = mail_servers(filled, known)
        fitting = [server for server in usable if not self._refusal(server)]
        if not fitting:
            raise NothingFound(self._why_not(types, usable[0] if usable else None))
        server = min(
            fitting, key=lambda each: (types.index(each.type), _SAFEST_FIRST.index(each.socket_type))
        )
        return self._at(server, self._login(server))

    def _at(self, server: TcpServer, login: Login) -> Place:
        user = command = ""
        if login is not Login.NONE:
            user = checked_login_name(server)
            command = self.secrets.password_for(self.address)
        if login is Login.TOKEN:
            command = self.secrets.token_command or ""
        return Place(
            type=server.type,
            host=server.hostname,
            port=server.port,
            socket=server.socket_type,
            login=login,
            user=user,
            command=command,
        )

    def _filled(self, server: AnyServer) -> TcpServer | None:
        """The server of this mailbox; None where its host name is none then."""
        with suppress(ValueRefused):
            named = replace(server, username=server.username or EMAIL_ADDRESS)
            filled = named.filled(self._values)
            if isinstance(filled, TcpServer) and not has_placeholder(filled.hostname):
                return filled
        return None

    def _can(self, login: Login, server_type: ServerType) -> bool:
        """Whether the program, with the commands it is given, can log in so."""
        has_secret = login is not Login.TOKEN or self.secrets.token_command is not None
        return has_secret and self.program.can(login, server_type)

    def _login(self, server: TcpServer) -> Login:
        """A token where there is a command for it, else a password, else none where none is wanted."""
        offered = {_LOGINS[word] for word in server.authentication if word in _LOGINS}
        by_preference = (Login.TOKEN, Login.PASSWORD, Login.ENCRYPTED, Login.NONE)
        return next(login for login in by_preference if login in offered and self._can(login, server.type))

    def _refusal(self, server: TcpServer) -> str:
        """Why the program cannot use a server; empty where it can."""
        name, host = self.program.name, server.hostname
        if server.socket_type not in self.program.sockets:
            return f"{name} cannot use {host} safely: it has {_IN_WORDS[server.socket_type]} only."
        logins = {_LOGINS[word] for word in server.authentication if word in _LOGINS}
        if any(self._can(login, server.type) for login in logins):
            return ""
        if Login.TOKEN in logins and self.program.can(Login.TOKEN, server.type):
            return f"{host} takes OAuth2 only: name a command that prints an access token (--token-command)."
        return f"{name} cannot log in at {host}: it wants {' or '.join(server.authentication)}."

    def _why_not(self, types: tuple[ServerType, ...], first: TcpServer | None) -> str:
        if first is not None:
            return self._refusal(first)
        wanted = " or ".join(_NAMES[server_type] for server_type in types)
        return f"{self.program.name} needs an {wanted} server, and there is none for this address."
