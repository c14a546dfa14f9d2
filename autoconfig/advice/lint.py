"""The linter: what a provider file could say better, before a mail client stumbles over it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from autoconfig.advice import redirects
from autoconfig.errors import DomainError
from autoconfig.formats import pacc
from autoconfig.formats.selection import READ_BY_ALL
from autoconfig.model import (
    AnyServer,
    Authentication,
    Documentation,
    Enable,
    Provider,
    Remark,
    ServerType,
    SocketType,
    TcpServer,
    normalize_domain,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

DISPLAY_NAME_LENGTH = 60
SHORT_NAME_LENGTH = 20


def lint_provider(provider: Provider, source: str = "") -> list[Remark]:
    """Every warning about one provider, none where all is well."""
    checks = (_names, _domains, _directions, _servers, _oauth2, _links, redirects.findings)
    return [
        Remark(message=message, path=path, value=value, source=source)
        for check in checks
        for path, message, value in check(provider)
    ]


def notes_on(provider: Provider, source: str = "") -> list[Remark]:
    """What a format cannot say of a provider that may well be right."""
    reason = pacc.unsayable(provider)
    return [Remark(message=reason, source=source, severity="note")] if reason else []


def _names(provider: Provider) -> Iterator[tuple[str, str, str | None]]:
    # draft-ietf-mailmaint-autoconfig-06: 60 and 20 characters, so that they fit a window.
    if len(provider.display_name) > DISPLAY_NAME_LENGTH:
        yield "name", f"The name is longer than {DISPLAY_NAME_LENGTH} characters.", provider.display_name
    if len(provider.short_name) > SHORT_NAME_LENGTH:
        yield (
            "short_name",
            f"The short name is longer than {SHORT_NAME_LENGTH} characters.",
            provider.short_name,
        )
    try:
        usable = "." in normalize_domain(provider.id)
    except DomainError:
        usable = False
    if not usable:
        yield "id", "The id is not a domain name; both Thunderbirds want one.", provider.id


def _domains(provider: Provider) -> Iterator[tuple[str, str, str | None]]:
    if not provider.domains and not provider.mx_domains:
        yield "domains", "The provider names no domain, so that nobody finds it.", None
    for path, domains in (("domains", provider.domains), ("mx", provider.mx_domains)):
        for domain in domains:
            if "." not in domain:
                yield path, "This is a single label, not a domain that mail is sent to.", domain


def _directions(provider: Provider) -> Iterator[tuple[str, str, str | None]]:
    if not provider.servers:
        return  # moved away: where Autodiscover leads is all there is to say
    if not provider.incoming:
        yield "incoming", "There is no incoming server: mail programs refuse the document.", None
    if not provider.outgoing and any(isinstance(server, TcpServer) for server in provider.incoming):
        yield "outgoing", "There is no outgoing server: mail programs refuse the document.", None
    for direction in ("incoming", "outgoing"):
        servers = getattr(provider, direction)
        if servers and not any(server.secure for server in servers):
            yield direction, "No server is secure: passwords travel in plain text.", None


def _servers(provider: Provider) -> Iterator[tuple[str, str, str | None]]:
    for direction in ("incoming", "outgoing", "other"):
        seen: set[AnyServer] = set()
        for index, server in enumerate(getattr(provider, direction)):
            path = f"{direction}[{index}]"
            if server in seen:
                yield path, "The same server stands here twice.", None
            seen.add(server)
            for key, message, value in _server(server):
                yield f"{path}.{key}", message, value


def _server(server: AnyServer) -> Iterator[tuple[str, str, str | None]]:
    if not server.secure:
        key = "socket_type" if isinstance(server, TcpServer) else "url"
        yield key, "The connection is not encrypted; offer TLS.", None
    if server.username is None:
        yield "username", 'Without a login name Thunderbird logs in as "undefined".', None
    if not isinstance(server, TcpServer):
        return
    if (
        server.socket_type is SocketType.STARTTLS
        and server.type in _IMPLICIT_TLS
        and server.port in _IMPLICIT_TLS.values()
    ):
        yield "port", "This is the port of implicit TLS; write socket_type SSL.", str(server.port)
    if server.socket_type is SocketType.SSL and server.port in _STARTTLS_PORTS:
        yield (
            "port",
            "This is the port of STARTTLS; write socket_type STARTTLS or the port of implicit TLS.",
            str(server.port),
        )
    if not server.authentication:
        yield "authentication", "No way to log in is named; mail programs drop the server.", None
    elif server.type in _IMPLICIT_TLS and not set(server.authentication) & set(READ_BY_ALL):
        yield "authentication", "Few mail programs can log in this way.", ", ".join(server.authentication)
    if Authentication.NONE in server.authentication and server.type is not ServerType.SMTP:
        yield "authentication", "A mailbox without a login is open to everybody.", None


def _oauth2(provider: Provider) -> Iterator[tuple[str, str, str | None]]:
    offered = any(Authentication.OAUTH2 in server.authentication for server in provider.servers)
    if offered and provider.oauth2 is None:
        yield "oauth2", "OAuth2 is offered, but not where to get a token: add [oauth2].", None
    if provider.oauth2 is not None and not offered:
        yield "oauth2", "There is an [oauth2] table, but no server offers OAuth2.", None
    for key in ("auth_url", "token_url"):
        if provider.oauth2 is not None and getattr(provider.oauth2, key) is None:
            yield f"oauth2.{key}", f"Without {key} mail programs get no token.", None


def _links(provider: Provider) -> Iterator[tuple[str, str, str | None]]:
    pages: list[tuple[str, Documentation | Enable]] = [
        *((f"documentation[{index}]", page) for index, page in enumerate(provider.documentation)),
        *((f"enable[{index}]", entry) for index, entry in enumerate(provider.enable)),
    ]
    for path, page in pages:
        if page.url.startswith("http:"):
            yield f"{path}.url", "The link is not https.", page.url
        if not page.texts:
            yield f"{path}.text", "The link has no text that says where it leads.", page.url


_IMPLICIT_TLS = {ServerType.IMAP: 993, ServerType.POP3: 995, ServerType.SMTP: 465}
_STARTTLS_PORTS = frozenset({143, 110, 587, 25})
