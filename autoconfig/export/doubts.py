"""Which domains may only seem to be gone, because the file they stand in cannot be read just now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from autoconfig.stores import Health


@dataclass(frozen=True)
class Doubts:
    """What is wrong with a store, and whose domains must therefore stay as they were."""

    problems: tuple[str, ...]
    unreadable: frozenset[str]
    """Sources that cannot be read."""
    readable: frozenset[str] | None
    """Sources that can, where any other may be the old name of one that cannot; None where none may."""
    all: bool = False
    """Whether a whole store is out of reach."""

    @classmethod
    def of(
        cls, health: Iterable[Health], readable: Collection[str], is_known: Callable[[str], bool]
    ) -> Doubts:
        """Judge the health of a store; ``is_known`` tells whether domains of the tree came from a source."""
        health = tuple(health)
        problems = [problem for store in health for problem in store.problems]
        unreadable = frozenset(problem.source for problem in problems) - frozenset(readable)
        # A file that was renamed and broken at once: its domains are known by its old name.
        strange = any(not is_known(source) for source in unreadable)
        return cls(
            tuple(str(problem) for problem in problems),
            unreadable,
            frozenset(readable) if strange else None,
            not all(store.usable for store in health),
        )

    def about(self, source: str) -> bool:
        """Whether the domains that came from a source may be served again once it is mended."""
        is_moved = self.readable is not None and source not in self.readable
        return self.all or source in self.unreadable or is_moved

    def consequence(self, kept: int) -> str:
        """What became of the domains that stay, in one sentence."""
        domains = "1 domain stays as it was" if kept == 1 else f"{kept} domains stay as they were"
        return f"{domains} until that is mended."
