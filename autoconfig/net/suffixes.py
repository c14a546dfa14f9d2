"""Public suffixes: where one owner's names end and everybody's begin.

A mail client that asked one level too high gave away 372,072 passwords in 2021. Nothing is ever asked at or
above a public suffix.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from autoconfig.model import TcpServer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from publicsuffixlist import PublicSuffixList

    from autoconfig.model import AnyServer


# RFC 6761, 6762, 7686, 8375, 9476, and "internal" as ICANN resolved on 2024-07-29.
_SPECIAL_USE = tuple(
    f".{name}"
    for name in (
        *("test", "example", "invalid", "localhost", "local", "onion", "alt", "internal"),
        *("home.arpa", "in-addr.arpa", "ip6.arpa"),
    )
)


def registrable_domain(name: str) -> str | None:
    """The name somebody registered that a host or domain belongs to; None for a public suffix itself.

    An IPv4 address belongs to nobody.
    """
    if name.rpartition(".")[2].isdigit():
        return None
    found = _suffixes().privatesuffix(name)
    return str(found) if found is not None else None


def is_public_suffix(name: str) -> bool:
    """Whether names below belong to different people: ``co.uk``, ``github.io``, every single label."""
    return bool(_suffixes().is_public(name))


def mx_domains(exchange: str, domain: str) -> tuple[str, ...]:
    """The domains an MX host stands for: its name less the first label, and its registrable domain.

    Never the mail domain itself, which is asked anyway, and never a public suffix
    (draft-ietf-mailmaint-autoconfig-06 §4).
    """
    candidates = (exchange.partition(".")[2], registrable_domain(exchange) or "")
    return tuple(
        dict.fromkeys(
            name for name in candidates if name and name != domain and registrable_domain(name) is not None
        )
    )


def is_special_use(name: str) -> bool:
    """Whether the public DNS has no such name: one label alone, or below a name that is reserved."""
    return "." not in name or f".{name}".endswith(_SPECIAL_USE)


def to_confirm(servers: Iterable[AnyServer], domain: str) -> tuple[str, ...]:
    """The registrable domains of servers that are not the address's own, each once."""
    own = registrable_domain(domain) or domain
    hosts = (
        server.hostname if isinstance(server, TcpServer) else urlsplit(server.url).hostname or ""
        for server in servers
    )
    bases = (registrable_domain(host) or host for host in hosts)
    return tuple(dict.fromkeys(base for base in bases if base != own))


@cache
def _suffixes() -> PublicSuffixList:
    from publicsuffixlist import PublicSuffixList  # here: reading the list takes a tenth of a second

    return PublicSuffixList()
