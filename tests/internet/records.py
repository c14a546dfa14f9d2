"""The records that tests have asked for, and what Knot has not been told of them yet."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import dns.name
import dns.rdatatype
import dns.zonefile

if TYPE_CHECKING:
    import dns.rrset

TTL = 300
"""Seconds; what a record has that does not say."""

_CUTS = (dns.rdatatype.NS, dns.rdatatype.SOA)


class Records:
    """Every record by owner and type, as sets of data in text form."""

    def __init__(self) -> None:
        self._held: dict[dns.name.Name, dict[dns.rdatatype.RdataType, set[str]]] = {}
        self.changes: list[dict[str, str]] = []
        """Commands for Knot, see control.change()."""

    def add(self, name: str, text: str) -> None:
        """Add records in zone-file syntax, relative to ``name``; those that are there already stay.

        Raises ValueError for zone cuts and for a CNAME beside other records, dnspython's SyntaxError.
        """
        rrsets = dns.zonefile.read_rrsets(
            textwrap.dedent(text).strip("\n"), origin=dns.name.from_text(name), default_ttl=TTL, rdclass=None
        )
        for rrset in rrsets:
            self._add(rrset)

    def _add(self, rrset: dns.rrset.RRset) -> None:
        if rrset.rdtype in _CUTS:
            raise ValueError(f"{rrset.name} {rrset.rdtype.name}: zone cuts are not simulated")
        held = self._held.setdefault(rrset.name, {})
        types = {*held, rrset.rdtype}
        if dns.rdatatype.CNAME in types and len(types) > 1:
            raise ValueError(f"{rrset.name} has a CNAME beside other records")
        data = held.setdefault(rrset.rdtype, set())
        common = {"owner": rrset.name.to_text(), "ttl": str(rrset.ttl), "type": rrset.rdtype.name}
        new = [text for rdata in rrset if (text := rdata.to_text()) not in data]
        self.changes += [{"cmd": "zone-set", **common, "data": text} for text in new]
        data.update(new)

    def remove(self, name: str, kind: str | None = None) -> None:
        """Take away the records of one type, or all, that a name has. Raises ValueError where it has none."""
        owner = dns.name.from_text(name)
        held = self._held.get(owner, {})
        types = [dns.rdatatype.from_text(kind)] if kind else list(held)
        if not types or not all(rdtype in held for rdtype in types):
            raise ValueError(f"{name} has no {kind or ''} record to take away")
        for rdtype in types:
            del held[rdtype]
            self.changes.append({"cmd": "zone-unset", "owner": owner.to_text(), "type": rdtype.name})

    def has(self, name: str, kind: str) -> bool:
        """Whether a name has records of a type."""
        return dns.rdatatype.from_text(kind) in self._held.get(dns.name.from_text(name), {})

    def take_changes(self) -> list[dict[str, str]]:
        """The commands since the last call."""
        changes, self.changes = self.changes, []
        return changes
