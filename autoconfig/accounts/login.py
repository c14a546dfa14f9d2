"""Logging in at the servers of an account: encrypted, in the published order, with one guess."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from autoconfig.accounts.attempt import Attempted
from autoconfig.accounts.guesses import Guesses, Turn
from autoconfig.accounts.judgement import Outcome
from autoconfig.accounts.report import Attempt, LoginReport
from autoconfig.accounts.ways import WITHOUT_LOGIN, Wanted, Way, offered, what_to_publish, why_none
from autoconfig.errors import NetworkError
from autoconfig.model import SocketType, TcpServer
from autoconfig.net.mail import Fault, SessionFailed, StartTlsRefused, open_session

if TYPE_CHECKING:
    import ssl
    from collections.abc import Sequence

    from autoconfig.accounts.guesses import Account, Refusals
    from autoconfig.accounts.keys import Keys
    from autoconfig.net.connections import Connector
    from autoconfig.net.mail import Capabilities, MailSession

TIMEOUT = 45.0
"""Seconds for one server to be reached, and again for it to decide."""
PATIENCE = 25.0
"""Seconds for one answer: many keep whoever gives a wrong password waiting, longer each time."""

_CERTIFICATE = (
    "Nothing was sent. Check the host name; if it is right, the provider must mend its certificate."
)
_PLAIN = "Nothing was sent: anybody on the way could read the password. Look for a port with TLS."
_DOWN = "Check host name and port; if they are right, try again later."
_GIVE_ONE = "Give one: a password when asked, a token by --token-command or --sign-in."
_FORCE = "Nothing was sent; --allow-plaintext sends the password where anybody on the way can read it."


class Login:
    """Logs in at servers of one account. One event loop only."""

    def __init__(
        self,
        connector: Connector,
        keys: Keys,
        *,
        context: ssl.SSLContext,
        method: Wanted | None = None,
        allow_plaintext: bool = False,
        timeout: float = TIMEOUT,
        refusals: Refusals | None = None,
    ) -> None:
        self._connector = connector
        self._keys = keys
        self._context = context
        self._method = method
        self._allow_plaintext = allow_plaintext
        self._timeout = timeout
        self.guesses = Guesses(refusals)

    async def at(self, server: TcpServer, turn: Turn | None = None) -> LoginReport:
        """Log in and say what came of it; never raises for what a server or the network does.

        Servers are connected to side by side, but an account's secret is shown to one at a time, by ``turn``.
        """
        loop = asyncio.get_running_loop()
        started = loop.time()
        with turn or self.guesses.line_up(server.hostname, server.username or "") as mine:
            try:
                report = await self._visited(server, mine)
            except TimeoutError:
                said = f"{server.hostname}:{server.port} took longer than {self._timeout:g} seconds."
                report = LoginReport(server=server, outcome=Outcome.DOWN, said=said, advice=_DOWN)
            except NetworkError as error:
                report = _broken(server, error)
        return replace(report, elapsed_ms=round((loop.time() - started) * 1000))

    async def _visited(self, server: TcpServer, turn: Turn) -> LoginReport:
        if not server.secure and not self._allow_plaintext:
            said = f"{server.hostname}:{server.port} is without encryption."
            return LoginReport(server=server, outcome=Outcome.NO_ENCRYPTION, said=said, advice=_FORCE)
        async with asyncio.timeout(self._timeout):
            session = await self._open(server)
        try:
            async with asyncio.timeout(self._timeout):
                capabilities = await session.capabilities()
            tls = session.tls.version if session.tls else ""
            report = await self._asked(server, session, capabilities, turn)
            return replace(report, tls=tls)
        finally:
            await session.aclose()

    async def _open(self, server: TcpServer) -> MailSession:
        session = await open_session(
            self._connector,
            server.type,
            server.hostname,
            server.port,
            server.socket_type,
            context=self._context,
            timeout=PATIENCE,
        )
        if server.socket_type is SocketType.STARTTLS:
            try:
                await session.start_tls()
            except BaseException:
                await session.aclose()
                raise
        return session

    async def _asked(
        self, server: TcpServer, session: MailSession, capabilities: Capabilities, turn: Turn
    ) -> LoginReport:
        wanted = self._method or Wanted(server.authentication)
        if not wanted.ways() and WITHOUT_LOGIN.intersection(server.authentication):
            return LoginReport(server=server, outcome=Outcome.ACCEPTED, method="no login")
        here = offered(
            wanted.ways(), server.type, capabilities, apop=getattr(session, "has_timestamp", False)
        )
        ways = [way for way in here if self._keys.has(way)]
        if not ways:
            return LoginReport(
                server=server,
                outcome=Outcome.METHOD_REFUSED,
                said=why_none(wanted, capabilities, here, self._keys),
                advice=_GIVE_ONE if here else "" if self._method else what_to_publish(wanted, capabilities),
            )
        await turn.come()
        async with asyncio.timeout(self._timeout):
            return await self._tried(server, session, ways, capabilities, turn.account)

    async def _tried(
        self,
        server: TcpServer,
        session: MailSession,
        ways: Sequence[Way],
        capabilities: Capabilities,
        account: Account,
    ) -> LoginReport:
        """Way after way, until one is accepted or the secret has been judged."""
        attempts: list[Attempt] = []
        shown: set[bool] = set()
        held: MailSession | None = session
        for way in ways:
            if way.by_token in shown or account.refused_by(token=way.by_token) is not None:
                continue
            current = held or await self._open(server)
            try:
                attempted = Attempted(current, server.username or "", capabilities.mechanisms)
                attempt = await attempted.by(way, self._keys.of(way))
            finally:
                if current is not session:
                    await current.aclose()
            held = None  # a server that has said no may be cross with this connection
            attempts.append(attempt)
            if attempt.spent:
                shown.add(way.by_token)
            if attempt.final:
                account.refused(server.hostname, token=way.by_token)
            if attempt.outcome in (Outcome.ACCEPTED, Outcome.DISHONEST):
                break
        return _report(server, attempts) if attempts else _not_again(server, ways[0], account)


def _not_again(server: TcpServer, way: Way, account: Account) -> LoginReport:
    what = "token" if way.by_token else "password"
    return LoginReport(
        server=server,
        outcome=Outcome.NOT_TRIED,
        said=f"{account.refused_by(token=way.by_token)} has said no to this {what} already.",
        advice=f"Try again with another {what}; nothing is guessed twice, so that no account is locked.",
    )


def _report(server: TcpServer, attempts: Sequence[Attempt]) -> LoginReport:
    """What counts of several attempts: the last that was judged, as a good one always is, else the last."""
    judged = [attempt for attempt in attempts if attempt.spent or attempt.outcome is Outcome.DISHONEST]
    counts = (judged or attempts)[-1]
    return LoginReport(
        server=server,
        outcome=counts.outcome,
        method=counts.method,
        said=counts.said,
        advice=counts.advice,
        attempts=tuple(attempts),
        remarks=counts.remarks,
    )


def _broken(server: TcpServer, error: NetworkError) -> LoginReport:
    outcome, advice = Outcome.DOWN, _DOWN
    if isinstance(error, StartTlsRefused):
        outcome, advice = Outcome.NO_ENCRYPTION, _PLAIN
    elif isinstance(error, SessionFailed) and error.fault is Fault.CERTIFICATE:
        outcome, advice = Outcome.BAD_CERTIFICATE, _CERTIFICATE
    elif isinstance(error, SessionFailed) and error.fault is Fault.INJECTED:
        outcome, advice = Outcome.DISHONEST, _PLAIN
    return LoginReport(server=server, outcome=outcome, said=str(error), advice=advice)
