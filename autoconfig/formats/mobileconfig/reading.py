"""Reading the profiles of others back into a provider: nothing odd breaks a profile.

A payload that lacks what it needs is dropped alone, with a remark; only a profile with nothing usable is
refused. Passwords in a profile are not looked at.
"""

from __future__ import annotations

import plistlib
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from xml.parsers.expat import ExpatError

from autoconfig.errors import AddressError, FormatError, ValueRefused
from autoconfig.formats.mobileconfig import signed
from autoconfig.formats.mobileconfig.payload import Payload
from autoconfig.formats.mobileconfig.words import (
    ACCOUNT_TYPES,
    AUTHENTICATIONS,
    DAV,
    HTTP_PORTS,
    INCOMING,
    MAIL,
    OUTGOING,
    PROFILE,
)
from autoconfig.formats.parsed import Parsed
from autoconfig.model import (
    INCOMING_TYPES,
    OUTGOING_TYPES,
    STANDARD_PORTS,
    AnyServer,
    Authentication,
    EmailAddress,
    Provider,
    Remark,
    ServerType,
    SocketType,
    TcpServer,
    UrlServer,
)
from autoconfig.model.placeholders import has_placeholder
from autoconfig.model.text import one_line
from autoconfig.model.unfilled import without_mailbox

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

MAX_BYTES = 256 * 1024
"""A profile of ours is about three kilobytes; others carry certificates and pictures."""

_STARTTLS_PORTS = frozenset({25, 110, 143, 587})

_DAV_TYPES: Mapping[str, ServerType] = {word: server_type for server_type, (word, _) in DAV.items()}
_MAIL_TYPES: Mapping[str, ServerType] = {word: server_type for server_type, word in ACCOUNT_TYPES.items()}


def parse(data: bytes, *, max_bytes: int = MAX_BYTES) -> Parsed:
    """Read a profile: the accounts of one mailbox, its address turned back into placeholders.

    A signature is taken off and not checked, which gives a remark. Raises FormatError with the reason.
    """
    if len(data) > max_bytes:
        raise FormatError(f"The profile is larger than {max_bytes} bytes.")
    remarks: list[Remark] = []
    if signed.is_signed(data):
        data = signed.content(data)
        remarks.append(Remark(message="The signature is taken off; nobody checked it.", severity="note"))
    profile = _profile(data)
    payloads = list(_payloads(profile, remarks))
    address = _address(payload for _, payload in payloads)
    servers = [server for word, payload in payloads for server in _servers(word, payload, address)]
    if not servers:
        reason = next((f" First: {remark.message}" for remark in remarks if remark.path), "")
        raise FormatError(f"The profile has no account that can be used.{reason}")
    provider = _provider(Payload(profile, "", remarks), address, tuple(dict.fromkeys(servers)))
    return Parsed(provider=provider, remarks=tuple(remarks))


def _profile(data: bytes) -> dict[str, Any]:
    try:
        # Text only: a binary list of a few bytes may ask for much memory. plistlib itself refuses entities.
        profile = plistlib.loads(data, fmt=plistlib.FMT_XML)
    except ExpatError as error:
        message = f"Not a property list: {str(error).partition(':')[0]}."
        raise FormatError(message, line=error.lineno) from None
    except plistlib.InvalidFileException:
        raise FormatError("The property list declares entities, which no profile needs.") from None
    except (ValueError, TypeError, LookupError, AttributeError, ArithmeticError):
        # plistlib lets through whatever its readers of dates and numbers trip over.
        raise FormatError("The property list holds a value that cannot be read.") from None
    if not isinstance(profile, dict) or profile.get("PayloadType") != PROFILE:
        raise FormatError("The property list is not a configuration profile.")
    if "EncryptedPayloadContent" in profile:
        raise FormatError("The profile is encrypted for one device.")
    return profile


def _payloads(profile: dict[str, Any], remarks: list[Remark]) -> Iterator[tuple[str, Payload]]:
    """The accounts of a profile with the type of each."""
    content = profile.get("PayloadContent")
    for index, entry in enumerate(content if isinstance(content, list) else []):
        payload = Payload(entry if isinstance(entry, dict) else {}, f"PayloadContent[{index}]", remarks)
        word = payload.text("PayloadType") or ""
        if word == MAIL or word in _DAV_TYPES:
            yield word, payload
        else:
            payload.remark(
                "Left out: no account for mail, calendars or address books.", value=word[:80] or None
            )


def _address(payloads: Iterable[Payload]) -> EmailAddress | None:
    """Whose accounts these are: the address of a mail account, else a login name that is one."""
    accounts = list(payloads)
    for key in ("EmailAddress", *(f"{prefix}Username" for _, prefix in DAV.values())):
        for payload in accounts:
            with suppress(AddressError):
                return EmailAddress.parse(payload.text(key) or "")
    return None


