"""A mail server, looked at: every address is greeted, one conversation is held, what is odd is looked into.

Nothing is believed here, so that a bad certificate does not end the look; and nothing secret is ever sent.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from autoconfig.model import ServerType, SocketType
from autoconfig.net.mail import SessionFailed, Stage
from autoconfig.probes.contact import Contact
from autoconfig.probes.encryption import tls_facts
from autoconfig.probes.facts import Attempt, Failure
from autoconfig.probes.oddities import diagnose
from autoconfig.probes.own import ask_own
from autoconfig.probes.tools import OutOfTime

if TYPE_CHECKING:
    from autoconfig.model import TcpServer
    from autoconfig.net.mail import MailSession
    from autoconfig.probes.facts import NameFacts, TcpFacts
    from autoconfig.probes.tools import Tools

_HOW_FAR = tuple(Stage)

_Met = tuple[Attempt, "MailSession | None", float]


async def look_at_mail(
    tools: Tools, server: TcpServer, names: NameFacts, addresses: tuple[str, ...]
) -> TcpFacts:
    """Look at a server, as far as time allows."""
    contact = Contact(tools, server, names, addresses[0])
    try:
        session = await _first_contact(contact, addresses)
        if session is not None:
            await _converse(contact, session)
        await diagnose(contact, _converse)
        if tools.own and contact.facts.tls is not None:
            await ask_own(contact)
    except OutOfTime:
        contact.see(cut_short=True)
    finally:
        contact.close()
    return contact.facts


async def _first_contact(contact: Contact, addresses: tuple[str, ...]) -> MailSession | None:
    """Be greeted at every address; the session with the first that does so."""
    met = await asyncio.gather(*(_attempt(contact, address) for address in addresses))
    contact.budget.forgive(max(waited for _, _, waited in met))
    contact.see(attempts=tuple(attempt for attempt, _, _ in met))
    sessions = [session for _, session, _ in met if session is not None]
    await asyncio.gather(*(session.aclose() for session in sessions[1:]))
    if sessions:
        contact.address = sessions[0].address
        return sessions[0]
    furthest = max((attempt for attempt, _, _ in met), key=_distance)
    contact.address = furthest.address
    contact.see(failure=furthest.failure)
    return None


async def _attempt(contact: Contact, address: str) -> _Met:
    """Be greeted at one address; the seconds waited for the turn are told too."""
    tools, facts = contact.tools, contact.facts
    waited = await tools.pacer.turn((facts.host, address))
    try:
        # Not the time that is left: who had to wait for the turn has it whole.
        timeout = min(tools.step, tools.limit)
        session = await contact.open(tools.contexts.verifying, address=address, timeout=timeout)
    except SessionFailed as error:
        if error.tls is not None:
            contact.see(tls=tls_facts(error.tls, facts.host))
        return Attempt(address=address, failure=Failure.of(error)), None, waited
    attempt = Attempt(
        address=address, connected_after=session.connected_after, greeted_after=session.greeted_after
    )
    return attempt, session, waited


def _distance(attempt: Attempt) -> int:
    """How far a conversation came."""
    return -1 if attempt.failure is None else _HOW_FAR.index(attempt.failure.stage)


async def _converse(contact: Contact, session: MailSession, past: Failure | None = None) -> None:
    """Ask what is offered before TLS and with it; ``past`` is why a verifying handshake failed."""
    try:
        contact.see(greeting=session.greeting, apop=session.has_timestamp)
        if session.tls is None:
            contact.see(before=await session.capabilities())
            await _upgrade(contact, session)
        if session.tls is not None:
            code, reason = (0, "") if past is None else (past.verify_code, past.reason)
            contact.see(tls=tls_facts(session.tls, session.host, verify_code=code, problem=reason))
            contact.see(after=await session.capabilities())
    except SessionFailed as error:
        if past is None:
            contact.see(failure=Failure.of(error))
    finally:
        await session.aclose()


async def _upgrade(contact: Contact, session: MailSession) -> None:
    """STARTTLS, where it is published and not plainly absent."""
    before = contact.facts.before
    if contact.facts.socket_type is not SocketType.STARTTLS or before is None:
        return
    if before.starttls or (session.server_type is ServerType.POP3 and not before.words):
        await session.start_tls()
