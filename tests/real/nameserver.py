"""A name server of a few MX records over UDP, which counts questions and can fall silent."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections import Counter
from typing import TYPE_CHECKING

import dns.exception
import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_SOA = "com. 60 IN SOA ns.com. hostmaster.com. 1 7200 900 1209600 60"


class NameServer:
    """Answers MX questions from a table of domain to ``preference host``; other names do not exist."""

    def __init__(self, records: Mapping[str, str]) -> None:
        self.records = dict(records)
        self.asked: Counter[str] = Counter()
        self.silent = False
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._socket.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve, name="name server", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop listening."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)  # wakes the thread, though nothing is connected
        self._socket.close()
        self._thread.join(5)

    def _serve(self) -> None:
        while True:
            try:
                data, client = self._socket.recvfrom(4096)
            except OSError:
                return
            if not data:
                return
            with contextlib.suppress(dns.exception.DNSException, OSError):
                answer = self._answer(dns.message.from_wire(data))
                if not self.silent:
                    self._socket.sendto(answer, client)

    def _answer(self, query: dns.message.Message) -> bytes:
        (question,) = query.question
        domain = question.name.to_text(omit_final_dot=True).lower()
        if question.rdtype == dns.rdatatype.MX:
            self.asked[domain] += 1
        response = dns.message.make_response(query)
        response.flags |= dns.flags.RA
        record = self.records.get(domain) if question.rdtype == dns.rdatatype.MX else None
        if record is not None:
            response.answer.append(dns.rrset.from_text(question.name, 300, "IN", "MX", f"{record}."))
        else:
            response.set_rcode(dns.rcode.NXDOMAIN)
            owner, ttl, rdclass, rdtype, soa = _SOA.split(maxsplit=4)
            response.authority.append(dns.rrset.from_text(owner, int(ttl), rdclass, rdtype, soa))
        return response.to_wire()


@contextlib.contextmanager
def answering(records: Mapping[str, str]) -> Iterator[NameServer]:
    """A name server for as long as the block runs."""
    server = NameServer(records)
    try:
        yield server
    finally:
        server.close()
