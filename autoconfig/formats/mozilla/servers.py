"""Reading one server section: incomingServer, outgoingServer, calendar and the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from autoconfig.errors import ValueRefused
from autoconfig.formats.mozilla.words import (
    AUTHENTICATIONS,
    HTTP_AUTHENTICATIONS,
    SECTIONS,
    SOCKET_TYPES,
    TYPES,
    USELESS_FOR_INCOMING,
)
from autoconfig.model import (
    STANDARD_PORTS,
    AnyServer,
    Authentication,
    Pop3Options,
    ServerType,
    SmtpOptions,
    SocketType,
    TcpServer,
    UrlServer,
)
from autoconfig.model.placeholders import close_placeholders
from autoconfig.model.server import checked_hostname, checked_url

if TYPE_CHECKING:
    from collections.abc import Callable

    from autoconfig.formats.mozilla.tree import Section

Value = TypeVar("Value")

_BOOLEANS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
_MAX_DAYS = 36_500
_MAX_MINUTES = 60 * 24 * 365


def read_server(section: Section) -> AnyServer | None:
    """Read a server section; None, with a remark, where it lacks what it needs."""
    server_type = _type(section)
    if server_type is None:
        return None
    authentication = _authentication(section)
    username = _username(section)
    url = section.text("url") or section.text("serverURL")
    try:
        if url is not None and not section.texts("hostname"):
            return UrlServer(type=server_type, url=url, authentication=authentication, username=username)
        return _tcp_server(section, server_type, authentication, username)
    except ValueRefused as error:
        section.remark(f"Server left out: {error}")
        return None


def _type(section: Section) -> ServerType | None:
    word = section.attribute("type")
    server_type = TYPES.get((word or "").lower())
    if server_type is None:
        section.remark(
            "Server left out: its type is not known." if word else "Server left out: no type.", value=word
        )
    elif server_type not in SECTIONS[section.name]:
        section.remark("Server left out: this type does not belong here.", value=word)
        return None
    return server_type


def _tcp_server(
    section: Section,
    server_type: ServerType,
    authentication: tuple[Authentication, ...],
    username: str | None,
) -> TcpServer:
    if not authentication:
        raise ValueRefused("no authentication that is known and fits.")
    hostname = _first(section, "hostname", checked_hostname)
    port = _first(section, "port", _port)
    return TcpServer(
        type=server_type,
        hostname=hostname,
        port=port,
        socket_type=_socket_type(section, server_type, port),
        authentication=authentication,
        username=username,
        pop3=_pop3_options(section) if server_type is ServerType.POP3 else None,
        smtp=_smtp_options(section) if server_type is ServerType.SMTP else None,
        ews_url=_exchange_url(section, "ewsURL") if server_type is ServerType.EXCHANGE else None,
        owa_url=_exchange_url(section, "owaURL") if server_type is ServerType.EXCHANGE else None,
    )


def _first(section: Section, name: str, check: Callable[[str], Value]) -> Value:
    """The first of the repeated values that can be used. Raises ValueRefused."""
    texts = section.texts(name)
    if not texts:
        raise ValueRefused(f"no {name}.")
    refused: ValueRefused | None = None
    for text in texts:
        try:
            return check(text)
        except ValueRefused as error:
            refused = refused or error
    raise ValueRefused(f"{name}: {refused}")


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 5 and 1 <= int(text) <= 65535):
        raise ValueRefused(f"{text[:40]!r} is not a port from 1 to 65535.")
    return int(text)


def _socket_type(section: Section, server_type: ServerType, port: int) -> SocketType:
    words = section.texts("socketType")
    for word in words:
        socket_type = SOCKET_TYPES.get(word.lower())
        if socket_type is not None:
            return socket_type
        if word.lower() == "tls":
            # "TLS" means implicit TLS to some authors and STARTTLS to others; the standard port tells which.
            for candidate in (SocketType.SSL, SocketType.STARTTLS):
                if STANDARD_PORTS.get((server_type, candidate)) == port:
                    section.remark(f"socketType TLS on port {port} is read as {candidate}.", value=word)
                    return candidate
    raise ValueRefused(f"socketType {words[0][:40]!r} is not known." if words else "no socketType.")


def _authentication(section: Section) -> tuple[Authentication, ...]:
    found = []
    for child in section.all("authentication"):
        word = child.value or ""
        if not word:
            continue
        http = (child.attribute("system") or "").lower() == "http"
        authentication = (HTTP_AUTHENTICATIONS if http else AUTHENTICATIONS).get(word.lower())
        if authentication is None:
            authentication = AUTHENTICATIONS.get(word.lower()) if http else None
        if authentication is None:
            child.remark("This authentication is not known and left out.", value=word[:80])
        elif section.name == "incomingserver" and authentication in USELESS_FOR_INCOMING:
            child.remark("This authentication means nothing for receiving and is left out.", value=word)
        else:
            found.append(authentication)
    return tuple(found)


def _username(section: Section) -> str | None:
    written = section.text("username")
    if written is None:
        return None
    mended = close_placeholders(written)
    if mended != written:
        section.remark(f"The login name lacks a closing %; it is read as {mended}.", value=written)
    return mended


def _boolean(section: Section, name: str) -> bool | None:
    word = section.text(name)
    if word is None:
        return None
    value = _BOOLEANS.get(word.lower())
    if value is None:
        section.remark(f"{name} is neither true nor false and left out.", value=word[:80])
    return value


def _number(section: Section, name: str, word: str | None, most: int) -> int | None:
    if word is None:
        return None
    if word.isascii() and word.isdigit() and len(word) <= 9 and int(word) <= most:
        return int(word)
    section.remark(f"{name} is not a number from 0 to {most} and left out.", value=word[:80])
    return None


def _pop3_options(section: Section) -> Pop3Options | None:
    options = section.first("pop3")
    if options is None:
        return None
    interval = options.first("checkInterval")
    minutes = interval.attribute("minutes") if interval is not None else None
    days = options.text("daysToLeaveMessagesOnServer")
    found = Pop3Options(
        leave_messages_on_server=_boolean(options, "leaveMessagesOnServer"),
        days_to_leave_messages_on_server=_number(options, "daysToLeaveMessagesOnServer", days, _MAX_DAYS),
        download_on_biff=_boolean(options, "downloadOnBiff"),
        check_interval_minutes=_number(options, "checkInterval", minutes, _MAX_MINUTES),
    )
    return found if found != Pop3Options() else None


def _smtp_options(section: Section) -> SmtpOptions | None:
    found = SmtpOptions(
        use_global_preferred_server=_boolean(section, "useGlobalPreferredServer"),
        add_this_server=_boolean(section, "addThisServer"),
        restriction=section.text("restriction"),
    )
    return found if found != SmtpOptions() else None


def _exchange_url(section: Section, name: str) -> str | None:
    text = section.text(name)
    return checked_url(text) if text is not None else None
