"""Who looks on while a resolution runs: the live lines of the command, say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from autoconfig.resolver.methods.step import Step
    from autoconfig.resolver.outcome import Outcome
    from autoconfig.resolver.resolution import Asked


class Watcher(Protocol):
    """Is told what happens as it happens; called inside the race, so that it must be quick."""

    def begun(self, steps: Sequence[Step]) -> None:
        """These steps start now, all at once."""

    def asked(self, line: Asked) -> None:
        """A question of some step is over; told once more where its answer turned out to be of no use."""

    def settled(self, step: Step, outcome: Outcome) -> None:
        """A step has its outcome; a step that is given up never has."""
