"""A name server for a namespace: every name below one domain is this machine, nothing else exists.

Run as a program: ``python name_server.py DOMAIN``; it listens on 127.0.0.1, port 53.
"""

from __future__ import annotations

import socket
import sys

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset

ADDRESS = ("127.0.0.1", 53)


def answer(wire: bytes, domain: dns.name.Name) -> bytes:
    """The answer to one question."""
    query = dns.message.from_wire(wire)
    reply = dns.message.make_response(query, recursion_available=True)
    (question,) = query.question
    if question.name == domain or not question.name.is_subdomain(domain):
        reply.set_rcode(dns.rcode.NXDOMAIN)
    elif question.rdtype == dns.rdatatype.A:
        reply.answer.append(dns.rrset.from_text(question.name, 60, "IN", "A", ADDRESS[0]))
    return reply.to_wire()


def serve(domain: str) -> None:
    """Answer until the process ends."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as here:
        here.bind(ADDRESS)
        while True:
            wire, peer = here.recvfrom(4096)
            here.sendto(answer(wire, dns.name.from_text(domain)), peer)


if __name__ == "__main__":
    serve(sys.argv[1])
