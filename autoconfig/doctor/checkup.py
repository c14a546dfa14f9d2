"""The result of a visit: what each program will do, what to mend, and what everybody says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from autoconfig.doctor.fixes import Fix, Problem, Severity, fix_for
from autoconfig.doctor.predict import shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from autoconfig.doctor.predict import Prediction
    from autoconfig.doctor.sources import Source

_WORST_FIRST = tuple(Severity)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkup:
    """Everything that was found out about a domain."""

    domain: str
    predictions: tuple[Prediction, ...]
    fixes: tuple[Fix, ...]
    """Worst first."""
    sources: tuple[Source, ...] = ()
    servers: tuple[Mapping[str, Any], ...] = ()
    """What the probed mail servers said; empty where none was asked."""
    elapsed_ms: int = 0
    offline: str = ""
    """Why nobody could be asked; empty where somebody was."""

    @property
    def healthy(self) -> bool:
        """Whether there is nothing to mend; notes do not count."""
        return not any(fix.severity is not Severity.NOTE for fix in self.fixes)

    def as_dict(self) -> dict[str, Any]:
        """The JSON of ``autoconfig check``."""
        return {
            "domain": self.domain,
            "healthy": self.healthy,
            "elapsed_ms": self.elapsed_ms,
            "clients": [prediction.as_dict() for prediction in self.predictions],
            "fixes": [fix.as_dict() for fix in self.fixes],
            "sources": [source.as_dict() for source in self.sources],
            "servers": [dict(server) for server in self.servers],
        }


def fixes_of(predictions: Iterable[Prediction], others: Iterable[Problem], domain: str) -> tuple[Fix, ...]:
    """One fix for each code and place, with the programs it concerns, worst first."""
    problems: dict[tuple[str, str], Problem] = {}
    clients: dict[tuple[str, str], list[str]] = {}
    for prediction in predictions:
        for problem in prediction.problems:
            key = (problem.code, shown(problem.where))
            known = problems.get(key)
            # What stops one program is not healed by what leads another on.
            if known is None or (known.heals and not problem.heals):
                problems[key] = problem
            if not problem.heals and prediction.name not in clients.setdefault(key, []):
                clients[key].append(prediction.name)
    for problem in others:
        problems.setdefault((problem.code, shown(problem.where)), problem)
    fixes = [
        fix_for(
            Problem(problem.code, shown(problem.where), problem.why, problem.heals),
            domain,
            clients=tuple(clients.get(key, ())),
        )
        for key, problem in problems.items()
    ]
    return tuple(
        sorted(fixes, key=lambda fix: (_WORST_FIRST.index(fix.severity), -len(fix.clients), fix.code))
    )
