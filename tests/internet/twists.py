"""What a name server does with a question: the true answer, and everything that can be wrong with one."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import dns.flags
import dns.message
import dns.rcode
import dns.rrset

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tests.internet.knot import Knot


@dataclass(frozen=True, slots=True)
class Question:
    """What a name server was asked: a name in lower case without final dot, a type, "udp" or "tcp"."""

    name: str
    type: str
    transport: str


@dataclass(frozen=True, slots=True)
class Query:
    """A question on its way, for a twist to answer."""

    question: Question
    wire: bytes
    knot: Knot

    def message(self) -> dns.message.Message:
        """The question, read in full."""
        return dns.message.from_wire(self.wire)

    async def forward(self) -> bytes:
        """The true answer, as a recursive resolver words it: RA set, AA and AD cleared."""
        answer = bytearray(await self.knot.ask(self.wire, self.question.transport))
        answer[2] &= ~0x04
        answer[3] = answer[3] & ~0x20 | 0x80
        return bytes(answer)

    def reply(
        self, rcode: dns.rcode.Rcode = dns.rcode.NOERROR, *, flags: int = dns.flags.RA, records: str = ""
    ) -> bytes:
        """An answer made up here; ``records`` are lines of owner, TTL, class, type and data."""
        answer = dns.message.make_response(self.message())
        answer.flags |= flags
        answer.set_rcode(rcode)
        for line in records.splitlines():
            owner, ttl, rdclass, rdtype, rdata = line.split(maxsplit=4)
            answer.answer.append(dns.rrset.from_text(owner, int(ttl), rdclass, rdtype, rdata))
        return answer.to_wire()


Twist = Callable[[Query], Awaitable[bytes | None]]
"""Answers a query; None is silence over UDP, and a closed connection over TCP."""


async def honest(query: Query) -> bytes | None:
    """The true answer, its AD bit cleared."""
    return await query.forward()


async def authenticated(query: Query) -> bytes | None:
    """The true answer with the AD bit set, as a validating resolver gives it to who asks with AD or DO."""
    answer = bytearray(await query.forward())
    asked = query.message()
    if asked.flags & dns.flags.AD or asked.ednsflags & dns.flags.DO:
        answer[3] |= 0x20
    return bytes(answer)


async def servfail(query: Query) -> bytes | None:
    """SERVFAIL."""
    return query.reply(dns.rcode.SERVFAIL)


async def refused(query: Query) -> bytes | None:
    """REFUSED."""
    return query.reply(dns.rcode.REFUSED)


async def lame(query: Query) -> bytes | None:
    """Neither an answer nor authority nor recursion: NOERROR, AA and RA cleared, nothing in it."""
    return query.reply(flags=0)


async def truncated(query: Query) -> bytes | None:
    """Cut off over UDP (TC set, nothing in it), whole over TCP."""
    if query.question.transport == "tcp":
        return await query.forward()
    return query.reply(flags=dns.flags.TC | dns.flags.RA)


async def truncated_only(query: Query) -> bytes | None:
    """Cut off over UDP, and no answer over TCP either."""
    return query.reply(flags=dns.flags.TC | dns.flags.RA) if query.question.transport == "udp" else None


async def tcp_only(query: Query) -> bytes | None:
    """Silent over UDP."""
    return await query.forward() if query.question.transport == "tcp" else None


async def udp_only(query: Query) -> bytes | None:
    """Closes TCP connections."""
    return await query.forward() if query.question.transport == "udp" else None


async def silent(query: Query) -> bytes | None:
    """Never answers."""
    if query.question.transport == "tcp":
        await asyncio.sleep(3600)
    return None


async def wrong_id(query: Query) -> bytes | None:
    """The true answer to a question with another id."""
    answer = await query.forward()
    return bytes((answer[0] ^ 0xFF, answer[1])) + answer[2:]


async def wrong_question(query: Query) -> bytes | None:
    """An answer with the right id about a name nobody asked for."""
    answer = dns.message.make_response(dns.message.make_query("elsewhere.invalid", query.question.type))
    answer.id = query.message().id
    return answer.to_wire()


async def garbage(query: Query) -> bytes | None:
    """Bytes that are no DNS message, after the right id."""
    return query.wire[:2] + b"\xff" * 20


def slow(seconds: float) -> Twist:
    """The true answer after so many seconds."""

    async def twist(query: Query) -> bytes | None:
        await asyncio.sleep(seconds)
        return await query.forward()

    return twist


def alternating(name: str, addresses: Sequence[str]) -> Twist:
    """Another address, with TTL 0, each time the name is asked for; the last one stays (DNS rebinding)."""
    answers = itertools.chain(addresses, itertools.repeat(addresses[-1]))

    async def twist(query: Query) -> bytes | None:
        if (query.question.name, query.question.type) != (name, "A"):
            return await query.forward()
        return query.reply(records=f"{name}. 0 IN A {next(answers)}")

    return twist


TWISTS: Mapping[str, Twist] = {
    twist.__name__.replace("_", "-"): twist
    for twist in (
        *(honest, authenticated, servfail, refused, lame, truncated, truncated_only, tcp_only, udp_only),
        *(silent, wrong_id, wrong_question, garbage),
    )
}
"""Those without a parameter, by the names that Internet.name_server() takes."""
