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

    Suffixes of companies (``github.io``) count: below them the names belong to different people. An IPv4
    address belongs to nobody.
    """
    if name.rpartition(".")[2].isdigit():
        return None
    found = _whole_list().privatesuffix(name)
    return str(found) if found is not None else None


def is_public_suffix(name: str) -> bool:
    """Whether the name is one that registries hand out names under (``co.uk``), or a top-level label."""
    return bool(_registries().is_public(name))


@cache
def _whole_list() -> PublicSuffixList:
    return _load(only_icann=False)


@cache
def _registries() -> PublicSuffixList:
    return _load(only_icann=True)


def _load(*, only_icann: bool) -> PublicSuffixList:
    from publicsuffixlist import PublicSuffixList  # here: reading the list takes a tenth of a second

    return PublicSuffixList(only_icann=only_icann)
