"""Reading the answer to a DNS question: records, nothing there, or no answer at all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import dns.exception
import dns.message
import dns.name
import dns.rdatatype

from autoconfig.errors import LookupFailed
from autoconfig.net import wire
from autoconfig.net.records import Answer, Mx, Record, Srv

if TYPE_CHECKING:
    from autoconfig.net.transport import NameServer

MAX_TTL = 3600.0
"""Seconds; nothing is kept longer, so that a mended zone is seen within the hour."""
NEGATIVE_TTL = 60.0
"""Seconds for which "nothing there" is kept where the zone does not say."""
MAX_ALIASES = 16
"""CNAME records inside one answer; resolvers follow about as many."""

_NOERROR, _NXDOMAIN = 0, 3
_RCODES = {1: "FORMERR", 2: "SERVFAIL", 4: "NOTIMP", 5: "REFUSED"}


def read(query: wire.Query, data: bytes, server: NameServer) -> Answer:
    """Read the message that answers a question.

    An answer with neither records nor ``absent`` leads to ``canonical``, which is to be asked for next.
    Raises LookupFailed for an error code, a lame server and what cannot be read.
    """
    flags = int.from_bytes(data[2:4], "big")
    rcode = flags & 0x0F
    if rcode not in (_NOERROR, _NXDOMAIN):
        raise LookupFailed(f"The name server {server} says {_RCODES.get(rcode, f'error {rcode}')}.")
    if flags & wire.TC:
        raise LookupFailed(f"The name server {server} gives only a part of the answer.")
    proven = server.trusted and bool(flags & wire.AD)
    negative = wire.read_negative(query, data)
    if negative is not None:
        if not flags & (wire.RA | wire.AA):
            raise LookupFailed(f"The name server {server} says nothing about it (lame).")
        return _absent(query, query.name, rcode, negative.ttl, proven=proven)
    try:
        message = dns.message.from_wire(data, ignore_trailing=True)
    except (dns.exception.DNSException, ValueError) as error:
        reason = type(error).__name__
        raise LookupFailed(f"The name server {server} answers what cannot be read ({reason}).") from None
    return _positive(query, message, rcode, proven=proven)


def _positive(query: wire.Query, message: dns.message.Message, rcode: int, *, proven: bool) -> Answer:
    """The records in a message, its CNAMEs followed as far as it has them."""
    wanted = dns.rdatatype.from_text(query.kind)
    by_name = {(rrset.name, rrset.rdtype): rrset for rrset in message.answer}
    here = dns.name.from_text(query.name)
    ttl = MAX_TTL
    for _ in range(MAX_ALIASES + 1):
        rrset = by_name.get((here, wanted))
        if rrset is not None:
            return Answer(
                name=query.name,
                kind=query.kind,
                records=tuple(_record(rdata, query.kind) for rdata in rrset),
                canonical=_text(here),
                authenticated=proven,
                ttl=min(ttl, rrset.ttl),
            )
        alias = by_name.get((here, dns.rdatatype.CNAME))
        if alias is None:
            break
        here, ttl = alias[0].target, min(ttl, alias.ttl)
    else:
        raise LookupFailed(f"{query.name} leads through more than {MAX_ALIASES} CNAME records.")
    canonical = _text(here)
    if here != dns.name.from_text(query.name) and rcode == _NOERROR and not message.authority:
        return Answer(name=query.name, kind=query.kind, canonical=canonical, authenticated=proven, ttl=ttl)
    return _absent(query, canonical, rcode, _soa_ttl(message), proven=proven, most=ttl)


def _absent(
    query: wire.Query,
    canonical: str,
    rcode: int,
    soa_ttl: float | None,
    *,
    proven: bool,
    most: float = MAX_TTL,
) -> Answer:
    return Answer(
        name=query.name,
        kind=query.kind,
        canonical=canonical,
        authenticated=proven,
        ttl=min(most, NEGATIVE_TTL if soa_ttl is None else soa_ttl),
        absent="NXDOMAIN" if rcode == _NXDOMAIN else f"no {query.kind} record",
    )


def _record(rdata: Any, kind: str) -> Record:
    if kind in ("A", "AAAA"):
        return str(rdata.address)
    if kind == "MX":
        return Mx(rdata.preference, _text(rdata.exchange))
    if kind == "SRV":
        return Srv(rdata.priority, rdata.weight, rdata.port, _text(rdata.target))
    return b"".join(rdata.strings).decode("utf-8", "replace")


def _text(name: dns.name.Name) -> str:
    return name.to_text(omit_final_dot=True).lower() if len(name) > 1 else "."


def _soa_ttl(message: dns.message.Message) -> float | None:
    """RFC 2308 §5: the smaller of the SOA's own TTL and its minimum field, in seconds."""
    for rrset in message.authority:
        if rrset.rdtype == dns.rdatatype.SOA:
            return float(min(rrset.ttl, rrset[0].minimum))
    return None
