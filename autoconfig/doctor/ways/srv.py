"""SRV records for mail (RFC 6186, RFC 8314), as each program picks among them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from autoconfig.advice.clients.reading import Reading, ReadServer
from autoconfig.doctor.look import Find, Look, found
from autoconfig.net.records import Srv

if TYPE_CHECKING:
    from collections.abc import Mapping

    from autoconfig.doctor.look import Search
    from autoconfig.net.records import Answer

PASSWORD = ("password-cleartext",)


@dataclass(frozen=True, slots=True)
class Service:
    """A label and what the program takes its record for."""

    label: str
    type: str
    socket_type: str
    starttls_port: int | None = None
    """Where the program goes by the port: STARTTLS on this one, TLS on any other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SrvRecords:
    """The services a program asks for; those named first win."""

    services: tuple[Service, ...]
    family: str = "srv"
    both: bool = True
    """Whether it needs a server of each direction."""
    merged: bool = False
    """Whether records of all labels of a direction are one list for it, the lowest priority first."""

    async def look(self, search: Search) -> list[Look]:
        """One look, at all records."""
        names = [f"{service.label}._tcp.{search.domain}" for service in self.services]
        answers = await asyncio.gather(*(search.visit.records(name, "SRV") for name in names))
        given = dict(zip((service.label for service in self.services), answers, strict=True))
        incoming = self._servers(given, incoming=True)
        outgoing = self._servers(given, incoming=False)
        where = f"SRV {search.domain}"
        if (incoming and outgoing) or ((incoming or outgoing) and not self.both):
            return [found("srv", where, Reading(incoming=incoming, outgoing=outgoing))]
        if incoming or outgoing:
            code = "srv-smtp-missing" if incoming else "srv-imap-missing"
            reason = f"There are SRV records for {'receiving' if incoming else 'sending'} mail only."
            return [Look(way="srv", where=where, find=Find.FAILED, reason=reason, code=code)]
        return [self._nothing(where, given)]

    def _nothing(self, where: str, given: Mapping[str, Answer]) -> Look:
        if any(answer.records for answer in given.values()):
            reason = "The SRV records say that nothing is offered."
            return Look(way="srv", where=where, find=Find.FAILED, reason=reason, code="srv-declined")
        reason = "There is no SRV record for mail."
        return Look(way="srv", where=where, find=Find.NOTHING, reason=reason)

    def _servers(self, given: Mapping[str, Answer], *, incoming: bool) -> tuple[ReadServer, ...]:
        """The servers of one direction in the order of the program."""
        rows = [
            (record, place, service)
            for place, service in enumerate(self.services)
            if (service.type != "smtp") == incoming
            for record in given[service.label].records
            if isinstance(record, Srv) and record.target != "."
        ]
        rows.sort(key=lambda row: (row[0].priority, -row[0].weight, row[1]))
        if not self.merged:
            rows.sort(key=lambda row: row[1])
        return tuple(_server(service, record) for record, _, service in rows)


def _server(service: Service, record: Srv) -> ReadServer:
    socket_type = service.socket_type
    if service.starttls_port is not None:
        socket_type = "STARTTLS" if record.port == service.starttls_port else "SSL"
    return ReadServer(
        type=service.type,
        hostname=record.target,
        port=record.port,
        socket_type=socket_type,
        authentication=PASSWORD,
    )
