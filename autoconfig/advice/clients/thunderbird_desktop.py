"""Thunderbird on the desktop: forgiving, one server at a time.

Read in mozilla/releases-comm-central, mail/components/accountcreation/modules/readFromXML.sys.mjs and
mailnews/base/src/OAuth2Providers.sys.mjs. Sends no ``oAuth2`` element anywhere: it knows its issuers by
the host names of their servers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from autoconfig.advice.clients.reading import (
    Client,
    Reading,
    ReadServer,
    Unread,
    is_host_name,
    port_of,
    reading,
)
from autoconfig.errors import ValueRefused
from autoconfig.formats import xml
from autoconfig.model import Authentication, TcpServer
from autoconfig.model.placeholders import PATTERN, fill, values_for
from autoconfig.model.server import checked_url

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping

    from autoconfig.model import AnyServer, EmailAddress, Provider

OAUTH2_HOSTS = frozenset(
    {
        "googlemail.com",
        "gmail.com",
        "imap.mail.ru",
        "smtp.mail.ru",
        "imap.yandex.com",
        "smtp.yandex.com",
        "imap.mail.yahoo.com",
        "pop.mail.yahoo.com",
        "smtp.mail.yahoo.com",
        "imap.aol.com",
        "pop.aol.com",
        "smtp.aol.com",
        "office365.com",
        "outlook.com",
        "hotmail.com",
        "imap.fastmail.com",
        "pop.fastmail.com",
        "smtp.fastmail.com",
        "imap.comcast.net",
        "pop.comcast.net",
        "smtp.comcast.net",
        # Its own tests.
        "mochi.test",
        "test.test",
    }
)
"""Hosts, with everything below them, whose OAuth2 issuer is built in."""

UNDEFINED = "undefined"
"""What an absent login name or display name becomes."""

_INCOMING_BY_HOST = ("imap", "pop3", "exchange")
_INCOMING_BY_URL = ("ews", "owa")
_SOCKET_TYPES = ("plain", "SSL", "STARTTLS")
_AUTHENTICATIONS = {
    "password-cleartext": "password-cleartext",
    "plain": "password-cleartext",
    "password-encrypted": "password-encrypted",
    "secure": "password-encrypted",
    "GSSAPI": "GSSAPI",
    "NTLM": "NTLM",
    "OAuth2": "OAuth2",
}
_AUTHENTICATIONS_OUT: Mapping[str, str] = _AUTHENTICATIONS | dict.fromkeys(
    ("none", "client-IP-address", "smtp-after-pop"), "none"
)


def read(document: bytes, address: EmailAddress, *, graph: bool = False) -> Reading:
    """What it configures. ``graph`` is its preference mail.graph.enabled, off unless the user sets it."""
    by_url = (*_INCOMING_BY_URL, "graph") if graph else _INCOMING_BY_URL
    return reading(document, lambda root: _read(root, values_for(address), by_url))


def _read(root: xml.Element, values: Mapping[str, str], by_url: tuple[str, ...]) -> Reading:
    mail = next((child for child in root if child.tag == "emailProvider"), None)
    if root.tag != "clientConfig" or mail is None:
        raise Unread("There is no clientConfig with an emailProvider.", "not-clientconfig")
    _check_provider(mail)
    return Reading(
        # A missing one is shown as JavaScript writes it.
        name=next(iter(_texts(mail, "displayName")), UNDEFINED),
        incoming=_servers(mail, "incomingServer", (_INCOMING_BY_HOST, by_url), _AUTHENTICATIONS, values),
        outgoing=_servers(mail, "outgoingServer", (("smtp",), ()), _AUTHENTICATIONS_OUT, values),
    )


def _check_provider(mail: xml.Element) -> None:
    if not _is_host((mail.get("id") or "").strip()):
        raise Unread("The id of emailProvider is not a host name.", "id-not-host")
    if not any(_is_host(xml.text_of(child) or "") for child in mail if child.tag == "domain"):
        raise Unread("There is no valid domain element.", "domain-missing")


def _servers(
    mail: xml.Element,
    name: str,
    types: tuple[tuple[str, ...], tuple[str, ...]],
    authentications: Mapping[str, str],
    values: Mapping[str, str],
) -> tuple[ReadServer, ...]:
    """Every usable server of one direction; a bad one is dropped alone."""
    found, reasons = [], []
    for section in mail:
        if section.tag != name:
            continue
        try:
            found.append(_server(section, types, authentications, values))
        except Unread as reason:
            reasons.append(reason)
    if not found:
        missing = "smtp-missing" if name == "outgoingServer" else "incoming-missing"
        raise reasons[0] if reasons else Unread(f"There is no {name}.", missing)
    return tuple(found)


def _server(
    section: xml.Element,
    types: tuple[tuple[str, ...], tuple[str, ...]],
    authentications: Mapping[str, str],
    values: Mapping[str, str],
) -> ReadServer:
    by_host, by_url = types
    server_type = section.get("type") or ""
    username = next(iter(_texts(section, "username")), UNDEFINED)
    if server_type in by_url:
        url = _url(section)
        return ReadServer(
            type=server_type,
            url=url,
            hostname=urlsplit(url).hostname,
            socket_type="SSL" if url.startswith("https:") else "plain",
            authentication=(_authentication(section, authentications, None),),
            username=fill(username, values),
        )
    if server_type not in by_host:
        raise Unread(f"The server type {server_type!r} is not supported.", "server-type-unknown")
    hostname = fill(next(iter(_texts(section, "hostname")), ""), values)
    if not is_host_name(hostname):
        raise Unread(f"The host name {hostname!r} is not one.", "hostname-bad")
    return ReadServer(
        type=server_type,
        hostname=hostname,
        port=_port(section),
        socket_type=_first_known(section, "socketType", _SOCKET_TYPES),
        authentication=(_authentication(section, authentications, hostname),),
        username=fill(username, values),
    )


def _authentication(section: xml.Element, known: Mapping[str, str], hostname: str | None) -> str:
    """The first that it supports; OAuth2 only with an issuer it knows."""
    words = _texts(section, "authentication")
    code = "authentication-unknown" if words else "authentication-missing"
    reason = Unread("There is no authentication it supports.", code)
    for word in words:
        if word == "OAuth2" and hostname is not None and not _knows_issuer(hostname):
            reason = Unread(f"OAuth2 at {hostname} has no issuer it knows.", "oauth2-only")
        elif word in known:
            return known[word]
    raise reason


def _knows_issuer(hostname: str) -> bool:
    labels = hostname.split(".")
    return any(".".join(labels[start:]) in OAUTH2_HOSTS for start in range(len(labels)))


def _url(section: xml.Element) -> str:
    for text in _texts(section, "url"):
        try:
            return checked_url(text)
        except ValueRefused as refused:
            raise Unread(str(refused), "hostname-bad") from None
    raise Unread("The server has no url.", "hostname-bad")


def _port(section: xml.Element) -> int:
    text = next(iter(_texts(section, "port")), "")
    port = port_of(text)
    if not port:
        raise Unread(f"The port {text[:20]!r} is not one.", "port-bad")
    return port


def _first_known(section: xml.Element, name: str, known: Iterable[str]) -> str:
    words = _texts(section, name)
    for word in words:
        if word in known:
            return word
    reason = f"The {name} {words[0][:20]!r} is not supported." if words else f"There is no {name}."
    raise Unread(reason, "socket-type-bad")


def _texts(section: xml.Element, name: str) -> list[str]:
    return [text for child in section if child.tag == name and (text := xml.text_of(child))]


def _is_host(text: str) -> bool:
    return is_host_name(PATTERN.sub("x", text))


def lacks(provider: Provider) -> str:
    """It needs a server of each direction it can log in to."""
    if not any(_usable(server, _AUTHENTICATIONS) for server in provider.incoming):
        return "no incoming server it can log in to"
    if not any(_usable(server, _AUTHENTICATIONS_OUT) for server in provider.outgoing):
        return "no outgoing server it can log in to"
    return ""


def _usable(server: AnyServer, words: Container[str]) -> bool:
    if not isinstance(server, TcpServer):
        return server.type in _INCOMING_BY_URL and bool(server.authentication)
    if server.type not in (*_INCOMING_BY_HOST, "smtp"):
        return False
    return any(
        entry in words and (entry is not Authentication.OAUTH2 or _knows_issuer(server.hostname))
        for entry in server.authentication
    )


CLIENT = Client(name="Thunderbird desktop", read=read, lacks=lacks)
