"""The individual draft of 2025 (draft-bucksch-mailmaint-pacc-00): every server a URL with its own logins."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from autoconfig.errors import ValueRefused
from autoconfig.formats.pacc.words import PORTS
from autoconfig.model import AnyServer, Authentication, OAuth2, ServerType, SocketType, TcpServer, UrlServer
from autoconfig.model.placeholders import EMAIL_ADDRESS, has_placeholder
from autoconfig.model.server import checked_url

if TYPE_CHECKING:
    from collections.abc import Mapping

    from autoconfig.formats.pacc.part import Part

SERVERS = "servers"

_TYPES: Mapping[str, ServerType] = {
    str(server_type): server_type
    for server_type in (
        ServerType.IMAP,
        ServerType.POP3,
        ServerType.JMAP,
        ServerType.EWS,
        ServerType.ACTIVESYNC,
        ServerType.GRAPH,
        ServerType.SMTP,
        ServerType.CALDAV,
        ServerType.CARDDAV,
        ServerType.WEBDAV,
    )
}

_SCHEMES: Mapping[ServerType, str] = {
    ServerType.IMAP: "imaps",
    ServerType.POP3: "pop3s",
    ServerType.SMTP: "submissions",
}
"""All of them TLS from the first byte. The draft's own example writes imaps for all three."""

_AUTHENTICATIONS: Mapping[str, Authentication] = {
    "oauth2": Authentication.OAUTH2,
    "sasl-oauthbearer": Authentication.OAUTH2,
    "sasl-xoauth2": Authentication.OAUTH2,
    "http-basic": Authentication.HTTP_BASIC,
    "http-digest": Authentication.HTTP_DIGEST,
    "http-ntlm": Authentication.NTLM,
    "sasl-plain": Authentication.PASSWORD_CLEARTEXT,
    "sasl-login": Authentication.PASSWORD_CLEARTEXT,
    "native": Authentication.PASSWORD_CLEARTEXT,
    "sasl-cram-md5": Authentication.PASSWORD_ENCRYPTED,
    "sasl-ntlm": Authentication.NTLM,
    "sasl-gssapi": Authentication.GSSAPI,
    "sasl-external": Authentication.TLS_CLIENT_CERT,
}

_SCRAM = "sasl-scram-"


def read(root: Part) -> tuple[list[AnyServer], OAuth2 | None]:
    """The usable servers of a document, one of each type, and where to get a token."""
    servers = root.part(SERVERS)
    for word in servers.names():
        if word not in _TYPES:
            servers.remark("Server left out: PACC has no such protocol.", value=word)
    found = [
        servers.part(word).made(lambda part, kind=server_type: _server(part, kind))  # type: ignore[misc]
        for word, server_type in _TYPES.items()
        if servers.has(word)
    ]
    oauth2 = root.part("oAuth2").made(oauth2_of) if root.has("oAuth2") else None
    return [server for server in found if server is not None], oauth2


def oauth2_of(part: Part) -> OAuth2:
    """Where to get a token: the issuer is all that PACC says. Raises ValueRefused."""
    return OAuth2(issuer=part.needed("issuer"))


def _server(part: Part, server_type: ServerType) -> AnyServer:
    schemes = tuple(_SCHEMES.values()) if server_type in _SCHEMES else ("https",)
    url = checked_url(part.needed("url"), schemes=schemes)
    if has_placeholder(url):
        raise ValueRefused("PACC has no placeholders.")
    authentication = _authentication(part)
    if server_type not in _SCHEMES:
        return UrlServer(type=server_type, url=url, authentication=authentication, username=EMAIL_ADDRESS)
    parts = urlsplit(url)
    if parts.scheme != _SCHEMES[server_type]:
        part.remark(f"The URL of this server starts with {_SCHEMES[server_type]}://.", "url", url)
    return TcpServer(
        type=server_type,
        hostname=parts.hostname or "",
        port=PORTS[server_type] if parts.port is None else parts.port,
        socket_type=SocketType.SSL,
        authentication=authentication,
        username=EMAIL_ADDRESS,
    )


def _authentication(part: Part) -> tuple[Authentication, ...]:
    found = []
    for word in part.texts("authentication"):
        name = word.strip().lower()
        known = Authentication.PASSWORD_ENCRYPTED if name.startswith(_SCRAM) else _AUTHENTICATIONS.get(name)
        if known is None:
            part.remark("This authentication is not known and left out.", "authentication", word)
        else:
            found.append(known)
    if not found:
        raise ValueRefused("no authentication that is known.")
    return tuple(found)
