"""The client's side of tests.bench.far: resolves, and measures the network's own time. Prints JSON."""

from __future__ import annotations

import asyncio
import json
import re
import socket
import ssl
import sys
import time
import urllib.parse
from typing import TYPE_CHECKING

import dns.message
import dns.query

from autoconfig.formats import autodiscover
from autoconfig.model import EmailAddress
from autoconfig.resolver import Options, Resolver

if TYPE_CHECKING:
    from collections.abc import Callable

SLOW_ROUNDS = 9
SEQUENTIAL_TIMEOUT = 2.0
"""Seconds our sequential client waits for a host; Delta Chat waits longer."""

_MOZILLA = "/mail/config-v1.1.xml"
_WELL_KNOWN = "/.well-known/autoconfig/mail/config-v1.1.xml"
_POX = "/autodiscover/autodiscover.xml"


class Plain:
    """The network by plain sockets, one step after the other."""

    def __init__(self, name_server: str) -> None:
        host, _, port = name_server.partition(":")
        self._server, self._port = host, int(port)
        self._context = ssl.create_default_context()

    def question(self, name: str, kind: str) -> str | None:
        """One DNS question."""
        query = dns.message.make_query(name, kind)
        answer = dns.query.udp(query, self._server, port=self._port, timeout=5).answer
        return str(answer[-1][0]) if answer else None

    def document(self, host: str, path: str, body: bytes | None = None) -> bool:
        """DNS, TCP, TLS and HTTP; whether the answer was 200."""
        address = self.question(host, "A")
        if address is None:
            return False
        try:
            connection = socket.create_connection((address, 443), timeout=SEQUENTIAL_TIMEOUT)
        except TimeoutError:
            return False
        # Else the request waits a round trip for the acknowledgement of the handshake's last packet.
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with connection, self._context.wrap_socket(connection, server_hostname=host) as secure:
            method = "GET" if body is None else "POST"
            head = f"{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n"
            head += f"Content-Length: {len(body or b'')}\r\n\r\n"
            secure.sendall(head.encode() + (body or b""))
            received = b""
            while not _whole(received):
                received += secure.recv(65536)
        return b" 200 " in received[:20]

    def sequential(self, domain: str) -> bool:
        """One place after the other, as chatmail/core does."""
        address = EmailAddress.parse(f"ada@{domain}")
        query = urllib.parse.urlencode({"emailaddress": str(address)})
        request = autodiscover.render_request(address)
        return (
            self.document(f"autoconfig.{domain}", f"{_MOZILLA}?{query}")
            or self.document(domain, _WELL_KNOWN)
            or self.document(domain, _POX, request)
            or self.document(f"autodiscover.{domain}", _POX, request)
        )


def _whole(answer: bytes) -> bool:
    """Whether an answer has come to the end that its Content-Length names."""
    head, end, body = answer.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)content-length: *(\d+)", head)
    return bool(end) and (length is None or len(body) >= int(length[1]))


def main() -> None:
    """Arguments: name server; domains with own host, SRV and black holes, Autodiscover; rounds."""
    name_server, own, srv, last, rounds = *sys.argv[1:5], int(sys.argv[5])
    plain = Plain(name_server)
    figures: dict[str, list[float]] = {}

    def note(name: str, milliseconds: float) -> None:
        figures.setdefault(name, []).append(milliseconds)

    for turn in range(rounds):
        note("own path", _timed(lambda: plain.document(f"autoconfig.{own}", _MOZILLA)))
        note("own", _resolved(name_server, own, "isp"))
        note("own sequential", _timed(lambda: plain.sequential(own)))
        note("last", _resolved(name_server, last, "autodiscover"))
        note("last sequential", _timed(lambda: plain.sequential(last)))
        if turn < SLOW_ROUNDS:  # the patience takes its time
            note("srv path", _timed(lambda: plain.question(f"_imaps._tcp.{srv}", "SRV")))
            note("srv", _resolved(name_server, srv, "srv"))
    note("srv sequential", _timed(lambda: plain.sequential(srv)))
    print(json.dumps(figures))


def _timed(what: Callable[[], object]) -> float:
    start = time.perf_counter()
    what()
    return (time.perf_counter() - start) * 1000


def _resolved(name_server: str, domain: str, method: str) -> float:
    """Milliseconds of one resolution by a resolver that has asked nothing before."""

    async def run() -> float:
        async with Resolver.open(name_servers=[name_server], allow_private_networks=True) as resolver:
            start = time.perf_counter()
            found = await resolver.resolve(EmailAddress.parse(f"ada@{domain}"), Options())
            took = (time.perf_counter() - start) * 1000
        assert found.method == method, (found.method, found.reason)
        return took

    return asyncio.run(run())


if __name__ == "__main__":
    main()
