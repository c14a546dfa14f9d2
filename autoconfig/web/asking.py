"""What a client asks for: an address, or a domain by the host name it used.

Clients disagree on spelling, so that nearly everything is forgiven: parameter names in any case, ``+``
that arrived as a space, an ``@`` encoded twice, an address that is missing altogether.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import parse_qsl

from flask import Request
from werkzeug.utils import cached_property

from autoconfig.errors import AddressError, DomainError
from autoconfig.model import EmailAddress, normalize_domain
from autoconfig.web.paths import POX_PATH

if TYPE_CHECKING:
    from werkzeug.datastructures import MultiDict

HOST_PREFIXES = ("autoconfig.", "autodiscover.", "ua-auto-config.")
"""What clients put before a mail domain to find us."""

OUR_PREFIX = "autoconfig."
"""How the names begin that we give to entries of an environment."""
ADDRESS_ASKED = f"{OUR_PREFIX}address"
"""In the environment of a request: the address that its body names, for a log that never sees bodies."""
PROTOCOL_ASKED = f"{OUR_PREFIX}protocol"
"""There too: the protocol, where the path alone does not say it."""
STORE_DOWN = f"{OUR_PREFIX}store-down"
"""There too: the StoreDown that a look into the store has ended with."""
NOT_PLAIN = f"{OUR_PREFIX}not-plain"
"""There too, once a request was found to be none that is answered before Flask: when that look at it began.

By ``time.perf_counter``: what the request took begins there.
"""

_PORT = re.compile("[0-9]{0,5}")

_ADDRESS_NAMES = ("emailaddress", "email")


class AnyBytesRequest(Request):
    """A request whose query may hold any bytes: what is not UTF-8 reads as U+FFFD, which no address has."""

    @cached_property
    def args(self) -> MultiDict[str, str]:
        """The parameters. werkzeug's own reading fails on raw bytes and takes ``%FF`` for three letters."""
        query = self.query_string.decode("utf-8", "replace")
        return self.parameter_storage_class(parse_qsl(query, keep_blank_values=True))


class AskedHost(NamedTuple):
    """The mail domain a host name stands for, and whether the name was made for us."""

    domain: str
    prefixed: bool


class Asked(NamedTuple):
    """Whose settings are wanted."""

    address: EmailAddress | None
    domain: str
    mx_domain: str | None
    """The domain whose host was asked on behalf of a customer: it may answer for a domain nobody lists."""


def asked(arguments: MultiDict[str, str], host: str) -> Asked | None:
    """Take the domain from the address, else from the Host header; None where neither names one.

    Raises AddressError for an address that is none.
    """
    return asked_by(address_of(arguments), host)


def asked_by(address: EmailAddress | None, host: str) -> Asked | None:
    """The same for an address that is read already."""
    by_host = host_domain(host)
    if address is None:
        return None if by_host is None else Asked(None, by_host.domain, None)
    mx_domain = by_host.domain if by_host is not None and by_host.prefixed else None
    return Asked(address, address.domain, mx_domain)


def parameter(arguments: MultiDict[str, str], *names: str) -> str | None:
    """The first non-empty parameter of one of the names, whatever their case."""
    for key, value in arguments.items(multi=True):
        if key.lower() in names and value.strip():
            return value
    return None


def address_of(arguments: MultiDict[str, str]) -> EmailAddress | None:
    """The address among the parameters, None where there is none. Raises AddressError."""
    text = parameter(arguments, *_ADDRESS_NAMES)
    return None if text is None else forgiving_address(text)


def forgiving_address(text: str) -> EmailAddress:
    """Read an address as it comes out of a query or a path. Raises AddressError."""
    text = text.rstrip()
    if "\ufffd" in text:
        raise AddressError("The address is not UTF-8.")
    if "@" not in text:
        # Thunderbird once encoded the @ twice.
        text = text.replace("%40", "@")
    if not text.startswith('"'):
        # Nextcloud and FairEmail send the address as it is: + means a space in a query.
        local_part, at, domain = text.rpartition("@")
        text = local_part.replace(" ", "+") + at + domain
    return EmailAddress.parse(text)


def host_domain(host: str) -> AskedHost | None:
    """The mail domain of a Host header: port and our prefix taken off; None for addresses and nonsense."""
    split = host_and_port(host)
    if split is None:
        return None
    domain, _ = split
    for prefix in HOST_PREFIXES:
        if domain.startswith(prefix) and len(domain) > len(prefix):
            return AskedHost(domain.removeprefix(prefix), True)
    return AskedHost(domain, False)


def autodiscover_domain(host: str) -> str | None:
    """The mail domain D of a Host header ``autodiscover.D``; None for every other host."""
    split = host_and_port(host)
    prefix, dot, domain = ("", "", "") if split is None else split[0].partition(".")
    return domain if dot and prefix == "autodiscover" else None


def host_and_port(host: str) -> tuple[str, str] | None:
    """The name in a Host header, folded, and the port, empty where none is said; None for nonsense."""
    name, _, port = host.strip().partition(":")
    if _PORT.fullmatch(port) is None:
        return None
    try:
        return normalize_domain(name), port
    except DomainError:
        return None


def pox_url(base_url: str | None, host: str, domain: str) -> str:
    """Where POX is asked about a domain: at the public URL, else where the client reached us.

    In https, Outlook follows nothing else.
    """
    if base_url is not None:
        return f"{base_url}{POX_PATH}"
    split = host_and_port(host)
    name, port = split or (f"autodiscover.{domain}", "")
    return f"https://{name}:{port}{POX_PATH}" if port else f"https://{name}{POX_PATH}"
