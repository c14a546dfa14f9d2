"""Any document we read, by its bytes alone: which format it is, and the provider in it."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from autoconfig.errors import AddressError, DomainNeeded, FormatError, ValueRefused, XMLRefused
from autoconfig.formats import (
    autodiscover,
    autodiscover_json,
    mobileconfig,
    mobilesync,
    mozilla,
    pacc,
    toml,
    xml,
    zone_reading,
)
from autoconfig.formats.mobileconfig.signed import is_signed
from autoconfig.formats.parsed import Parsed
from autoconfig.model import AutodiscoverRedirect, EmailAddress, Provider, UrlServer
from autoconfig.model.placeholders import EMAIL_ADDRESS, has_placeholder
from autoconfig.model.unfilled import without_mailbox

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

MAX_BYTES = 16 * 1024 * 1024
"""The largest of all: a hoster's provider file. Each format has a bound of its own below that."""

_STAND_IN = "example.invalid"
"""The domain of a document that cannot be used anyway, for it does not say whose it is."""

_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_PROPERTY_LIST = re.compile(rb"<plist[\s>]|<!DOCTYPE\s+plist\b")
_HEAD = 2000
"""Bytes in which a property list says that it is one."""

# A zone line: an owner or none, perhaps a TTL and a class, then a type in capitals as everybody writes it.
_ZONE_LINE = re.compile(
    rb"^(?:\$(?:ORIGIN|TTL)\b|[^\s=\"'\[#;]*[ \t]+(?:\d+[ \t]+)?(?:IN[ \t]+)?(?:\d+[ \t]+)?"
    rb"(?:SRV|TXT|CNAME|A|AAAA|MX|NS|SOA)[ \t]+[^\s=])",
    re.MULTILINE,
)


def recognised(data: bytes) -> str:
    """The format of a document, one of READERS; what looks like nothing else is taken for a provider file."""
    if is_signed(data) or data.startswith(b"bplist"):
        return "mobileconfig"
    text = data.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith(b"<") or data.startswith(_UTF_16):
        return _xml_format(data)
    if text.startswith((b"{", b"[")):
        found = _json_format(text)
        if found is not None:
            return found
    return "zone" if _ZONE_LINE.search(text) else "toml"


def _xml_format(data: bytes) -> str:
    if _PROPERTY_LIST.search(data[:_HEAD]):
        return "mobileconfig"
    try:
        root = xml.parse(data, max_bytes=toml.MAX_BYTES)
    except XMLRefused:
        return "mozilla"  # whose reader says what is wrong
    if xml.local_name(root).lower() != "autodiscover":
        return "mozilla"
    mobile = any("mobilesync" in xml.namespace(element).lower() for element in root.iter())
    return "mobilesync" if mobile else "autodiscover"


def _json_format(text: bytes) -> str | None:
    """Which JSON it is; None for a TOML file that begins with a table, as ``[`` may."""
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        return "pacc" if text.startswith(b"{") else None
    if isinstance(content, list) or (isinstance(content, dict) and "records" in content):
        return "dns-json"
    if isinstance(content, dict) and {"Protocol", "ErrorCode"} & content.keys():
        return "autodiscover-json"
    return "pacc"


def read(data: bytes, format_name: str, domain: str | None = None) -> Parsed:
    """Read a document of one of READERS; ``domain`` says whose it is where the document does not.

    Raises FormatError with the reason, and DomainNeeded where ``domain`` must be given.
    """
    return READERS[format_name](data, domain)


def _toml(data: bytes, domain: str | None) -> Parsed:
    return toml.parse(data, default_id=domain)


def _mozilla(data: bytes, _domain: str | None) -> Parsed:
    return mozilla.parse(data, max_bytes=toml.MAX_BYTES)


def _mobileconfig(data: bytes, _domain: str | None) -> Parsed:
    return mobileconfig.parse(data)


def _pacc(data: bytes, domain: str | None) -> Parsed:
    parsed = pacc.parse(data, domain or _STAND_IN)
    _needed(domain, "A PACC document names no domain.")
    return parsed


