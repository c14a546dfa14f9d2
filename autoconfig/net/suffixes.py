"""Public suffixes: where one owner's names end and everybody's begin.

A mail client that asked one level too high gave away 372,072 passwords in 2021. Nothing is ever asked at or
above a public suffix.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList


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


@cache
def _suffixes() -> PublicSuffixList:
    from publicsuffixlist import PublicSuffixList  # here: reading the list takes a tenth of a second

    return PublicSuffixList()
