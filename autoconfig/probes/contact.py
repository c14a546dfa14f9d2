"""The prober's side of one look at a mail server: its time, its turns, its connections, what it has seen."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from autoconfig.net.mail import open_session
from autoconfig.probes.facts import TcpFacts
from autoconfig.probes.tools import Budget

if TYPE_CHECKING:
    import ssl

    from autoconfig.model import SocketType, TcpServer
    from autoconfig.net.mail import MailSession
    from autoconfig.probes.facts import NameFacts
    from autoconfig.probes.tools import Tools


class Contact:
    """What the parts of a look share. ``address`` is the one that is asked more than once."""

    def __init__(self, tools: Tools, server: TcpServer, names: NameFacts, address: str) -> None:
        self.tools = tools
        self.address = address
        self.budget = Budget(tools.limit)
        self.facts = TcpFacts(
            type=server.type,
            host=server.hostname,
            port=server.port,
            socket_type=server.socket_type,
            names=names,
            at=tools.now(),
        )
        self._sessions: list[MailSession] = []

    def see(self, **facts: Any) -> None:
        """Write down what is seen."""
        self.facts = replace(self.facts, **facts)

    async def turn(self) -> None:
        """Wait until the server may be connected to again."""
        self.budget.forgive(await self.tools.pacer.turn((self.facts.host, self.address)))

    async def open(
        self,
        context: ssl.SSLContext,
        *,
        address: str | None = None,
        port: int | None = None,
        socket_type: SocketType | None = None,
        timeout: float | None = None,
    ) -> MailSession:
        """A session as published, or on another address or port. Raises SessionFailed and OutOfTime."""
        facts = self.facts
        session = await open_session(
            self.tools.connector,
            facts.type,
            facts.host,
            port or facts.port,
            socket_type or facts.socket_type,
            context=context,
            timeout=timeout or self.budget.step(self.tools.step),
            address=address or self.address,
        )
        self._sessions.append(session)
        return session

    def close(self) -> None:
        """Leave every session, also where the look was given up in the middle."""
        for session in self._sessions:
            session.abort()
