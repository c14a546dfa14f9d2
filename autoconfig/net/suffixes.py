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
