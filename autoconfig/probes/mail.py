"""A mail server, looked at: every address is greeted, one conversation is held, what is odd is looked into.

Nothing is believed here, so that a bad certificate does not end the look; and nothing secret is ever sent.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from autoconfig.errors import NetworkError
from autoconfig.model import ServerType, SocketType
from autoconfig.net.mail import Fault, SessionFailed, Stage, knock, open_session
from autoconfig.probes.encryption import tls_facts
from autoconfig.probes.facts import OLD_VERSIONS, Attempt, Elsewhere, Failure, Spoken, TcpFacts
from autoconfig.probes.spoken import protocol_of
from autoconfig.probes.tools import Budget, OutOfTime

if TYPE_CHECKING:
    import ssl
    from collections.abc import Mapping

    from autoconfig.model import TcpServer
    from autoconfig.net.mail import MailSession
    from autoconfig.probes.facts import NameFacts
    from autoconfig.probes.tools import Tools

_SSL, _STARTTLS = SocketType.SSL, SocketType.STARTTLS
_PLACES: Mapping[ServerType, tuple[tuple[int, SocketType], ...]] = {
    ServerType.IMAP: ((993, _SSL), (143, _STARTTLS)),
    ServerType.POP3: ((995, _SSL), (110, _STARTTLS)),
    ServerType.SMTP: ((465, _SSL), (587, _STARTTLS)),
    ServerType.MANAGESIEVE: ((4190, _STARTTLS),),
}
"""Where each service usually is."""

EARLY = 0.3
"""Seconds for an answer to what was sent before TLS; it would come with the end of the handshake."""
KNOCK = 3.0
"""Seconds for hearing what else may speak there."""
ELSEWHERE = 3.0
"""Seconds for another port: it is only a hint."""

_PLAIN_TEXT = frozenset(
    {
        "WRONG_VERSION_NUMBER",
        "UNKNOWN_PROTOCOL",
        "PACKET_LENGTH_TOO_LONG",
        "HTTP_REQUEST",
        "HTTPS_PROXY_REQUEST",
    }
)
"""What OpenSSL says when the other side does not speak TLS."""
_FURTHEST = (Stage.CONNECTION, Stage.TLS, Stage.GREETING)


class MailProbe:
    """One look at one server."""

    def __init__(self, tools: Tools, server: TcpServer, names: NameFacts, addresses: tuple[str, ...]) -> None:
        self._tools = tools
        self._addresses = addresses
        self._address = addresses[0]
        self._budget = Budget(tools.limit)
        self._facts = TcpFacts(
            type=server.type,
            host=server.hostname,
            port=server.port,
            socket_type=server.socket_type,
            names=names,
            at=tools.now(),
        )

    async def run(self) -> TcpFacts:
        """Look at the server, as far as time allows."""
        try:
            session = await self._first_contact()
            if session is not None:
                await self._converse(session)
            await self._diagnose()
            if self._tools.own and self._facts.tls is not None:
                await self._ask_for_old_tls()
                await self._speak_early()
        except OutOfTime:
            self._see(cut_short=True)
        return self._facts

    def _see(self, **facts: Any) -> None:
        self._facts = replace(self._facts, **facts)

    # The first look

    async def _first_contact(self) -> MailSession | None:
        """Be greeted at every address; the session with the first that does so."""
        met = await asyncio.gather(*map(self._attempt, self._addresses))
        self._budget.forgive(max(waited for _, _, waited in met))
        self._see(attempts=tuple(attempt for attempt, _, _ in met))
        sessions = [session for _, session, _ in met if session is not None]
        await asyncio.gather(*(session.aclose() for session in sessions[1:]))
        if sessions:
            self._address = sessions[0].address
            return sessions[0]
        failed = [attempt for attempt, _, _ in met if attempt.failure is not None]
        furthest = max(failed, key=lambda attempt: _distance(attempt.failure))
        self._address = furthest.address
        self._see(failure=furthest.failure)
        return None

    async def _attempt(self, address: str) -> tuple[Attempt, MailSession | None, float]:
        waited = await self._tools.pacer.turn((self._facts.host, address))
        try:
            session = await self._open(
                address, self._facts.port, self._facts.socket_type, self._tools.contexts.verifying
            )
        except SessionFailed as error:
            if error.tls is not None:
                self._see(tls=tls_facts(error.tls, self._facts.host))
            return Attempt(address=address, failure=Failure.of(error)), None, waited
        attempt = Attempt(
            address=address, connected_after=session.connected_after, greeted_after=session.greeted_after
        )
        return attempt, session, waited

    async def _open(
        self,
        address: str,
        port: int,
        socket_type: SocketType,
        context: ssl.SSLContext,
        *,
        most: float | None = None,
    ) -> MailSession:
        facts, timeout = self._facts, self._budget.step(most or self._tools.step)
        return await open_session(
            self._tools.connector,
            facts.type,
            facts.host,
            port,
            socket_type,
            context=context,
            timeout=timeout,
            address=address,
        )

    async def _turn(self) -> None:
        self._budget.forgive(await self._tools.pacer.turn((self._facts.host, self._address)))

    # The conversation

    async def _converse(self, session: MailSession, *, past: Failure | None = None) -> None:
        """Ask what is offered before TLS and with it; ``past`` is why a verifying handshake failed."""
        try:
            self._see(greeting=session.greeting, apop=getattr(session, "has_timestamp", False))
            if session.tls is None:
                self._see(before=await session.capabilities())
                await self._upgrade(session)
            if session.tls is not None:
                self._see_tls(session, past)
                self._see(after=await session.capabilities())
        except SessionFailed as error:
            if past is None:
                self._see(failure=Failure.of(error))
        finally:
            await session.aclose()

    async def _upgrade(self, session: MailSession) -> None:
        """STARTTLS, where it is published and not plainly absent."""
        before = self._facts.before
        if self._facts.socket_type is not _STARTTLS or before is None:
            return
        if before.starttls or (session.server_type is ServerType.POP3 and not before.words):
            await session.start_tls()

    def _see_tls(self, session: MailSession, past: Failure | None) -> None:
        assert session.tls is not None
        code, reason = (0, "") if past is None else (past.verify_code, past.reason)
        self._see(tls=tls_facts(session.tls, self._facts.host, verify_code=code, problem=reason))

    async def _look_past(self, failure: Failure) -> None:
        """Once more without asking for a certificate or for a version that is still good."""
        await self._turn()
        try:
            context = self._tools.contexts.lenient
            session = await self._open(self._address, self._facts.port, self._facts.socket_type, context)
        except SessionFailed:
            return
        await self._converse(session, past=failure)

    # What is odd

    async def _diagnose(self) -> None:
        """Look into why the published way ended."""
        failure = self._facts.failure
        if failure is not None and failure.fault is Fault.CERTIFICATE:
            await self._look_past(failure)
        elif failure is not None and failure.stage is Stage.TLS:
            await self._diagnose_tls(failure)
        elif failure is not None and failure.stage is Stage.GREETING:
            await self._diagnose_greeting(failure)
        if self._is_missing_here():
            await self._look_elsewhere()

    async def _diagnose_tls(self, failure: Failure) -> None:
        """Not TLS at all, or not one that is still good?"""
        at_once = self._facts.socket_type is _SSL
        if at_once and failure.reason in _PLAIN_TEXT:
            await self._knock(tls=False)
            return
        await self._look_past(failure)
        if at_once and self._facts.tls is None:
            await self._knock(tls=False)

    async def _diagnose_greeting(self, failure: Failure) -> None:
        """Something else was said, or nothing."""
        if failure.fault is Fault.ENDLESS:
            return
        said = failure.said.encode("latin-1")
        if failure.fault is Fault.UNEXPECTED:
            self._see(
                spoken=Spoken(protocol=protocol_of(said), tls=self._facts.tls is not None, said=failure.said)
            )
        if protocol_of(said) in ("", "tls"):
            await self._knock(tls=True)
        if self._facts.socket_type is not _SSL and self._facts.spoken is None:
            await self._knock(tls=False)

    async def _knock(self, *, tls: bool) -> None:
        await self._turn()
        facts, contexts = self._facts, self._tools.contexts
        try:
            heard = await knock(
                self._tools.connector,
                facts.host,
                facts.port,
                context=contexts.lenient if tls else None,
                address=self._address,
                patience=self._budget.step(min(KNOCK / 2, self._tools.step)),
                timeout=self._budget.step(min(KNOCK, self._tools.step)),
            )
        except NetworkError:
            return
        protocol = protocol_of(heard.said)
        if heard.asked and protocol != "http":
            # Any server may say something to a request that it does not understand.
            protocol = ""
        if protocol or (heard.said and not heard.asked) or (tls and facts.socket_type is not _SSL):
            said = heard.said.decode("latin-1")
            self._see(spoken=Spoken(protocol=protocol, tls=tls, said=said))

    def _is_missing_here(self) -> bool:
        """Whether the service is not at the published port, as far as one can see."""
        facts, failure = self._facts, self._facts.failure
        if failure is None or failure.stage is Stage.STARTTLS:
            return facts.tls is None and facts.socket_type is _STARTTLS
        if failure.stage not in _FURTHEST or (failure.stage is Stage.TLS and facts.tls is not None):
            return False
        return facts.spoken is None or facts.spoken.protocol != facts.type

    async def _look_elsewhere(self) -> None:
        """See whether the service answers on another of its usual ports."""
        places = [place for place in _PLACES[self._facts.type] if place[0] != self._facts.port]
        for port, socket_type in places:
            await self._turn()
            try:
                session = await self._open(
                    self._address, port, socket_type, self._tools.contexts.lenient, most=ELSEWHERE
                )
            except SessionFailed:
                continue
            await session.aclose()
            self._see(elsewhere=Elsewhere(port=port, socket_type=socket_type))
            return

    # What only one's own servers are asked

    async def _ask_for_old_tls(self) -> None:
        facts = self._facts
        if facts.tls is None or facts.tls.version in OLD_VERSIONS:
            return
        await self._turn()
        try:
            session = await self._open(self._address, facts.port, facts.socket_type, self._tools.contexts.old)
        except SessionFailed:
            return
        try:
            if session.tls is None:
                await session.start_tls()
            self._see(old_tls=session.tls.version if session.tls is not None else "")
        except SessionFailed:
            pass
        finally:
            await session.aclose()

    async def _speak_early(self) -> None:
        """Send a command before TLS, and see whether it is obeyed after it."""
        facts = self._facts
        if facts.socket_type is not _STARTTLS:
            return
        await self._turn()
        context = self._tools.contexts.lenient
        try:
            session = await self._open(self._address, facts.port, facts.socket_type, context)
        except SessionFailed:
            return
        try:
            self._see(pipelined=await session.obeys_early(EARLY))
        except SessionFailed:
            pass  # a server that breaks off over this does right
        finally:
            session.abort()


def _distance(failure: Failure | None) -> int:
    """How far a conversation came."""
    return -1 if failure is None else _FURTHEST.index(failure.stage)
