"""The settings of one mailbox as a person puts them into a program."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from autoconfig.errors import ValueRefused
from autoconfig.formats.selection import at_domain, mail_servers
from autoconfig.model import (
    AnyServer,
    Authentication,
    EmailAddress,
    Provider,
    ServerType,
    SocketType,
    TcpServer,
    UrlServer,
)
from autoconfig.model.placeholders import EMAIL_ADDRESS, REAL_NAME, has_placeholder, values_for
from autoconfig.web.pages import words

if TYPE_CHECKING:
    from collections.abc import Iterable

_SAFEST_FIRST = (SocketType.SSL, SocketType.STARTTLS, SocketType.PLAIN)
_PROTOCOLS = {ServerType.IMAP: "IMAP", ServerType.POP3: "POP3", ServerType.SMTP: "SMTP"}


@dataclass(frozen=True)
class MailServer:
    """One server of the classic kind, and what a program asks about it."""

    type: ServerType
    host: str
    port: int
    socket_type: SocketType
    authentication: Authentication
    """The one the provider lists first."""
    user: str
    """Empty where the login name is not known from the address."""

    @property
    def protocol(self) -> str:
        """IMAP, POP3 or SMTP."""
        return _PROTOCOLS[self.type]

    @property
    def secure(self) -> bool:
        """Whether the password travels encrypted."""
        return self.socket_type is not SocketType.PLAIN

    @property
    def spa(self) -> bool:
        """Whether "secure password authentication" is to be ticked: it means NTLM."""
        return self.authentication is Authentication.NTLM

    @property
    def oauth(self) -> bool:
        """Whether a sign-in page of the provider takes the place of the password."""
        return self.authentication is Authentication.OAUTH2

    @property
    def wants_login(self) -> bool:
        """Whether there is anything to log in with."""
        return self.authentication not in words.WITHOUT_LOGIN


class Service(NamedTuple):
    """A server that no wizard for mail asks about: its kind and where it is."""

    type: ServerType
    place: str


@dataclass(frozen=True)
class Account:
    """One mailbox at its provider, login names and hosts filled in."""

    address: EmailAddress
    provider: Provider

    @cached_property
    def shown(self) -> str:
        """The address as people read it."""
        return self.address.unicode

    @cached_property
    def imap(self) -> MailServer | None:
        """Where mail is read and stays."""
        return _best(self.provider.incoming, ServerType.IMAP)

    @cached_property
    def pop3(self) -> MailServer | None:
        """Where mail is fetched."""
        return _best(self.provider.incoming, ServerType.POP3)

    @cached_property
    def smtp(self) -> MailServer | None:
        """Where mail is handed in."""
        return _best(self.provider.outgoing, ServerType.SMTP)

    @property
    def incoming(self) -> MailServer | None:
        """The one to set up: IMAP wherever there is a choice."""
        return self.imap or self.pop3

    @property
    def mail(self) -> list[MailServer]:
        """What there is of IMAP, POP3 and SMTP."""
        return [server for server in (self.imap, self.pop3, self.smtp) if server is not None]

    @property
    def usable(self) -> bool:
        """Whether a wizard for mail can be filled in."""
        return self.incoming is not None and self.smtp is not None

    @cached_property
    def services(self) -> list[Service]:
        """Everything else: calendars, contacts, Exchange."""
        found = (*self.provider.incoming, *self.provider.other)
        return list(dict.fromkeys(_service(server) for server in found if server.type not in _PROTOCOLS))

    @cached_property
    def webmail(self) -> str | None:
        """Where the mailbox can be read in a browser."""
        return None if self.provider.webmail is None else self.provider.webmail.url


def account_of(provider: Provider, address: EmailAddress) -> Account | None:
    """The account of a mailbox; None where no server's name fits the address."""
    here = at_domain(provider, address.domain)
    if here is None:
        return None
    try:
        filled = replace(
            here,
            incoming=_filled(here.incoming, address),
            outgoing=_filled(here.outgoing, address),
            other=_filled(here.other, address),
        )
    except ValueRefused:
        return None
    return Account(address, filled)


def _filled(servers: Iterable[AnyServer], address: EmailAddress) -> tuple[AnyServer, ...]:
    found: list[AnyServer] = []
    for server in servers:
        with suppress(ValueRefused):
            filled = replace(server, username=server.username or EMAIL_ADDRESS).filled(values_for(address))
            if not has_placeholder(filled.url if isinstance(filled, UrlServer) else filled.hostname):
                found.append(filled)
    return tuple(found)


def _best(servers: Iterable[AnyServer], server_type: ServerType) -> MailServer | None:
    """The safest of a type, chosen like for every mail program."""
    offered = [server for server in mail_servers(servers) if server.type is server_type]
    if not offered:
        return None
    return _mail_server(min(offered, key=lambda server: _SAFEST_FIRST.index(server.socket_type)))


def _mail_server(server: TcpServer) -> MailServer:
    user = server.username or ""
    return MailServer(
        type=server.type,
        host=server.hostname,
        port=server.port,
        socket_type=server.socket_type,
        authentication=server.authentication[0],
        user="" if REAL_NAME in user else user,
    )


def _service(server: AnyServer) -> Service:
    place = server.url if isinstance(server, UrlServer) else f"{server.hostname}:{server.port}"
    return Service(server.type, place)
