"""The report on one server: what was published, what was seen, what is wrong."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Any

from autoconfig.model import TcpServer
from autoconfig.probes.findings import Severity

if TYPE_CHECKING:
    from autoconfig.model import AnyServer
    from autoconfig.probes.facts import Facts
    from autoconfig.probes.findings import ServerFinding


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerReport:
    """One published server. ``facts`` is None where nobody could look."""

    server: AnyServer
    facts: Facts | None
    findings: tuple[ServerFinding, ...] = ()
    """The worst first."""
    elapsed: float = 0.0
    """Seconds that the look took; 0 where it had been taken before."""

    @property
    def worst(self) -> Severity | None:
        """The severity of the worst finding; None where all is well."""
        return self.findings[0].severity if self.findings else None

    @property
    def reached(self) -> bool:
        """Whether anybody answered at all, a name server included."""
        if self.facts is None:
            return False
        if self.facts.names.heard:
            return True
        return any(attempt.failure is None or attempt.failure.answered for attempt in self.facts.attempts)

    def as_dict(self) -> dict[str, Any]:
        """The JSON of a report."""
        server = self.server
        place = (
            {"hostname": server.hostname, "port": server.port, "socket_type": str(server.socket_type)}
            if isinstance(server, TcpServer)
            else {"url": server.url}
        )
        return {
            "type": str(server.type),
            **place,
            "authentication": [str(way) for way in server.authentication],
            "reached": self.reached,
            "verdict": str(self.worst or "ok"),
            "findings": [finding.as_dict() for finding in self.findings],
            "facts": _plain(self.facts),
        }


def _plain(value: Any) -> Any:
    """A value as JSON has it."""
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, float):
        return round(value, 4)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {entry.name: _plain(getattr(value, entry.name)) for entry in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(inner) for inner in value]
    return value