def _autodiscover(data: bytes, domain: str | None) -> Parsed:
    address = _address_in(data)
    given = domain or _domain_of(address)
    answer = autodiscover.parse(data, given or _STAND_IN)
    if isinstance(answer, autodiscover.Refused):
        raise FormatError(f"The answer is an error: {answer.code} {answer.message}".rstrip(" .") + ".")
    about = _needed(given, "The Autodiscover answer names no domain.")
    if isinstance(answer, autodiscover.Redirect):
        return Parsed(provider=_moved(about, answer))
    return answer if address is None else replace(answer, provider=without_mailbox(answer.provider, address))


def _mobilesync(data: bytes, domain: str | None) -> Parsed:
    address = _address_in(data)
    answer = mobilesync.parse(data)
    if answer is None:
        raise FormatError("The mobilesync answer names no ActiveSync server.")
    about = _needed(domain or _domain_of(address), "The mobilesync answer names no domain.")
    if isinstance(answer, autodiscover.Redirect):
        return Parsed(provider=_moved(about, answer))
    return Parsed(provider=_provider(about, incoming=(answer,)))


def _autodiscover_json(data: bytes, domain: str | None) -> Parsed:
    answer = autodiscover_json.parse(data)
    if answer is None:
        raise FormatError("The Autodiscover answer names no endpoint.")
    protocol, url = answer
    about = domain or _STAND_IN
    if protocol.lower() == autodiscover_json.AUTODISCOVER_V1.lower():
        provider = _moved(about, autodiscover.Redirect(url=url))
    else:
        server_type = autodiscover_json.type_of(protocol)
        if server_type is None:
            raise FormatError(f"{protocol[:40]!r} is no protocol of a mail program.", path="Protocol")
        server = _made(lambda: UrlServer(type=server_type, url=url, username=EMAIL_ADDRESS))
        provider = _provider(about, incoming=(server,))
    _needed(domain, "An endpoint of Autodiscover names no domain.")
    return Parsed(provider=provider)


READERS: Mapping[str, Callable[[bytes, str | None], Parsed]] = {
    "autodiscover": _autodiscover,
    "autodiscover-json": _autodiscover_json,
    "dns-json": zone_reading.parse_json,
    "mobileconfig": _mobileconfig,
    "mobilesync": _mobilesync,
    "mozilla": _mozilla,
    "pacc": _pacc,
    "toml": _toml,
    "zone": zone_reading.parse,
}


def redirect_of(answer: autodiscover.Redirect) -> AutodiscoverRedirect:
    """What an answer that sends elsewhere says about every mailbox. Raises ValueRefused."""
    if answer.url is not None:
        return AutodiscoverRedirect(url=answer.url)
    return AutodiscoverRedirect(domain=(answer.address or "").rpartition("@")[2])


def _moved(domain: str, answer: autodiscover.Redirect) -> Provider:
    return _provider(domain, autodiscover=_made(lambda: redirect_of(answer)))


def _provider(domain: str, **said: Any) -> Provider:
    """A provider of whom a document says nothing but this."""
    return Provider(id=domain, display_name=domain, short_name=domain, domains=(domain,), **said)


def _made(make: Callable[[], Any]) -> Any:
    try:
        return make()
    except ValueRefused as error:
        raise FormatError(str(error)) from None


def _needed(domain: str | None, sentence: str) -> str:
    if not domain:
        raise DomainNeeded(sentence)
    return domain


def _domain_of(address: EmailAddress | None) -> str | None:
    return None if address is None else address.domain


def _address_in(data: bytes) -> EmailAddress | None:
    """The address an answer is for: it says it, or somebody logs in with it. Raises XMLRefused."""
    root = xml.parse(data)
    names = ("autodiscoversmtpaddress", "emailaddress", "loginname")
    texts = {name: [xml.text_of(found) for found in root.iter() if _is(found, name)] for name in names}
    for text in (text for name in names for text in texts[name] if text and not has_placeholder(text)):
        with suppress(AddressError):
            return EmailAddress.parse(text)
    return None


def _is(element: xml.Element, name: str) -> bool:
    return xml.local_name(element).lower() == name
