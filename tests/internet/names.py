"""Name servers in front of Knot, which remember what they are asked and may twist the answers."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import dns.message

from tests.internet.connections import Connections
from tests.internet.twists import Query, Question, honest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.internet.knot import Knot
    from tests.internet.twists import Twist

PORT = 53


class NameServer:
    """A server on UDP and TCP that remembers what it was asked."""

    def __init__(
        self, knot: Knot, host: str, twist: Twist, below: str = "", types: Sequence[str] = ()
    ) -> None:
        """Twist the answers about names at or below ``below`` of the given types; others are true."""
        self._knot = knot
        self._host = host
        self._twist = twist
        self._below = below
        self._types = tuple(types)
        self._connections = Connections()
        self._tasks: set[asyncio.Task[None]] = set()
        self._udp: asyncio.DatagramTransport | None = None
        self._tcp: asyncio.Server | None = None
        self.questions: list[Question] = []

    @property
    def address(self) -> str:
        """Host and port, as resolvers take them."""
        return f"{self._host}:{PORT}"

    async def start(self) -> None:
        """Listen."""
        loop = asyncio.get_running_loop()
        self._udp, _ = await loop.create_datagram_endpoint(
            lambda: _Datagrams(self), local_addr=(self._host, PORT)
        )
        self._tcp = await asyncio.start_server(self._serve_tcp, self._host, PORT)

    def stop(self) -> None:
        """Listen no more, and leave every connection."""
        self._connections.abort()
        if self._udp is not None:
            self._udp.close()
        if self._tcp is not None:
            self._tcp.close()

    def asked(self, name: str) -> list[Question]:
        """The questions about names at or below ``name``, in order of arrival."""
        return [question for question in self.questions if is_below(question.name, name)]

    async def answer(self, wire: bytes, transport: str) -> bytes | None:
        """The answer to a message; None to what is no question."""
        try:
            asked = dns.message.from_wire(wire, question_only=True, ignore_trailing=True).question[0]
        except Exception:  # anything may arrive here
            return None
        name = asked.name.to_text(omit_final_dot=True).lower()
        question = Question(name, asked.rdtype.name, transport)
        self.questions.append(question)
        twisted = is_below(name, self._below) and (not self._types or question.type in self._types)
        return await (self._twist if twisted else honest)(Query(question, wire, self._knot))

    def serve_udp(self, wire: bytes, peer: tuple[str, int]) -> None:
        """Answer a datagram in a task of its own."""
        task = asyncio.get_running_loop().create_task(self._answer_udp(wire, peer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer_udp(self, wire: bytes, peer: tuple[str, int]) -> None:
        answer = await self.answer(wire, "udp")
        if answer is not None and self._udp is not None:
            self._udp.sendto(answer, peer)

    async def _serve_tcp(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with self._connections.hold(writer):
            while True:
                length = int.from_bytes(await reader.readexactly(2), "big")
                answer = await self.answer(await reader.readexactly(length), "tcp")
                if answer is None:
                    return
                writer.write(len(answer).to_bytes(2, "big") + answer)
                await writer.drain()


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, server: NameServer) -> None:
        self._server = server

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self._server.serve_udp(data, addr)


def is_below(name: str, parent: str) -> bool:
    """Whether a name is another one or stands below it; every name stands below the empty one."""
    return not parent or name == parent or name.endswith(f".{parent}")
