"""The JSON of a resolution, back to the values it was made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from autoconfig.model import (
    AnyServer,
    Authentication,
    Documentation,
    OAuth2,
    Provider,
    ServerType,
    SocketType,
    TcpServer,
    Translation,
    UrlServer,
)

if TYPE_CHECKING:
    from collections.abc import Iterable


def provider_of(content: dict[str, Any]) -> Provider:
    """The provider in the answer to one mailbox, login names filled in. Raises ValueRefused."""
    said = content["provider"]
    return Provider(
        id=said["id"],
        display_name=said["name"],
        short_name=said["short_name"],
        domains=(content["domain"],),
        incoming=_servers(content["incoming"]),
        outgoing=_servers(content["outgoing"]),
        other=_servers(content["other"]),
        oauth2=_oauth2(content["oauth2"]),
        documentation=tuple(_documentation(page) for page in said["documentation"]),
    )


def _servers(entries: Iterable[dict[str, Any]]) -> tuple[AnyServer, ...]:
    return tuple(_server(entry) for entry in entries)


def _server(entry: dict[str, Any]) -> AnyServer:
    server_type = ServerType(entry["type"])
    authentication = tuple(Authentication(word) for word in entry["authentication"])
    username = entry["username"]
    if "url" in entry:
        return UrlServer(type=server_type, url=entry["url"], authentication=authentication, username=username)
    return TcpServer(
        type=server_type,
        hostname=entry["hostname"],
        port=entry["port"],
        socket_type=SocketType(entry["socket_type"]),
        authentication=authentication,
        username=username,
    )


def _documentation(page: dict[str, Any]) -> Documentation:
    texts = tuple(Translation(language, text) for language, text in page["text"].items())
    return Documentation(url=page["url"], texts=texts)


def _oauth2(said: dict[str, Any] | None) -> OAuth2 | None:
    if said is None:
        return None
    return OAuth2(
        issuer=said["issuer"],
        auth_url=said["auth_url"],
        token_url=said["token_url"],
        scope=tuple(said["scope"]),
    )
