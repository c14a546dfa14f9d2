"""Servers: a host, a port and a security, or a URL; never half of each.

draft-ietf-mailmaint-autoconfig-06. The values of the enumerations are the words of that document.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Self
from urllib.parse import quote, urlsplit, urlunsplit

from autoconfig.errors import ValueRefused
from autoconfig.model.address import normalize_domain, normalize_host
from autoconfig.model.placeholders import PATTERN, fill
from autoconfig.model.text import one_line_or_none

if TYPE_CHECKING:
    from collections.abc import Mapping


class ServerType(StrEnum):
    """What a server speaks."""

    IMAP = "imap"
    POP3 = "pop3"
    SMTP = "smtp"
    JMAP = "jmap"
    EWS = "ews"
    OWA = "owa"
    EXCHANGE = "exchange"
    ACTIVESYNC = "activeSync"
    GRAPH = "graph"
    CALDAV = "caldav"
    CARDDAV = "carddav"
    WEBDAV = "webdav"
    XMPP = "xmpp"
    XMPPTCP = "xmpptcp"
    MATRIX = "matrix"
    OPENTALK = "opentalk"
    MANAGESIEVE = "managesieve"


class SocketType(StrEnum):
    """How the connection is protected: from its first byte, after an upgrade, or not at all."""

    SSL = "SSL"
    STARTTLS = "STARTTLS"
    PLAIN = "plain"


class Authentication(StrEnum):
    """How the user proves who they are, best understood in the order the provider lists them."""

    PASSWORD_CLEARTEXT = "password-cleartext"  # noqa: S105 - the wire word, not a secret
    PASSWORD_ENCRYPTED = "password-encrypted"  # noqa: S105
    NTLM = "NTLM"
    GSSAPI = "GSSAPI"
    OAUTH2 = "OAuth2"
    TLS_CLIENT_CERT = "TLS-client-cert"
    CLIENT_IP_ADDRESS = "client-IP-address"
    SMTP_AFTER_POP = "smtp-after-pop"
    NONE = "none"
    HTTP_BASIC = "http-basic"
    HTTP_DIGEST = "http-digest"


INCOMING_TYPES = frozenset(
    {
        ServerType.IMAP,
        ServerType.POP3,
        ServerType.JMAP,
        ServerType.EWS,
        ServerType.OWA,
        ServerType.EXCHANGE,
        ServerType.ACTIVESYNC,
        ServerType.GRAPH,
    }
)
OUTGOING_TYPES = frozenset({ServerType.SMTP})

STANDARD_PORTS: Mapping[tuple[ServerType, SocketType], int] = {
    # RFC 8314 §3 and §7 for implicit TLS, RFC 9051, RFC 1939, RFC 6409 for the rest.
    (ServerType.IMAP, SocketType.SSL): 993,
    (ServerType.IMAP, SocketType.STARTTLS): 143,
    (ServerType.IMAP, SocketType.PLAIN): 143,
    (ServerType.POP3, SocketType.SSL): 995,
    (ServerType.POP3, SocketType.STARTTLS): 110,
    (ServerType.POP3, SocketType.PLAIN): 110,
    (ServerType.SMTP, SocketType.SSL): 465,
    (ServerType.SMTP, SocketType.STARTTLS): 587,
    (ServerType.SMTP, SocketType.PLAIN): 587,
    (ServerType.MANAGESIEVE, SocketType.STARTTLS): 4190,
    (ServerType.MANAGESIEVE, SocketType.PLAIN): 4190,
    (ServerType.XMPP, SocketType.SSL): 5223,
    (ServerType.XMPP, SocketType.STARTTLS): 5222,
    (ServerType.XMPPTCP, SocketType.SSL): 5223,
    (ServerType.XMPPTCP, SocketType.STARTTLS): 5222,
    # Exchange's own services are HTTPS.
    (ServerType.EXCHANGE, SocketType.SSL): 443,
    (ServerType.EWS, SocketType.SSL): 443,
    (ServerType.ACTIVESYNC, SocketType.SSL): 443,
}


_ONLY_FOR: Mapping[str, ServerType] = {
    "pop3": ServerType.POP3,
    "smtp": ServerType.SMTP,
    "ews_url": ServerType.EXCHANGE,
    "owa_url": ServerType.EXCHANGE,
}
"""The fields of a server that one type has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pop3Options:
    """What a POP3 client should do with mail it has fetched; None leaves the choice to the client."""

    leave_messages_on_server: bool | None = None
    days_to_leave_messages_on_server: int | None = None
    """Days."""
    download_on_biff: bool | None = None
    """Fetch new mail as soon as it is noticed."""
    check_interval_minutes: int | None = None
    """Minutes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpOptions:
    """How a client files an outgoing server; None leaves the choice to the client."""

    use_global_preferred_server: bool | None = None
    add_this_server: bool | None = None
    restriction: str | None = None
    """Who may send at all, such as ``client-IP-address``: only from the provider's own lines."""

    def __post_init__(self) -> None:
        text = one_line_or_none(self.restriction, "The restriction of an outgoing server")
        object.__setattr__(self, "restriction", text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """What every server has: a type, ways to log in, a login name (with placeholders)."""

    type: ServerType
    authentication: tuple[Authentication, ...] = ()
    username: str | None = None

    def __post_init__(self) -> None:
        if len(set(self.authentication)) != len(self.authentication):
            object.__setattr__(self, "authentication", tuple(dict.fromkeys(self.authentication)))
        if self.username is not None:
            object.__setattr__(self, "username", self.username.strip())
            if not self.username or not self.username.isprintable():
                raise ValueRefused(f"A login name cannot be {self.username!r}.")

    def filled(self, values: Mapping[str, str]) -> Self:
        """The same server with the placeholders that ``values`` names replaced."""
        if self.username is None:
            return self
        return replace(self, username=fill(self.username, values))


@dataclass(frozen=True, slots=True, kw_only=True)
class TcpServer(Server):
    """A server reached by host, port and kind of socket. Raises ValueRefused for anything else."""

    hostname: str
    port: int
    socket_type: SocketType
    pop3: Pop3Options | None = None
    smtp: SmtpOptions | None = None
    ews_url: str | None = None
    """Only for type exchange: where Exchange Web Services and Outlook on the web are."""
    owa_url: str | None = None

    def __post_init__(self) -> None:
        Server.__post_init__(self)
        object.__setattr__(self, "hostname", checked_hostname(self.hostname))
        if not 1 <= self.port <= 65535:
            raise ValueRefused(f"A port is a number from 1 to 65535, not {self.port}.")
        for name, server_type in _ONLY_FOR.items():
            if getattr(self, name) is not None and self.type is not server_type:
                raise ValueRefused(f"{name} belongs to servers of type {server_type}, not {self.type}.")
        for name in ("ews_url", "owa_url"):
            url = getattr(self, name)
            if url is not None:
                object.__setattr__(self, name, checked_url(url))

    @property
    def secure(self) -> bool:
        """Whether the password travels encrypted."""
        return self.socket_type is not SocketType.PLAIN

    def filled(self, values: Mapping[str, str]) -> Self:
        """The same server with the placeholders of host, login name and URLs replaced."""
        # Named, because zero-argument super() does not survive the class that slots=True makes anew.
        filled = Server.filled(self, values)
        if "%" not in f"{self.hostname}{self.ews_url}{self.owa_url}":
            return filled
        return replace(
            filled,
            hostname=fill(self.hostname, values),
            ews_url=None if self.ews_url is None else _filled_url(self.ews_url, values),
            owa_url=None if self.owa_url is None else _filled_url(self.owa_url, values),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class UrlServer(Server):
    """A server reached by a URL (JMAP, DAV, Exchange Web Services, Graph, web sockets)."""

    url: str

    def __post_init__(self) -> None:
        Server.__post_init__(self)
        object.__setattr__(self, "url", checked_url(self.url, schemes=("https", "http", "wss", "ws")))

    @property
    def secure(self) -> bool:
        """Whether the password travels encrypted."""
        return self.url.startswith(("https:", "wss:"))

    def filled(self, values: Mapping[str, str]) -> Self:
        """The same server with the placeholders of URL and login name replaced."""
        filled = Server.filled(self, values)
        return replace(filled, url=_filled_url(self.url, values)) if "%" in self.url else filled


AnyServer = TcpServer | UrlServer


def _filled_url(url: str, values: Mapping[str, str]) -> str:
    # RFC 3986 §2.1: a local part may hold "/", "?" and "#", which would change what the URL means.
    return fill(url, {name: quote(value, safe="@") for name, value in values.items()})


def checked_hostname(text: str) -> str:
    """Fold a host name; placeholders stay in place, what stands around them must fit a host name."""
    if "%" not in text:
        return normalize_host(text)
    labels = text.strip().removesuffix(".").split(".")
    name = ".".join(label if label.isascii() else normalize_domain(label) for label in labels)
    normalize_host(PATTERN.sub("x", name))
    pieces = PATTERN.split(name)
    marks = PATTERN.findall(name)
    return "".join(piece.lower() + mark for piece, mark in zip(pieces, [*marks, ""], strict=True))


def checked_url(text: str, *, schemes: tuple[str, ...] = ("https", "http")) -> str:
    """Check an absolute URL and fold its scheme and host; an empty path becomes ``/``.

    Credentials inside a URL are refused. Raises ValueRefused.
    """
    url = text.strip()
    shown = repr(url if len(url) <= 120 else url[:117] + "...")
    if not url.isprintable() or any(mark in url for mark in ' "<>\\'):
        raise ValueRefused(f"{shown} is not a URL.")
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - raises for a port that is no number
    except ValueError as error:
        raise ValueRefused(f"{shown} is not a URL.") from error
    if parts.scheme not in schemes or not parts.hostname:
        raise ValueRefused(
            f"{shown} is not a URL that starts with {' or '.join(s + '://' for s in schemes)}."
        )
    if parts.username is not None or parts.password is not None:
        raise ValueRefused("A URL with a user name or password in it is not accepted.")
    port = "" if parts.port is None else f":{parts.port}"
    host = checked_hostname(parts.netloc.removesuffix(port))
    netloc = (f"[{host}]" if ":" in host else host) + port
    return urlunsplit(parts._replace(netloc=netloc, path=parts.path or "/"))
