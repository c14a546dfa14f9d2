"""Reading what other Autodiscover services answer: settings, a redirect, or an error."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from autoconfig.errors import FormatError, ValueRefused
from autoconfig.formats import xml
from autoconfig.formats.autodiscover.words import TYPE_WORDS
from autoconfig.formats.parsed import Parsed
from autoconfig.model import (
    STANDARD_PORTS,
    AnyServer,
    Authentication,
    Provider,
    Remark,
    ServerType,
    SocketType,
    TcpServer,
    UrlServer,
)
from autoconfig.model.placeholders import EMAIL_ADDRESS

if TYPE_CHECKING:
    from collections.abc import Iterator

_URL_TYPES = {"caldav": ServerType.CALDAV, "carddav": ServerType.CARDDAV}
_EXCHANGE_TYPES = ("exch", "expr", "exhttp")
_STARTTLS_PORTS = frozenset({25, 110, 143, 587})


@dataclass(frozen=True, slots=True)
class Redirect:
    """Ask again: at another URL, or for another address."""

    url: str | None = None
    address: str | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """The service says no, with its error code (600, 601, 500, ...)."""

    code: int | None
    message: str


Answer = Parsed | Redirect | Refused


def parse(data: bytes, domain: str, *, max_bytes: int = xml.MAX_BYTES) -> Answer:
    """Read an answer about an address of ``domain``. Raises XMLRefused or FormatError."""
    root = xml.parse(data, max_bytes=max_bytes)
    if xml.local_name(root).lower() != "autodiscover":
        raise FormatError(
            f"The root element is {xml.local_name(root)}, not Autodiscover.", line=root.sourceline
        )
    error = _below(root, "Error")
    if error is not None:
        return Refused(_error_code(error), _text(error, "Message") or "")
    account = _below(root, "Account")
    if account is None:
        raise FormatError("The answer has neither an Account nor an Error.", line=root.sourceline)
    action = (_text(account, "Action") or "").lower()
    if action == "redirecturl":
        return Redirect(url=_target(account, "RedirectUrl"))
    if action == "redirectaddr":
        return Redirect(address=_target(account, "RedirectAddr"))
    return _settings(account, domain)


def _error_code(error: xml.Element) -> int | None:
    text = _text(error, "ErrorCode") or ""
    return int(text) if text.isdecimal() and len(text) <= 9 else None


def _target(account: xml.Element, name: str) -> str:
    target = _text(account, name)
    if target is None:
        raise FormatError(f"The answer redirects without a {name}.", line=account.sourceline, path="Account")
    return target


def _settings(account: xml.Element, domain: str) -> Parsed:
    remarks: list[Remark] = []
    incoming: list[AnyServer] = []
    outgoing: list[AnyServer] = []
    other: list[AnyServer] = []
    # Children only: Exchange nests Protocol elements of another kind inside WEB.
    for index, protocol in enumerate(_children(account, "Protocol"), start=1):
        try:
            server = _server(protocol)
        except ValueRefused as refused:
            path = f"Account/Protocol[{index}]"
            remarks.append(Remark(message=f"Left out: {refused}", path=path, line=protocol.sourceline))
            continue
        if server is None:
            word = _text(protocol, "Type") or "none"
            path = f"Account/Protocol[{index}]"
            message = "Left out: nothing of this protocol can be used."
            remarks.append(Remark(message=message, path=path, value=word[:40], line=protocol.sourceline))
            continue
        if server in incoming:
            continue
        direction = (
            outgoing
            if server.type is ServerType.SMTP
            else other
            if server.type in _URL_TYPES.values()
            else incoming
        )
        direction.append(server)
    try:
        provider = Provider(
            id=domain,
            display_name=domain,
            short_name=domain,
            domains=(domain,),
            incoming=tuple(incoming),
            outgoing=tuple(outgoing),
            other=tuple(other),
        )
    except ValueRefused as refused:
        raise FormatError(f"The answer has no usable server: {refused}", path="Account") from None
    return Parsed(provider=provider, remarks=tuple(remarks))


def _server(protocol: xml.Element) -> AnyServer | None:
    """The server of one Protocol element; None for kinds that are not ours. Raises ValueRefused."""
    word = (_text(protocol, "Type") or "").lower()
    host = _text(protocol, "Server")
    username = _text(protocol, "LoginName") or EMAIL_ADDRESS
    if word in _EXCHANGE_TYPES:
        url = _text(protocol, "EwsUrl")
        return None if url is None else UrlServer(type=ServerType.EWS, url=url, username=username)
    if word in _URL_TYPES:
        return UrlServer(
            type=_URL_TYPES[word],
            url=host or "",
            authentication=(Authentication.HTTP_BASIC,),
            username=username,
        )
    server_type = TYPE_WORDS.get(word)
    if server_type is None:
        return None
    if host is None:
        raise ValueRefused(f"{server_type} without a Server.")
    port = _port(protocol)
    socket_type = _socket_type(protocol, server_type, port)
    return TcpServer(
        type=server_type,
        hostname=host,
        port=port or STANDARD_PORTS[server_type, socket_type],
        socket_type=socket_type,
        authentication=(_authentication(protocol),),
        username=username,
    )


def _port(protocol: xml.Element) -> int | None:
    text = _text(protocol, "Port")
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 5):
        raise ValueRefused(f"{text[:40]!r} is not a port.")
    return int(text)


def _socket_type(protocol: xml.Element, server_type: ServerType, port: int | None) -> SocketType:
    """Encryption overrides SSL; TLS means STARTTLS, save on the port of implicit TLS (Stalwart writes so)."""
    encryption = (_text(protocol, "Encryption") or "auto").lower()
    ssl = (_text(protocol, "SSL") or "on").lower()
    implicit = port is None or port == STANDARD_PORTS[server_type, SocketType.SSL]
    if encryption == "none" or (encryption not in ("ssl", "tls") and ssl == "off"):
        return SocketType.PLAIN
    if encryption == "tls":
        return SocketType.SSL if implicit and port is not None else SocketType.STARTTLS
    if encryption == "ssl":
        return SocketType.SSL
    return SocketType.STARTTLS if port in _STARTTLS_PORTS else SocketType.SSL


def _authentication(protocol: xml.Element) -> Authentication:
    if (_text(protocol, "AuthRequired") or "on").lower() == "off":
        return Authentication.NONE
    # An absent SPA means on to Outlook, and off to everybody who forgot to write it.
    if (_text(protocol, "SPA") or "off").lower() == "on":
        return Authentication.NTLM
    return Authentication.PASSWORD_CLEARTEXT


def _below(element: xml.Element, name: str) -> xml.Element | None:
    return next((found for found in element.iter() if xml.local_name(found) == name), None)


def _children(element: xml.Element, name: str) -> Iterator[xml.Element]:
    return (child for child in element if xml.local_name(child) == name)


def _text(element: xml.Element, name: str) -> str | None:
    """The text of the first child of that name; None where it is absent or empty."""
    child = next(_children(element, name), None)
    return (xml.text_of(child) or None) if child is not None else None
