"""What every store of providers can do, whatever holds them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from autoconfig.model import EmailAddress, Provider, Remark


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A provider and where it stands."""

    provider: Provider
    source: str
    """The path of its file, or the address of its database."""
    domains: Callable[[], Iterable[str]] | None = None
    """Streams the mail domains where they are too many for the provider to hold; None where it holds them."""
    mailbox: Callable[[EmailAddress], Provider] | None = None
    """Looks up the settings of one mailbox, where they depend on it; None where they never do."""

    def provider_for(self, address: EmailAddress | None) -> Provider:
        """The settings of one mailbox, placeholders left in; those of any mailbox where none is given."""
        return self.provider if self.mailbox is None or address is None else self.mailbox(address)

    def all_domains(self) -> Iterable[str]:
        """Every mail domain, perhaps a million of them. Raises StoreDown."""
        return self.provider.domains if self.domains is None else self.domains()


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
    age: float | None = None
    """Seconds since the source last answered; None for a store that asks nobody."""
    stale: int = 0
    """Look-ups of this process that were answered by what was kept, because the source did not answer."""
    errors: int = 0
    """Look-ups of this process that the source failed."""
    hits: int = 0
    """Look-ups of this process answered by what is kept and fresh."""
    questions: int = 0
    """Look-ups of this process that the source answered."""
    seconds: float = 0.0
    """Seconds these took, all together."""


class Store(Protocol):
    """A source of providers. Look-ups are safe from many threads and take A-labels in lower case.

    They raise StoreDown where the source does not answer and nothing is kept of what was asked.
    """

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
