"""Name servers on no network: they answer as told, when told, and remember what they were asked."""

from __future__ import annotations

import asyncio
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import dns.flags
import dns.message
import dns.rcode
import dns.rrset

from autoconfig.errors import LookupFailed
from autoconfig.net.dns import Dns
from autoconfig.net.transport import NameServer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from autoconfig.net.wire import Query

FIRST = NameServer("192.0.2.1", trusted=True)
SECOND = NameServer("192.0.2.2", trusted=True)
STRANGER = NameServer("192.0.2.3")
"""Whose AD bit does not count."""

SOA = "{zone}. {ttl} IN SOA ns.{zone}. hostmaster.{zone}. 1 7200 900 1209600 {minimum}"


@dataclass(frozen=True, slots=True)
class Says:
    """One answer; records are lines of owner, TTL, class, type and data."""

    records: Sequence[str] = ()
    rcode: str = "NOERROR"
    authority: Sequence[str] = ()
    flags: str = "RA"
    delay: float = 0.0
    """Seconds."""

    def wire(self, query: Query) -> bytes:
        """The message."""
        message = dns.message.make_response(dns.message.from_wire(query.wire))
        message.flags &= ~dns.flags.RD
        message.flags |= dns.flags.from_text(self.flags)
        message.set_rcode(dns.rcode.from_text(self.rcode))
        for lines, section in ((self.records, message.answer), (self.authority, message.authority)):
            for line in lines:
                owner, ttl, rdclass, rdtype, data = line.split(maxsplit=4)
                rrset = dns.rrset.from_text(owner, int(ttl), rdclass, rdtype, data)
                same = message.find_rrset(section, rrset.name, rrset.rdclass, rrset.rdtype, create=True)
                same.update(rrset)
        return message.to_wire()


SILENCE = Says(delay=math.inf)
SERVFAIL = Says(rcode="SERVFAIL")
NXDOMAIN = Says(rcode="NXDOMAIN", authority=[SOA.format(zone="com", ttl=900, minimum=60)])


def says(*records: str, delay: float = 0.0, flags: str = "RA") -> Says:
    """Records."""
    return Says(records, delay=delay, flags=flags)


class Servers:
    """Answers by the name asked, or by the name server asked; unknown names are NXDOMAIN."""

    def __init__(self, answers: Mapping[str, Says | LookupFailed]) -> None:
        self.answers = dict(answers)
        self.asked: list[tuple[str, str]] = []
        """Name and type of every question."""
        self.hosts: list[str] = []
        """The name server of every question."""

    async def __call__(self, query: Query, server: NameServer) -> bytes:
        self.asked.append((query.name, query.kind))
        self.hosts.append(server.host)
        answer = self.answers.get(server.host) or self.answers.get(query.name, NXDOMAIN)
        if isinstance(answer, LookupFailed):
            raise answer
        await asyncio.sleep(min(answer.delay, 1e6))
        return answer.wire(query)

    def dns(self, *servers: NameServer) -> Dns:
        """The DNS as these servers tell it."""
        return Dns(servers or (FIRST,), self)
