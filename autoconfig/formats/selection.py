"""Which servers to tell a client that reads badly: what every reader accepts.

Readers differ. Thunderbird for Android refuses a whole document for one plain socket, pimalaya for one
unknown server type, FairEmail looks at the first incoming server only. One choice satisfies all of them
wherever the provider has a secure way in; whoever wants more asks for everything.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from autoconfig.errors import ValueRefused
from autoconfig.model import (
    AnyServer,
    Authentication,
    AutodiscoverRedirect,
    Provider,
    ServerType,
    TcpServer,
)
from autoconfig.model.placeholders import EMAIL_ADDRESS, EMAIL_DOMAIN
from autoconfig.model.provider import WebMail

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

READ_BY_ALL = (
    Authentication.OAUTH2,
    Authentication.PASSWORD_CLEARTEXT,
    Authentication.PASSWORD_ENCRYPTED,
)
"""The authentications that every reader knows; one of them must stand in each section (Android)."""

_FIRST_TO_LAST = (ServerType.IMAP, ServerType.POP3, ServerType.SMTP)


def mail_servers(
    servers: Iterable[AnyServer], known: Collection[Authentication] = READ_BY_ALL
) -> tuple[TcpServer, ...]:
    """The IMAP, POP3 and SMTP servers that every reader accepts, IMAP first, each with a login name.

    Plain sockets go when a secure one is there; a server without an authentication of ``known`` goes when
    another of its type has one; a server that names no authentication at all, which no reader can use, is
    left out. Never empty otherwise, unless ``servers`` has none of the three types.
    """
    classic = [
        server
        for server in servers
        if isinstance(server, TcpServer) and server.type in _FIRST_TO_LAST and server.authentication
    ]
    secure = [server for server in classic if server.secure] or classic
    chosen: list[TcpServer] = []
    for server_type in _FIRST_TO_LAST:
        of_type = [server for server in secure if server.type is server_type]
        chosen += [server for server in of_type if set(server.authentication) & set(known)] or of_type
    return tuple(_written_for_all(server, known) for server in chosen)


def at_domain(provider: Provider, domain: str) -> Provider | None:
    """The provider as one mail domain sees it: host names and URLs filled, login names left open.

    Only this domain is named: the list of a provider's domains is nobody's business. A server whose name
    would be longer than names can be is left out; None where nothing is left.
    """
    incoming, outgoing, other = (
        _servers_at(domain, servers) for servers in (provider.incoming, provider.outgoing, provider.other)
    )
    redirect = None if provider.autodiscover is None else _redirect_at(domain, provider.autodiscover)
    if not (incoming or outgoing or other or redirect):
        return None
    return replace(
        provider,
        domains=(domain,),
        mx_domains=(),
        incoming=incoming,
        outgoing=outgoing,
        other=other,
        webmail=None if provider.webmail is None else _webmail_at(domain, provider.webmail),
        autodiscover=redirect,
    )


def _servers_at(domain: str, servers: Iterable[AnyServer]) -> tuple[AnyServer, ...]:
    found: list[AnyServer] = []
    for server in servers:
        if not _named_by_domain(server):
            found.append(server)
            continue
        # Nextcloud fills no placeholder of a host name, so that it is done here; login names stay open.
        with suppress(ValueRefused):
            found.append(replace(server.filled({EMAIL_DOMAIN: domain}), username=server.username))
    return tuple(found)


def _named_by_domain(server: AnyServer) -> bool:
    """Whether the mail domain stands in the server's name; most have the same name for everybody."""
    if isinstance(server, TcpServer):
        places = (server.hostname, server.ews_url, server.owa_url)
        return any(place is not None and EMAIL_DOMAIN in place for place in places)
    return EMAIL_DOMAIN in server.url


def _webmail_at(domain: str, webmail: WebMail) -> WebMail | None:
    if webmail.url is None or EMAIL_DOMAIN not in webmail.url:
        return webmail
    try:
        return replace(webmail, url=webmail.url.replace(EMAIL_DOMAIN, domain))
    except ValueRefused:
        return None


def _redirect_at(domain: str, redirect: AutodiscoverRedirect) -> AutodiscoverRedirect | None:
    try:
        return redirect.at(domain)
    except ValueRefused:
        return None


def _written_for_all(server: TcpServer, known: Collection[Authentication]) -> TcpServer:
    kept = tuple(entry for entry in server.authentication if entry in known) or server.authentication
    if kept == server.authentication and server.username:
        return server
    # Thunderbird would log in as "undefined" without a name, even where none is needed.
    return replace(server, authentication=kept, username=server.username or EMAIL_ADDRESS)
