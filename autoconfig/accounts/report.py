"""What came of logging in at one server: facts for JSON, words for people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from autoconfig.accounts.judgement import Outcome
from autoconfig.model import TcpServer

if TYPE_CHECKING:
    from autoconfig.model import AnyServer, Authentication


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One way that was tried."""

    method: str
    outcome: Outcome
    word: Authentication | None = None
    """The published word that it stands for."""
    said: str = ""
    """The server's own words, code first."""
    advice: str = ""
    spent: bool = False
    """Whether the server has seen what it can judge the secret by."""
    final: bool = False
    """Whether the secret must not be shown to any server of the account again."""
    remarks: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The JSON of one attempt."""
        return {"method": self.method, "outcome": str(self.outcome), "said": self.said or None}


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginReport:
    """The result at one server."""

    server: AnyServer
    outcome: Outcome
    method: str = ""
    """How the login went, or was tried last."""
    tls: str = ""
    """``TLSv1.3``; empty without encryption."""
    said: str = ""
    advice: str = ""
    """What to do, in one sentence; empty where all is well."""
    attempts: tuple[Attempt, ...] = ()
    remarks: tuple[str, ...] = ()
    elapsed_ms: int = 0

    @property
    def accepted(self) -> bool:
        """Whether the login is good."""
        return self.outcome is Outcome.ACCEPTED

    def as_dict(self) -> dict[str, Any]:
        """The JSON of one server's result."""
        server = self.server
        place: dict[str, Any] = (
            {"hostname": server.hostname, "port": server.port, "socket_type": str(server.socket_type)}
            if isinstance(server, TcpServer)
            else {"url": server.url}
        )
        return {
            "type": str(server.type),
            **place,
            "username": server.username,
            "outcome": str(self.outcome),
            "method": self.method or None,
            "tls": self.tls or None,
            "said": self.said or None,
            "advice": self.advice or None,
            "attempts": [attempt.as_dict() for attempt in self.attempts],
            "remarks": list(self.remarks),
            "elapsed_ms": self.elapsed_ms,
        }
