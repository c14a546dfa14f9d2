"""Writing PACC -03, and the reason where a provider cannot be said in it.

PACC says little: a host by its name, TLS from the first byte on the usual port, the address as login name,
a password or OAuth2 for all servers alike. A document that leaves out a kind of mail service would make
clients set up half an account, so that there is none then.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

from autoconfig.errors import DomainError
from autoconfig.formats.pacc.words import (
    DAV,
    HTTPS_PORT,
    NAME_LENGTH,
    OAUTH_PUBLIC,
    PASSWORD,
    PORTS,
    PROTOCOLS,
    SHORT_NAME_LENGTH,
    URL_TYPES,
    WORDS,
)
from autoconfig.formats.selection import at_domain
from autoconfig.model import (
    AnyServer,
    Authentication,
    Provider,
    SocketType,
    TcpServer,
    UrlServer,
    normalize_domain,
)
from autoconfig.model.placeholders import EMAIL_ADDRESS, EMAIL_DOMAIN, EMAIL_LOCAL_PART, has_placeholder

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_PASSWORDS = frozenset(
    {
        Authentication.PASSWORD_CLEARTEXT,
        Authentication.PASSWORD_ENCRYPTED,
        Authentication.HTTP_BASIC,
        Authentication.HTTP_DIGEST,
    }
)

_SOCKETS: Mapping[SocketType, str] = {
    SocketType.SSL: "implicit TLS",
    SocketType.STARTTLS: "STARTTLS",
    SocketType.PLAIN: "no TLS",
}


def render(provider: Provider, domain: str) -> bytes | None:
    """Write the document of one mail domain, the same bytes every time; None where it cannot be said."""
    here = at_domain(provider, domain)
    if here is None or _unsayable_here(provider, here):
        return None
    methods = _methods(here)
    content = {
        "protocols": _protocols(here, methods),
        "authentication": _authentication(here, methods),
        "info": _info(here),
    }
    return json.dumps(content, ensure_ascii=False, indent=2).encode() + b"\n"


def unsayable(provider: Provider, domain: str | None = None) -> str:
    """One sentence that says why PACC has no document for a provider; empty where it has one.

    ``domain`` is the mail domain in question, by default the provider's first.
    """
    if not provider.servers:
        return "PACC cannot say any server: the provider has none."
    here = at_domain(provider, domain or (provider.domains or provider.mx_domains or ("example.com",))[0])
    if here is None:
        return "PACC cannot say any server: no host name fits the domain."
    return _unsayable_here(provider, here)


def _unsayable_here(provider: Provider, here: Provider) -> str:
    kinds = [
        (f"{direction} server", getattr(here, direction))
        for direction in ("incoming", "outgoing")
        if getattr(provider, direction)
    ]
    for kind, servers in kinds or [("server", here.other)]:
        refusals = [_refusal(server, here) for server in servers]
        if all(refusals):
            reason = refusals[0] if refusals else "no host name fits the domain"
            return f"PACC cannot say any {kind}: {reason}."
    return ""


def _protocols(here: Provider, methods: frozenset[str]) -> dict[str, dict[str, str]]:
    """The first server of each type that lets in by one of the methods."""
    places: dict[str, dict[str, str]] = {}
    for server in here.servers:
        if not _refusal(server, here) and _methods_of(server, here) & methods:
            places.setdefault(WORDS[server.type], _place(server))
    return {word: places[word] for word in PROTOCOLS if word in places}


def _authentication(here: Provider, methods: frozenset[str]) -> dict[str, object]:
    # -03 requires the password member, whatever stands beside it.
    password: dict[str, object] = {PASSWORD: PASSWORD in methods}
    if here.oauth2 is None or OAUTH_PUBLIC not in methods:
        return password
    return {OAUTH_PUBLIC: {"issuer": here.oauth2.issuer_url}} | password


def _methods(here: Provider) -> frozenset[str]:
    """How to log in: PACC says it once for all servers.

    What works for receiving and for sending, where there is such a way; else all that works somewhere.
    """
    kinds = [_methods_of_any(servers, here) for servers in (here.incoming, here.outgoing)]
    every = [methods for methods in kinds if methods] or [_methods_of_any(here.other, here)]
    return frozenset.intersection(*every) or frozenset.union(*every)


def _methods_of_any(servers: Iterable[AnyServer], here: Provider) -> frozenset[str]:
    sayable = (_methods_of(server, here) for server in servers if not _refusal(server, here))
    return frozenset[str]().union(*sayable)


def _methods_of(server: AnyServer, here: Provider) -> frozenset[str]:
    found = set()
    if here.oauth2 is not None and Authentication.OAUTH2 in server.authentication:
        found.add(OAUTH_PUBLIC)
    if _PASSWORDS.intersection(server.authentication):
        found.add(PASSWORD)
    return frozenset(found)


def _refusal(server: AnyServer, here: Provider) -> str:
    """Why PACC cannot say this server; empty where it can."""
    name = server.hostname if isinstance(server, TcpServer) else server.url
    reason = _host_refusal(server) if isinstance(server, TcpServer) else _url_refusal(server)
    reason = reason or _login_refusal(server, here)
    return reason and f"{name} {reason}"


def _host_refusal(server: TcpServer) -> str:
    port = PORTS.get(server.type)
    if port is None:
        return f"is of type {server.type}"
    if (server.socket_type, server.port) != (SocketType.SSL, port):
        has = f"{_SOCKETS[server.socket_type]} on port {server.port}"
        return f"has {has}, not {_SOCKETS[SocketType.SSL]} on port {port}"
    try:
        normalize_domain(server.hostname)
    except DomainError:
        return "is not a host name"
    return ""


def _url_refusal(server: UrlServer) -> str:
    if server.type not in URL_TYPES:
        return f"is of type {server.type}"
    parts = urlsplit(server.url)
    if parts.scheme != "https" or parts.port not in (None, HTTPS_PORT):
        return f"is not https on port {HTTPS_PORT}"
    if has_placeholder(server.url):
        return "holds a placeholder"
    if server.type in DAV and parts.path == "/":
        return "has no path"
    return ""


def _login_refusal(server: AnyServer, here: Provider) -> str:
    # The draft wants the full address as login name everywhere.
    spelled = {f"{EMAIL_LOCAL_PART}@{domain}" for domain in (EMAIL_DOMAIN, *here.domains)}
    if server.username not in {None, EMAIL_ADDRESS, *spelled}:
        return "wants another login name than the address"
    if not _methods_of(server, here):
        return "offers neither a password nor OAuth2 with an issuer"
    return ""


def _place(server: AnyServer) -> dict[str, str]:
    if isinstance(server, TcpServer):
        return {"host": server.hostname}
    parts = urlsplit(server.url)
    return {"url": urlunsplit(parts._replace(netloc=parts.netloc.removesuffix(f":{HTTPS_PORT}")))}


def _info(here: Provider) -> dict[str, dict[str, str]]:
    info = {"provider": {"name": _cut(here.display_name)}}
    if here.short_name != here.display_name and len(here.short_name) <= SHORT_NAME_LENGTH:
        info["provider"]["shortName"] = here.short_name
    page = next((page.url for page in here.documentation if not has_placeholder(page.url)), None)
    if page is not None:
        info["help"] = {"documentation": page}
    return info


def _cut(name: str) -> str:
    return name if len(name) <= NAME_LENGTH else f"{name[: NAME_LENGTH - 1].rstrip()}…"
