"""Guessing: server names that are usual, tried where nobody says anything."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from autoconfig.advice.clients.reading import Reading, ReadServer
from autoconfig.doctor.look import Find, Look, found
from autoconfig.model import ServerType, SocketType

if TYPE_CHECKING:
    from autoconfig.doctor.look import Search

Try = tuple[str, int, SocketType, str]
"""Type, port, security, and the host: ``{domain}`` stands for the mail domain."""

GUESSED = "guessed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """What a program tries, best first; the first of each direction that greets is taken."""

    incoming: tuple[Try, ...]
    outgoing: tuple[Try, ...]
    family: str = "guess"

    async def look(self, search: Search) -> list[Look]:
        """One look, at all hosts."""
        where = f"usual server names of {search.domain}"
        if search.visit.mail is None:
            reason = "Server names are guessed; none was tried."
            return [Look(way="guess", where=where, find=Find.NOTHING, reason=reason)]
        incoming, outgoing = await asyncio.gather(
            self._first(search, self.incoming), self._first(search, self.outgoing)
        )
        if incoming is None or outgoing is None:
            reason = "No server of a usual name answers."
            return [Look(way="guess", where=where, find=Find.NOTHING, reason=reason)]
        return [found("guess", where, Reading(incoming=(incoming,), outgoing=(outgoing,)))]

    async def _first(self, search: Search, tries: tuple[Try, ...]) -> ReadServer | None:
        places = [
            (kind, port, socket, host.format(domain=search.domain)) for kind, port, socket, host in tries
        ]
        heard = await asyncio.gather(
            *(
                search.visit.greets(ServerType(kind), host, port, socket)
                for kind, port, socket, host in places
            )
        )
        for (kind, port, socket, host), greets in zip(places, heard, strict=True):
            if greets:
                return ReadServer(type=kind, hostname=host, port=port, socket_type=socket)
        return None
