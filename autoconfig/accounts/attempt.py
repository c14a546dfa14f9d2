"""One way in at one session: what was said, what that means, and whether the secret was shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from autoconfig.accounts.judgement import Judgement, Outcome, judged, unjudged
from autoconfig.accounts.report import Attempt
from autoconfig.accounts.ways import APOP
from autoconfig.errors import SaslRefused, ValueRefused
from autoconfig.model import ServerType
from autoconfig.sasl import PLUS, Binding, Credentials, Mechanism, Peer, begin, end_point

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from autoconfig.accounts.ways import Way
    from autoconfig.errors import AutoconfigError
    from autoconfig.net.mail import MailSession, Tls, Verdict

_SERVICES: Mapping[ServerType, str] = {
    ServerType.IMAP: "imap",
    ServerType.POP3: "pop",
    ServerType.SMTP: "smtp",
}
"""As the GSSAPI registry has them, for DIGEST-MD5 and NTLM."""

_HONEST = "Type no password for this server until its administrator has explained that."
_STALE = Judgement(
    Outcome.WRONG_PASSWORD,
    "Get a new token; a new one may be for another account or another scope than the server wants.",
    final=True,
)
_UNBOUND = Judgement(
    Outcome.METHOD_REFUSED, "The server cannot bind a login to the TLS connection as this program does."
)
_TAMPERED = Judgement(Outcome.DISHONEST, _HONEST, final=True)

# RFC 5802 §7.
_NOT_BOUND = frozenset({"unsupported-channel-binding-type", "channel-binding-not-supported"})
_BOUND_OTHERWISE = ("the TLS connection", "somebody hides")


@dataclass(frozen=True, slots=True)
class Attempted:
    """A session and the account that logs in there."""

    session: MailSession
    username: str
    offered: Collection[str]

    async def by(self, way: Way, secret: str) -> Attempt:
        """Try one way. Raises NetworkError where the conversation breaks off."""
        try:
            credentials = Credentials(username=self.username, secret=secret)
            if way.sasl:
                return await self._by_sasl(way, credentials)
            say = self.session.apop if way.name == APOP else self.session.login
            return _attempt(way, await say(self.username, secret), spent=True)
        except ValueRefused as error:
            return _not_possible(way, error)

    async def _by_sasl(self, way: Way, credentials: Credentials) -> Attempt:
        """Try a mechanism; one that binds to the connection in each way that the server may know."""
        bindings = _bindings(self.session.tls)
        choices = [bindings]
        if way.name.endswith(PLUS) and bindings:
            choices = [(binding,) for binding in bindings]
        for chosen in choices:
            try:
                exchange = begin(way.name, credentials, self._peer(chosen))
            except SaslRefused as error:
                return _not_possible(way, error)
            attempt = await self._by_mechanism(way, exchange)
            if exchange.complaint not in _NOT_BOUND:
                break
        return attempt

    async def _by_mechanism(self, way: Way, exchange: Mechanism) -> Attempt:
        try:
            verdict = await self.session.authenticate(exchange)
        except SaslRefused as error:
            return Attempt(
                method=way.name,
                word=way.authentication,
                outcome=Outcome.DISHONEST,
                said=str(error),
                advice=_HONEST,
                spent=exchange.spent,
                final=True,
            )
        return _attempt(way, verdict, spent=exchange.spent, exchange=exchange)

    def _peer(self, bindings: tuple[Binding, ...]) -> Peer:
        return Peer(
            service=_SERVICES.get(self.session.server_type, "host"),
            host=self.session.host,
            port=self.session.port,
            offered=frozenset(self.offered),
            bindings=bindings,
        )


def _bindings(tls: Tls | None) -> tuple[Binding, ...]:
    """Every binding that there is: servers know tls-unique since RFC 5802, TLS 1.3 knows the other only."""
    if tls is None:
        return ()
    unique = Binding("tls-unique", tls.unique) if tls.unique else None
    place = end_point(tls.certificate) if tls.certificate else None
    return tuple(binding for binding in (unique, place) if binding is not None)


def _attempt(way: Way, verdict: Verdict, *, spent: bool, exchange: Mechanism | None = None) -> Attempt:
    complaint = "" if exchange is None else exchange.complaint
    remarks = () if exchange is None else exchange.remarks
    said = " ".join(
        part for part in (verdict.code, verdict.text, f"({complaint})" if complaint else "") if part
    )
    if verdict.accepted:
        return Attempt(
            method=way.name,
            word=way.authentication,
            outcome=Outcome.ACCEPTED,
            said=said,
            spent=True,
            remarks=remarks,
        )
    judgement = _complained(complaint) or judged(verdict.code, verdict.text)
    if way.by_token and judgement.outcome is Outcome.WRONG_PASSWORD:
        judgement = _STALE
    return Attempt(
        method=way.name,
        word=way.authentication,
        outcome=judgement.outcome,
        said=said,
        advice=judgement.advice,
        spent=spent and not unjudged(verdict.code),
        final=judgement.final,
        remarks=remarks,
    )


def _not_possible(way: Way, error: AutoconfigError) -> Attempt:
    """Nothing was sent: this program, or the protocol, cannot do that."""
    return Attempt(
        method=way.name, word=way.authentication, outcome=Outcome.METHOD_REFUSED, advice=str(error)
    )


def _complained(complaint: str) -> Judgement | None:
    """What a SCRAM server says inside the exchange, where that is more than its verdict."""
    if complaint in _NOT_BOUND:
        return _UNBOUND
    if complaint.startswith(_BOUND_OTHERWISE):
        return _TAMPERED
    return None
