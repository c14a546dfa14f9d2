"""Writing what Outlook reads, and what Thunderbird, Delta Chat and FairEmail read of it.

``SPA`` defaults to on in the client, ``SSL`` off means plain text, ``Encryption`` TLS means STARTTLS: all
three are always written.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple
from xml.sax.saxutils import escape

from lxml import etree

from autoconfig.formats.autodiscover.words import (
    MESSAGES,
    MOBILESYNC_RESPONSE,
    OUTLOOK_RESPONSE,
    RESPONSE_ROOT,
    SAYABLE,
    TYPES,
    WITHOUT_LOGIN,
)
from autoconfig.formats.selection import at_domain, mail_servers
from autoconfig.model import (
    AnyServer,
    Authentication,
    AutodiscoverRedirect,
    EmailAddress,
    Provider,
    ServerType,
    SocketType,
    TcpServer,
)
from autoconfig.model.placeholders import EMAIL_ADDRESS, EMAIL_DOMAIN, EMAIL_LOCAL_PART, PATTERN

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable

    from autoconfig.formats.xml import Element

_DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>\n'

_PLACEHOLDER = re.compile(b"(" + PATTERN.pattern.encode() + b")")

_ADDRESS, _LOCAL_PART, _DOMAIN = (name.encode() for name in (EMAIL_ADDRESS, EMAIL_LOCAL_PART, EMAIL_DOMAIN))

_ENCRYPTION = {SocketType.SSL: "SSL", SocketType.STARTTLS: "TLS", SocketType.PLAIN: "None"}
_SAFEST_FIRST = (SocketType.SSL, SocketType.STARTTLS, SocketType.PLAIN)


def render(provider: Provider, domain: str) -> bytes | None:
    """Write the answer with the placeholders of the address left in (see fill_address).

    A redirect where the provider has one; else one server of each kind, the safest. None where nothing can
    be said that POX knows (OAuth2 alone).
    """
    here = at_domain(provider, domain)
    if here is None:
        return None
    if here.autodiscover is not None:
        return _redirect(here.autodiscover)
    return _settings(here)


def _redirect(redirect: AutodiscoverRedirect) -> bytes:
    """Where to ask instead (MS-OXDSCLI §4.2); a settings answer beside it would be ignored."""
    root, response = _answer()
    account = _child(response, "Account")
    _child(account, "AccountType", "email")
    if redirect.url is None:
        _child(account, "Action", "redirectAddr")
        _child(account, "RedirectAddr", redirect.address)
    else:
        _child(account, "Action", "redirectUrl")
        _child(account, "RedirectUrl", redirect.url)
    return _written(root)


def _settings(here: Provider) -> bytes | None:
    incoming = _one_of_each(here.incoming)
    if not incoming:
        return None
    root, response = _answer()
    user = _child(response, "User")
    # The address itself, never a stored name: the answer is for anybody.
    _child(user, "DisplayName", EMAIL_ADDRESS)
    _child(user, "AutoDiscoverSMTPAddress", EMAIL_ADDRESS)
    account = _child(response, "Account")
    _child(account, "AccountType", "email")
    _child(account, "Action", "settings")
    for server in incoming:
        _protocol(account, server)
    for server in _one_of_each(here.outgoing):
        protocol = _protocol(account, server)
        same_login = any(server.username == other.username for other in incoming)
        _child(protocol, "UsePOPAuth", _on(same_login and server.authentication[0] not in WITHOUT_LOGIN))
        _child(protocol, "SMTPLast", _on(Authentication.SMTP_AFTER_POP in server.authentication))
    return _written(root)


def _answer() -> tuple[Element, Element]:
    """The root of an answer and its Response."""
    root = etree.Element(f"{{{RESPONSE_ROOT}}}Autodiscover", nsmap={None: RESPONSE_ROOT})
    return root, etree.SubElement(root, f"{{{OUTLOOK_RESPONSE}}}Response", nsmap={None: OUTLOOK_RESPONSE})


def _written(root: Element) -> bytes:
    etree.indent(root)
    return _DECLARATION + etree.tostring(root, encoding="UTF-8") + b"\n"


def unsayable(provider: Provider, domain: str) -> str:
    """One sentence that says why POX has no answer about a provider; empty where it has one."""
    here = at_domain(provider, domain)
    if here is not None and (here.autodiscover is not None or _one_of_each(here.incoming)):
        return ""
    classic = mail_servers(here.incoming if here is not None else (), known=SAYABLE)
    if not classic:
        return "Autodiscover needs an IMAP or POP3 server with a way to log in, and there is none."
    first = classic[0]
    wanted = " or ".join(first.authentication)
    return f"Autodiscover cannot say any incoming server: {first.hostname} wants {wanted}."


class Form(NamedTuple):
    """A document cut at its placeholders, to be filled in again and again."""

    pieces: tuple[bytes, ...]
    gaps: tuple[bytes, ...]
    """The placeholders between the pieces; none where each is that of the whole address."""


def form_of(document: bytes) -> Form:
    """Cut a document at its placeholders."""
    cut = _PLACEHOLDER.split(document)
    pieces, gaps = tuple(cut[::2]), tuple(cut[1::2])
    return Form(pieces, () if set(gaps) == {_ADDRESS} else gaps)


def fill_address(form: Form, address: EmailAddress) -> bytes:
    """Put an address, escaped, where the placeholders stand."""
    pieces, gaps = form
    whole = _escaped(str(address)).encode()
    if not gaps:
        return whole.join(pieces)
    domain = address.domain.encode()
    values = {_ADDRESS: whole, _LOCAL_PART: whole[: -len(domain) - 1], _DOMAIN: domain}
    # Others stay as they are; a local part that looks like a placeholder is none.
    filled = [piece + values.get(gap, gap) for piece, gap in zip(pieces, gaps, strict=False)]
    return b"".join([*filled, pieces[-1]])


def _escaped(text: str) -> str:
    return escape(text) if "&" in text or "<" in text or ">" in text else text


def render_error(code: int, schema: str, now: datetime.datetime) -> bytes:
    """Write error 600 or 601, in the mobilesync schema where that was asked (MS-ASCMD §2.2.3)."""
    root = etree.Element(f"{{{RESPONSE_ROOT}}}Autodiscover", nsmap={None: RESPONSE_ROOT})
    if schema == MOBILESYNC_RESPONSE:
        response = etree.SubElement(root, f"{{{schema}}}Response", nsmap={None: schema})
        error = _child(_child(response, "Action"), "Error")
    else:
        response = _child(root, "Response")
        error = _child(response, "Error")
        error.set("Time", now.strftime("%H:%M:%S.%f"))
        error.set("Id", str(now.microsecond))
    _child(error, "ErrorCode", str(code))
    _child(error, "Message", MESSAGES[code])
    _child(error, "DebugData")
    return _written(root)


def _one_of_each(servers: Iterable[AnyServer]) -> list[TcpServer]:
    chosen: dict[ServerType, TcpServer] = {}
    for server in mail_servers(servers, known=SAYABLE):
        if not set(server.authentication) & set(SAYABLE):
            continue
        other = chosen.get(server.type)
        if other is None or _SAFEST_FIRST.index(server.socket_type) < _SAFEST_FIRST.index(other.socket_type):
            chosen[server.type] = server
    return list(chosen.values())


def _protocol(account: Element, server: TcpServer) -> Element:
    protocol = _child(account, "Protocol")
    best = server.authentication[0]
    _child(protocol, "Type", TYPES[server.type])
    _child(protocol, "Server", server.hostname)
    _child(protocol, "Port", str(server.port))
    _child(protocol, "DomainRequired", "off")
    _child(protocol, "LoginName", server.username)
    _child(protocol, "SPA", _on(best is Authentication.NTLM))
    _child(protocol, "SSL", _on(server.secure))
    _child(protocol, "Encryption", _ENCRYPTION[server.socket_type])
    _child(protocol, "AuthRequired", _on(best not in WITHOUT_LOGIN))
    return protocol


def _on(value: bool) -> str:
    return "on" if value else "off"


def _child(parent: Element, name: str, text: str | None = None) -> Element:
    """A child in the namespace of its parent."""
    namespace = etree.QName(parent).namespace
    element = etree.SubElement(parent, f"{{{namespace}}}{name}")
    element.text = text
    return element
