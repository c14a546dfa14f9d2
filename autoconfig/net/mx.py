"""MX records as they tell whose customer a mail domain is, for the rule of the service and for commands."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from autoconfig.net.records import Mx
from autoconfig.net.suffixes import is_special_use, mx_domains, registrable_domain

if TYPE_CHECKING:
    from autoconfig.net.records import Answer

HOST = re.compile(r"[a-z0-9._-]{1,253}")
"""What the name of an MX host may be."""


def best_hosts(answer: Answer) -> tuple[str, ...]:
    """The hosts of the most preferred MX records, in one order; none for a null MX (RFC 7505)."""
    records = [record for record in answer.records if isinstance(record, Mx)]
    best = min((record.preference for record in records), default=0)
    hosts = {record.exchange for record in records if record.preference == best}
    return tuple(sorted(host for host in hosts if HOST.fullmatch(host) and host != "."))


def why_nobody(answer: Answer) -> str:
    """What a domain without a best host does, for a sentence: a null MX stands alone (RFC 7505)."""
    if not answer.records:
        return "has no MX record"
    exchanges = {record.exchange for record in answer.records if isinstance(record, Mx)}
    return "takes no mail (null MX)" if exchanges == {"."} else "has an MX record that names no host"


@lru_cache(maxsize=4096)
def names_of(host: str) -> tuple[str, ...]:
    """The MX domains a host may stand for: itself, its name less the first label, its registrable domain.

    draft-ietf-mailmaint-autoconfig-06 §4.
    """
    return (host, *mx_domains(host, ""))


def is_askable(domain: str, *, any_name: bool) -> bool:
    """Whether somebody can have registered the domain: nothing is asked at or above a public suffix.

    With ``any_name`` names count too that the public DNS has not: the name servers are one's own.
    """
    return (any_name or not is_special_use(domain)) and registrable_domain(domain) is not None
