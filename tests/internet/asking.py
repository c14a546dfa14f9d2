"""Plain clients for the tests of the simulated internet itself: the standard library and dnspython only."""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
import time
from typing import TYPE_CHECKING

import dns.message
import dns.query

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.internet.sites import Site
    from tests.internet.world import Internet


def ask(
    server: str, name: str, kind: str = "A", *, tcp: bool = False, seconds: float = 2
) -> dns.message.Message:
    """The answer of a name server to one question; raises dns.exception.Timeout and what dnspython raises."""
    host, _, port = server.partition(":")
    query = dns.message.make_query(name, kind, want_dnssec=True)
    send = dns.query.tcp if tcp else dns.query.udp
    return send(query, host, timeout=seconds, port=int(port))


def records(answer: dns.message.Message) -> list[str]:
    """The data of every record of an answer as text."""
    return [rdata.to_text() for rrset in answer.answer for rdata in rrset]


@contextlib.contextmanager
def connection(
    internet: Internet, host: str, port: int = 443, *, seconds: float = 2
) -> Iterator[ssl.SSLSocket]:
    """A TLS connection that trusts the authority of the simulated internet and nobody else."""
    context = ssl.create_default_context(cafile=internet.ca_file)
    with socket.create_connection((internet.host(host), port), timeout=seconds) as plain:
        # Else the request would wait until the server has our Finished (Nagle): a round trip more.
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with context.wrap_socket(plain, server_hostname=host) as encrypted:
            yield encrypted


def get(
    internet: Internet, host: str, target: str = "/", *, method: str = "GET", body: bytes | None = None
) -> Reply:
    """Ask a site over https, on a connection of its own."""
    with connection(internet, host) as encrypted:
        client = http.client.HTTPConnection(host)
        client.sock = encrypted
        client.request(method, target, body=body)
        response = client.getresponse()
        return Reply(response.status, dict(response.getheaders()), response.read())


class Reply:
    """What came back."""

    def __init__(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.status = status
        self.headers = headers
        self.body = body


def wait_for_no_connection(site: Site) -> bool:
    """Whether the site soon has no connection any more."""
    deadline = time.monotonic() + 2
    while site.open and time.monotonic() < deadline:
        time.sleep(0.005)
    return site.open == 0
