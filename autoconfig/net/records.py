"""The answers of the DNS, as plain values."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Srv:
    """An SRV record (RFC 2782). A target of ``.`` says that the service is not offered."""

    priority: int
    weight: int
    port: int
    target: str


@dataclass(frozen=True, slots=True)
class Mx:
    """An MX record. An exchange of ``.`` says that the domain takes no mail (RFC 7505)."""

    preference: int
    exchange: str


Record = str | Srv | Mx
"""An address, a text (TXT strings joined), a host name, or one of the above."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a name has of one type; no records where there is nothing."""

    name: str
    """The name asked, A-labels without the final dot."""
    kind: str
    records: tuple[Record, ...] = ()
    canonical: str = ""
    """Where the CNAMEs led; the name itself where there are none."""
    authenticated: bool = False
    """Whether a trusted resolver says that DNSSEC proves it (AD bit, RFC 4035 §3.2.3)."""
    ttl: float = 0.0
    """Seconds for which it may be kept."""
    absent: str = ""
    """Why there is nothing: NXDOMAIN, or no record of this type."""
