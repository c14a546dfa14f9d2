"""Which servers of a provider go into a profile, and why there is none where there is none."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple, TypeVar
from urllib.parse import urlsplit

from autoconfig.errors import ValueRefused
from autoconfig.formats.mobileconfig.words import ACCOUNT_TYPES, DAV, DAV_LOGINS, HTTP_PORTS, SAYABLE
from autoconfig.formats.selection import at_domain, mail_servers
from autoconfig.model import (
    AnyServer,
    EmailAddress,
    Provider,
    ServerType,
    SocketType,
    TcpServer,
    UrlServer,
)
from autoconfig.model.placeholders import EMAIL_ADDRESS, REAL_NAME, has_placeholder, values_for

if TYPE_CHECKING:
    from collections.abc import Iterable

AServer = TypeVar("AServer", TcpServer, UrlServer)

_SAFEST_FIRST = (SocketType.SSL, SocketType.STARTTLS, SocketType.PLAIN)


class Account(NamedTuple):
    """One mailbox's servers with the login name of each, None where the device has to ask for it."""

    mail: tuple[TcpServer, TcpServer] | None
    """Incoming and outgoing: a mail payload has both."""
    dav: tuple[UrlServer, ...]
    """At most one of each type."""


def account_of(provider: Provider, address: EmailAddress) -> Account | str:
    """The servers to say, each filled for the address; one sentence where they cannot be said.

    A provider of mail has a profile only if its mail can be said. Calendars and address books come along
    where they can.
    """
    here = at_domain(provider, address.domain)
    if here is None:
        return "An Apple profile cannot say any server: no host name fits the address."
    dav = _dav_servers(here.other, address)
    if not (provider.incoming or provider.outgoing):
        reason = "An Apple profile cannot say any server: none is for mail, calendars or address books."
        return Account(None, dav) if dav else reason
    incoming = _mail_server(here.incoming, tuple(ACCOUNT_TYPES), address)
    if incoming is None:
        return _why_not("incoming", provider.incoming, here.incoming)
    outgoing = _mail_server(here.outgoing, (ServerType.SMTP,), address)
    if outgoing is None:
        return _why_not("outgoing", provider.outgoing, here.outgoing)
    return Account((incoming, outgoing), dav)


def _mail_server(
    servers: Iterable[AnyServer], types: tuple[ServerType, ...], address: EmailAddress
) -> TcpServer | None:
    """The safest server of the first type that has one to say."""
    sayable = [
        server for server in mail_servers(servers, SAYABLE) if set(server.authentication) & set(SAYABLE)
    ]
    for server_type in types:
        filled = [_filled(server, address) for server in sayable if server.type is server_type]
        fitting = [server for server in filled if server is not None]
        if fitting:
            return min(fitting, key=lambda server: _SAFEST_FIRST.index(server.socket_type))
    return None


def _dav_servers(servers: Iterable[AnyServer], address: EmailAddress) -> tuple[UrlServer, ...]:
    chosen: dict[ServerType, UrlServer] = {}
    for server in servers:
        if not isinstance(server, UrlServer) or not _takes_a_password(server):
            continue
        filled = _filled(server, address)
        if filled is None or urlsplit(filled.url).scheme not in HTTP_PORTS:
            continue
        other = chosen.get(server.type)
        if other is None or (filled.secure and not other.secure):
            chosen[server.type] = filled
    return tuple(chosen[server_type] for server_type in DAV if server_type in chosen)


def _takes_a_password(server: UrlServer) -> bool:
    """Whether a name and a password open the server; one that names no way to log in tells it by HTTP."""
    return not server.authentication or bool(DAV_LOGINS.intersection(server.authentication))


def _filled(server: AServer, address: EmailAddress) -> AServer | None:
    """The server of one mailbox; None where its host name or URL, or the login name, is none then."""
    asks_for_name = server.username is not None and REAL_NAME in server.username
    values = values_for(address)
    with suppress(ValueRefused):
        filled = replace(server, username=server.username or EMAIL_ADDRESS).filled(values)
        if not has_placeholder(filled.url if isinstance(filled, UrlServer) else filled.hostname):
            return replace(filled, username=None) if asks_for_name else filled
    return None


def _why_not(direction: str, listed: Iterable[AnyServer], here: Iterable[AnyServer]) -> str:
    """One sentence that says why no server of one direction can be said."""
    if not listed:
        return f"An Apple profile for mail needs an {direction} server, and there is none."
    cannot = f"An Apple profile cannot say any {direction} server"
    classic = mail_servers(here, SAYABLE)
    if not classic:
        return f"{cannot}: none is of a known type with a way to log in."
    first = classic[0]
    if set(first.authentication) & set(SAYABLE):
        return f"{cannot}: {first.hostname} does not fit the address."
    return f"{cannot}: {first.hostname} wants {' or '.join(first.authentication)}."
