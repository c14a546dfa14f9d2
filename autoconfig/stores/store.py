"""What every store of providers can do, whatever holds them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable

    from autoconfig.model import Provider, Remark


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A provider and where it stands."""

    provider: Provider
    source: str
    """The path of its file, or the address of its database."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How a store is: what it serves, and what is wrong with it."""

    source: str
    usable: bool
    """Whether it can answer at all."""
    providers: int
    domains: int
    problems: tuple[Remark, ...] = ()
    """What an operator must mend: files left out, or served in an older version."""
    remarks: tuple[Remark, ...] = ()
    """What is odd about documents that are served all the same."""


class Store(Protocol):
    """A source of providers. Look-ups are safe from many threads and take A-labels in lower case."""

    @property
    def version(self) -> int:
        """A number that grows whenever an answer may have changed."""

    def find(self, domain: str) -> Entry | None:
        """The provider of a mail domain, or of an MX domain by its name."""

    def find_by_mx(self, mx_domain: str) -> Entry | None:
        """The provider whose MX hosts stand under that domain: it serves its customers' domains too."""

    def entries(self) -> Iterable[Entry]:
        """Every provider, in a stable order."""

    def health(self) -> tuple[Health, ...]:
        """The state of the store, or of each store of a chain; reads the source."""

    def watch(self) -> None:
        """Start to follow changes of the source in the background."""

    def close(self) -> None:
        """Stop following changes and let go of connections."""
