"""Web servers that do exactly as told: HTTP/1.1 by hand, so that every fault can be played."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import TYPE_CHECKING

from tests.internet.answers import Answer, Request
from tests.internet.connections import Connections

if TYPE_CHECKING:
    import ssl
    from collections.abc import Mapping

    from tests.internet.answers import Route

ANY = "*"
"""The route of every path that has none of its own."""

_HEAD_LIMIT = 1 << 20
_MOST_SENT = 1 << 30
"""Bytes after which even an endless body ends."""
_LOOK = 0.05
"""Seconds between two looks whether a client that must wait is still there."""
_STEPS = 20
"""Pieces each second in which a body drips."""
_NOT_FOUND = Answer(status=404, body="<!DOCTYPE html><title>404</title>", type="text/html")


class Site:
    """One host on one port, and what it was asked."""

    def __init__(
        self, routes: Mapping[str, Route], log: list[Request], context: ssl.SSLContext | None
    ) -> None:
        self._routes = dict(routes)
        self._log = log
        self._context = context
        self._connections = Connections()
        self._server: asyncio.Server | None = None
        self._scheme = "https" if context else "http"
        self.accepted = 0
        """Connections until now (with TLS: those that finished the handshake)."""
        self.open = 0
        """Connections now."""

    def route(self, path: str, answer: Route) -> None:
        """Change what a path answers from now on."""
        self._routes[path] = answer

    async def start(self, address: str, port: int) -> None:
        """Listen."""
        self._server = await asyncio.start_server(
            self._serve, address, port, ssl=self._context, limit=_HEAD_LIMIT
        )

    def stop(self) -> None:
        """Listen no more, and leave every connection."""
        self._connections.abort()
        if self._server is not None:
            self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.accepted += 1
        self.open += 1
        async with self._connections.hold(writer):
            try:
                while (request := await _read(reader, self._scheme)) is not None:
                    self._log.append(request)
                    if not await _Reply(reader, writer, request).send(self._answer(request)):
                        break
            finally:
                self.open -= 1

    def _answer(self, request: Request) -> Answer:
        """The most exact route: with query, without, any."""
        for key in (request.target, request.path, ANY):
            if key in self._routes:
                route = self._routes[key]
                break
        else:
            return _NOT_FOUND
        if isinstance(route, str | bytes):
            return Answer(body=route)
        return route if isinstance(route, Answer) else route(request)


async def _read(reader: asyncio.StreamReader, scheme: str) -> Request | None:
    """The next request; None when the client closed the connection."""
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except asyncio.IncompleteReadError as error:
        if error.partial:
            raise
        return None
    line, *fields = head[:-4].split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (field.partition(":") for field in fields)}
    try:
        method, target, _ = line.split(" ")
        return Request(scheme, method, target, headers, await _read_body(reader, headers))
    except ValueError as error:
        raise ConnectionError("the client does not speak HTTP") from error


async def _read_body(reader: asyncio.StreamReader, headers: Mapping[str, str]) -> bytes:
    if headers.get("transfer-encoding", "").lower() != "chunked":
        return await reader.readexactly(int(headers.get("content-length", 0)))
    body = b""
    while size := int((await reader.readuntil(b"\r\n")).partition(b";")[0], 16):
        body += (await reader.readexactly(size + 2))[:-2]
    await reader.readuntil(b"\r\n")
    return body


class _Reply:
    """Sends one answer on a connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: Request) -> None:
        self._reader = reader
        self._writer = writer
        self._request = request

    async def send(self, answer: Answer) -> bool:
        """Send it; False when the connection must be closed afterwards."""
        await self._wait(answer.delay)
        if answer.raw is not None:
            self._writer.write(answer.raw)
            await self._flush()
            return False
        content = answer.content()
        self._writer.write(_head(answer, len(content)))
        if self._request.method == "HEAD":
            await self._flush()
            return True
        body = content if answer.cut is None else content[: answer.cut]
        sent = 0
        while not self._gone():
            await self._send_body(body, answer.drip)
            sent += len(body)
            if not answer.endless or sent > _MOST_SENT:
                break
        closing = self._request.headers.get("connection", "").lower() == "close"
        return not (closing or answer.endless or answer.cut is not None)

    async def _send_body(self, body: bytes, drip: float | None) -> None:
        if drip is None:
            self._writer.write(body)
            await self._flush()
            return
        piece = max(1, int(drip / _STEPS))
        for start in range(0, len(body), piece):
            await self._wait(piece / drip)
            if self._gone():
                return
            self._writer.write(body[start : start + piece])
            await self._flush()

    async def _flush(self) -> None:
        """Let the client catch up, and the loop learn that it has gone: drain() alone may never yield."""
        await self._writer.drain()
        await asyncio.sleep(0)

    async def _wait(self, seconds: float) -> None:
        """Let time pass, but no longer than the client stays."""
        clock = asyncio.get_running_loop().time
        end = clock() + seconds
        while (left := end - clock()) > 0 and not self._gone():
            await asyncio.sleep(min(left, _LOOK))

    def _gone(self) -> bool:
        return self._reader.at_eof() or self._writer.is_closing()


def _head(answer: Answer, length: int) -> bytes:
    headers: dict[str, str] = {} if answer.type is None else {"Content-Type": answer.type}
    headers |= {"Connection": "close"} if answer.endless else {"Content-Length": str(length)}
    headers |= answer.headers
    reason = HTTPStatus(answer.status).phrase if answer.status in set(HTTPStatus) else "Unknown"
    lines = [f"HTTP/1.1 {answer.status} {reason}", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")
