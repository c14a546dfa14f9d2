"""A store of one provider, whatever domain is asked: settings found elsewhere, to be published as our own."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from autoconfig.stores.store import Entry, Health


class SingleStore:
    """One entry that never changes."""

    version = 0

    def __init__(self, entry: Entry) -> None:
        self._entry = entry

    def find(self, _domain: str) -> Entry | None:
        """The one entry."""
        return self._entry

    def find_by_mx(self, _mx_domain: str) -> Entry | None:
        """Nothing: every domain is listed."""
        return None

    def entries(self) -> Iterable[Entry]:
        """The one entry."""
        return (self._entry,)

    def health(self) -> tuple[Health, ...]:
        """Nothing that could be wrong."""
        return ()

    def watch(self) -> None:
        """Nothing changes."""

    def close(self) -> None:
        """Nothing is open."""
