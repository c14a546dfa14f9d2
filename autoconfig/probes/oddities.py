"""Looking into what is odd: behind a bad certificate, at what speaks instead, at the other usual ports."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING

from autoconfig.errors import NetworkError
from autoconfig.model import ServerType, SocketType
from autoconfig.net.mail import Fault, SessionFailed, Stage, knock
from autoconfig.probes.facts import Elsewhere, Failure, Spoken
from autoconfig.probes.spoken import protocol_of

if TYPE_CHECKING:
    from autoconfig.net.mail import MailSession
    from autoconfig.probes.contact import Contact

    Converse = Callable[[Contact, MailSession, Failure], Awaitable[None]]

KNOCK = 3.0
"""Seconds for hearing what else may speak there."""
ELSEWHERE = 3.0
"""Seconds for another port: it is only a hint."""

_SSL, _STARTTLS = SocketType.SSL, SocketType.STARTTLS
_PLACES: Mapping[ServerType, tuple[tuple[int, SocketType], ...]] = {
    ServerType.IMAP: ((993, _SSL), (143, _STARTTLS)),
    ServerType.POP3: ((995, _SSL), (110, _STARTTLS)),
    ServerType.SMTP: ((465, _SSL), (587, _STARTTLS)),
    ServerType.MANAGESIEVE: ((4190, _STARTTLS),),
}
"""Where each service usually is."""
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


async def diagnose(contact: Contact, converse: Converse) -> None:
    """Look into why the published way ended; ``converse`` holds another conversation."""
    failure = contact.facts.failure
    if failure is not None and failure.fault is Fault.CERTIFICATE:
        await _look_past(contact, failure, converse)
    elif failure is not None and failure.stage is Stage.TLS:
        await _diagnose_tls(contact, failure, converse)
    elif failure is not None and failure.stage is Stage.GREETING:
        await _diagnose_greeting(contact, failure)
    if _is_missing(contact):
        await _look_elsewhere(contact)


async def _look_past(contact: Contact, failure: Failure, converse: Converse) -> None:
    """Once more without asking for a certificate or for a version that is still good."""
    await contact.turn()
    try:
        session = await contact.open(contact.tools.contexts.lenient)
    except SessionFailed:
        return
    await converse(contact, session, failure)


async def _diagnose_tls(contact: Contact, failure: Failure, converse: Converse) -> None:
    """Not TLS at all, or not one that is still good?"""
    at_once = contact.facts.socket_type is _SSL
    if at_once and failure.reason in _PLAIN_TEXT:
        await _knock(contact, tls=False)
        return
    await _look_past(contact, failure, converse)
    if at_once and contact.facts.tls is None:
        await _knock(contact, tls=False)


async def _diagnose_greeting(contact: Contact, failure: Failure) -> None:
    """Something else was said, or nothing."""
    if failure.fault is Fault.ENDLESS:
        return
    said = protocol_of(failure.said.encode("latin-1"))
    if failure.fault is Fault.UNEXPECTED:
        contact.see(spoken=Spoken(protocol=said, tls=contact.facts.tls is not None, said=failure.said))
    if said in ("", "tls"):
        await _knock(contact, tls=True)
    if contact.facts.socket_type is not _SSL and contact.facts.spoken is None:
        await _knock(contact, tls=False)


async def _knock(contact: Contact, *, tls: bool) -> None:
    """Hear what speaks at the published port."""
    await contact.turn()
    facts, tools = contact.facts, contact.tools
    try:
        heard = await knock(
            tools.connector,
            facts.host,
            facts.port,
            context=tools.contexts.lenient if tls else None,
            address=contact.address,
            patience=contact.budget.step(min(KNOCK / 2, tools.step)),
            timeout=contact.budget.step(min(KNOCK, tools.step)),
        )
    except NetworkError:
        return
    protocol = protocol_of(heard.said)
    if heard.asked and protocol != "http":
        protocol = ""  # any server may say something to a request that it does not understand
    if protocol or (heard.said and not heard.asked) or (tls and facts.socket_type is not _SSL):
        contact.see(spoken=Spoken(protocol=protocol, tls=tls, said=heard.said.decode("latin-1")))


def _is_missing(contact: Contact) -> bool:
    """Whether the service is not at the published port, as far as one can see."""
    facts, failure = contact.facts, contact.facts.failure
    if failure is None or failure.stage is Stage.STARTTLS:
        return facts.tls is None and facts.socket_type is _STARTTLS
    if failure.stage is Stage.TLS and (facts.tls is not None or failure.fault is Fault.CERTIFICATE):
        return False
    if failure.stage is Stage.TLS and failure.fault is Fault.TLS and facts.spoken is None:
        return False  # it is there, and its TLS is bad
    if failure.stage not in (Stage.CONNECTION, Stage.TLS, Stage.GREETING):
        return False
    return facts.spoken is None or facts.spoken.protocol != facts.type


async def _look_elsewhere(contact: Contact) -> None:
    """See whether the service answers on another of its usual ports."""
    facts = contact.facts
    for port, socket_type in _PLACES[facts.type]:
        if port == facts.port:
            continue
        await contact.turn()
        timeout = contact.budget.step(min(ELSEWHERE, contact.tools.step))
        try:
            session = await contact.open(
                contact.tools.contexts.lenient, port=port, socket_type=socket_type, timeout=timeout
            )
        except SessionFailed:
            continue
        await session.aclose()
        contact.see(elsewhere=Elsewhere(port=port, socket_type=socket_type))
        return