def _servers(word: str, payload: Payload, address: EmailAddress | None) -> list[AnyServer]:
    makers: tuple[Callable[[Payload], AnyServer], ...] = (_incoming, _outgoing)
    if word != MAIL:
        makers = (lambda found: _dav(found, _DAV_TYPES[word]),)
    elif _of_another(payload, address):
        payload.remark("Left out: the account of another address.")
        return []
    made = [payload.made(make) for make in makers]
    return [server for server in made if server is not None]


def _of_another(payload: Payload, address: EmailAddress | None) -> bool:
    text = payload.text("EmailAddress")
    if text is None or address is None:
        return False
    try:
        return str(EmailAddress.parse(text)).lower() != str(address).lower()
    except AddressError:
        return False


def _incoming(payload: Payload) -> TcpServer:
    word = payload.needed("EmailAccountType")
    server_type = _MAIL_TYPES.get(word)
    if server_type is None:
        raise ValueRefused(f"{word[:80]!r} is not a type of mail account.")
    return _mail_server(payload, INCOMING, server_type)


def _outgoing(payload: Payload) -> TcpServer:
    return _mail_server(payload, OUTGOING, ServerType.SMTP)


def _mail_server(payload: Payload, prefix: str, server_type: ServerType) -> TcpServer:
    ssl = payload.flag(f"{prefix}UseSSL", False)
    usual = STANDARD_PORTS[server_type, SocketType.SSL if ssl else SocketType.PLAIN]
    port = payload.port(f"{prefix}PortNumber", usual)
    # UseSSL is implicit TLS and STARTTLS alike; the port tells which.
    secure = SocketType.STARTTLS if port in _STARTTLS_PORTS else SocketType.SSL
    return TcpServer(
        type=server_type,
        hostname=_host(payload.needed(f"{prefix}HostName")),
        port=port,
        socket_type=secure if ssl else SocketType.PLAIN,
        authentication=(_authentication(payload, f"{prefix}Authentication"),),
        username=payload.text(f"{prefix}Username"),
    )


def _authentication(payload: Payload, key: str) -> Authentication:
    word = payload.text(key)
    if word is None:
        payload.remark("No way to log in is named; a password is assumed.", key)
        return Authentication.PASSWORD_CLEARTEXT
    if word not in AUTHENTICATIONS:
        raise ValueRefused(f"{word[:80]!r} is not a way to log in.")
    return AUTHENTICATIONS[word]


def _dav(payload: Payload, server_type: ServerType) -> UrlServer:
    _, prefix = DAV[server_type]
    return UrlServer(
        type=server_type,
        url=_url(payload, prefix),
        authentication=(Authentication.HTTP_BASIC,),
        username=payload.text(f"{prefix}Username"),
    )


def _url(payload: Payload, prefix: str) -> str:
    """The principal's URL, which some write whole and others as a path, else that of the host."""
    place = payload.text(f"{prefix}PrincipalURL") or "/"
    if "://" in place:
        return place
    scheme = "https" if payload.flag(f"{prefix}UseSSL", True) else "http"
    host = _host(payload.needed(f"{prefix}HostName"))
    port = payload.port(f"{prefix}Port", HTTP_PORTS[scheme])
    netloc = f"[{host}]" if ":" in host else host
    if port != HTTP_PORTS[scheme]:
        netloc += f":{port}"
    return f"{scheme}://{netloc}/{place.removeprefix('/')}"


def _host(text: str) -> str:
    if has_placeholder(text):
        raise ValueRefused("An Apple profile has no placeholders.")
    return text


def _provider(profile: Payload, address: EmailAddress | None, servers: tuple[AnyServer, ...]) -> Provider:
    first = servers[0]
    host = first.hostname if isinstance(first, TcpServer) else urlsplit(first.url).hostname or ""
    domain = host if address is None else address.domain
    name = profile.made(lambda found: one_line(_name(found) or domain, "The name")) or domain
    provider = Provider(
        id=domain,
        display_name=name,
        short_name=name,
        domains=() if address is None else (domain,),
        incoming=tuple(server for server in servers if server.type in INCOMING_TYPES),
        outgoing=tuple(server for server in servers if server.type in OUTGOING_TYPES),
        other=tuple(server for server in servers if server.type in DAV),
    )
    return provider if address is None else without_mailbox(provider, address)


def _name(profile: Payload) -> str | None:
    return profile.text("PayloadOrganization") or profile.text("PayloadDisplayName")
