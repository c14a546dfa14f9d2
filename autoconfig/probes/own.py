"""What only one's own servers are asked: a stranger might take it for an attack."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from autoconfig.model import SocketType
from autoconfig.net.mail import SessionFailed
from autoconfig.probes.facts import OLD_VERSIONS

if TYPE_CHECKING:
    from autoconfig.probes.contact import Contact

EARLY = 0.3
"""Seconds for an answer to what was sent before TLS; it would come with the end of the handshake."""


async def ask_own(contact: Contact) -> None:
    """Ask for TLS that is out of use, and say something before TLS that must not count after it."""
    facts = contact.facts
    if facts.tls is not None and facts.tls.version not in OLD_VERSIONS:
        await _ask_for_old_tls(contact)
    if facts.socket_type is SocketType.STARTTLS:
        await _speak_early(contact)


async def _ask_for_old_tls(contact: Contact) -> None:
    await contact.turn()
    with suppress(SessionFailed):
        session = await contact.open(contact.tools.contexts.old)
        if session.tls is None:
            await session.start_tls()
        contact.see(old_tls=session.tls.version if session.tls is not None else "")
        await session.aclose()


async def _speak_early(contact: Contact) -> None:
    await contact.turn()
    with suppress(SessionFailed):  # a server that breaks off over this does right
        session = await contact.open(contact.tools.contexts.lenient)
        contact.see(pipelined=await session.obeys_early(EARLY))
