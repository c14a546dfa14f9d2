"""A real authoritative name server, Knot, that holds one zone: the root, with every name tests add."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import time
from typing import TYPE_CHECKING, cast

import dns.message

from tests.internet.control import change
from tests.internet.records import Records

if TYPE_CHECKING:
    from pathlib import Path

PORT = 53
START_SECONDS = 10
ASK_SECONDS = 5
_CONFIGURATION = """\
server:
    rundir: "{folder}"
    listen: {address}@{port}
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
control:
    listen: "{socket}"
log:
  - target: stderr
    any: warning
database:
    storage: "{folder}"
zone:
  - domain: .
    file: "{folder}/root.zone"
    zonefile-load: whole
    zonefile-sync: -1
    journal-content: none
    semantic-checks: off
"""
_ROOT = """\
. 300 IN SOA ns.root-servers.net. nobody.invalid. 1 3600 600 86400 60
. 300 IN NS ns.root-servers.net.
ns.root-servers.net. 300 IN A {address}
"""


def find_knotd() -> str | None:
    """The path of the server program, which Debian keeps out of the path of users."""
    return shutil.which("knotd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


class Knot:
    """The server process, and the changes that it has not been told yet."""

    def __init__(self, folder: Path, address: str) -> None:
        self.host, self.port = address, PORT
        self._socket = folder / "knot.sock"
        self._process = _started(folder, address, self._socket)
        self.records = Records()
        self._telling = asyncio.Lock()
        self._exchange: _Exchange | None = None

    async def ready(self) -> None:
        """Wait until the server answers. Raises RuntimeError with its log where it does not."""
        loop = asyncio.get_running_loop()
        _, self._exchange = await loop.create_datagram_endpoint(_Exchange, remote_addr=(self.host, self.port))
        probe = dns.message.make_query(".", "SOA").to_wire()
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                await asyncio.wait_for(self._exchange.ask(probe), 0.02)
            except TimeoutError:
                continue
            return
        raise RuntimeError(f"knotd does not answer: {self.stop()}")

    async def tell(self) -> None:
        """Send the remembered changes to the server."""
        async with self._telling:
            if self.records.changes:
                await change(self._socket, self.records.take_changes())

    async def ask(self, wire: bytes, transport: str) -> bytes:
        """The server's answer to a question, given and returned as sent on the wire."""
        if self.records.changes or self._telling.locked():
            await self.tell()
        if transport == "tcp":
            return await self._ask_tcp(wire)
        assert self._exchange is not None
        return await asyncio.wait_for(self._exchange.ask(wire), ASK_SECONDS)

    async def _ask_tcp(self, wire: bytes) -> bytes:
        reader, writer = await asyncio.open_connection(self.host, self.port)
        try:
            writer.write(len(wire).to_bytes(2, "big") + wire)
            length = int.from_bytes(await reader.readexactly(2), "big")
            return await reader.readexactly(length)
        finally:
            writer.close()
            await writer.wait_closed()

    def stop(self) -> str:
        """End the server by its own pid and return what it logged."""
        if self._exchange is not None:
            self._exchange.close()
        self._process.kill()  # it has nothing to save
        with self._process:
            assert self._process.stderr is not None
            return self._process.stderr.read().decode(errors="replace")


class _Exchange(asyncio.DatagramProtocol):
    """Questions over one connected UDP socket, told apart by message ids of our own."""

    def __init__(self) -> None:
        self._waiting: dict[int, asyncio.Future[bytes]] = {}
        self._next_id = 0
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)

    async def ask(self, wire: bytes) -> bytes:
        self._next_id = our_id = (self._next_id + 1) & 0xFFFF
        future = self._waiting[our_id] = asyncio.get_running_loop().create_future()
        assert self._transport is not None
        self._transport.sendto(our_id.to_bytes(2, "big") + wire[2:])
        try:
            answer: bytes = await future
            return wire[:2] + answer[2:]
        finally:
            self._waiting.pop(our_id, None)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        future = self._waiting.get(int.from_bytes(data[:2], "big"))
        if future is not None and not future.done():
            future.set_result(data)

    def error_received(self, exc: Exception) -> None:
        """Nothing listens yet: the server is starting."""

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()


def _started(folder: Path, address: str, socket: Path) -> subprocess.Popen[bytes]:
    knotd = find_knotd()
    if knotd is None:
        raise RuntimeError("knotd is not installed (apt install knot)")
    configuration = folder / "knot.conf"
    configuration.write_text(_CONFIGURATION.format(folder=folder, address=address, port=PORT, socket=socket))
    (folder / "root.zone").write_text(_ROOT.format(address=address))
    command = [knotd, "-c", str(configuration)]
    if setpriv := shutil.which("setpriv"):  # so that it does not outlive a test run that is killed
        command = [setpriv, "--pdeathsig", "KILL", "--", *command]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
