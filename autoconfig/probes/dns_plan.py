"""The DNS plan held against the live DNS: what is missing, different, or must not be there.

Compared is what clients will see: aliases are followed as they follow them, the order of SRV records counts
and their numbers do not, of several digests one must match.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from autoconfig.errors import LookupFailed
from autoconfig.formats.zone import AUTOCONFIG, AUTODISCOVER, PACC, SERVICES, URL_SERVICES
from autoconfig.net.records import Srv
from autoconfig.probes.dns_digests import check_digests
from autoconfig.probes.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Awaitable, Iterable, Sequence

    from autoconfig.formats import pacc
    from autoconfig.formats.zone import DnsRecord, ServiceHost
    from autoconfig.net.dns import Dns

_POINTERS = (AUTOCONFIG, AUTODISCOVER, PACC)
_ADDRESSES = ("A", "AAAA")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One owner name and type: what the plan says and what the DNS says."""

    name: str
    """In full, with the final dot."""
    type: str
    verdict: Verdict
    detail: str = ""
    expected: tuple[str, ...] = ()
    found: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The JSON of one finding."""
        return {
            "name": self.name,
            "type": self.type,
            "verdict": str(self.verdict),
            "detail": self.detail,
            "expected": list(self.expected),
            "found": list(self.found),
        }


async def check(
    dns: Dns,
    domain: str,
    plan: Sequence[DnsRecord],
    host: ServiceHost,
    digests: pacc.Rollover | None = None,
) -> list[Finding]:
    """Ask for every name of the plan, and for those that should have no record. In the order of the plan.

    ``digests`` tells the digests of the plan apart: which is the newest, which may go.
    """
    checks: list[Awaitable[Finding | None]] = []
    planned = set()
    for (name, kind), group in groupby(plan, key=lambda record: (record.name, _kind(record))):
        planned.add((name, kind))
        checks.append(_checked(dns, name, kind, list(group), host, digests))
    for name, kind in _known(domain):
        if (name, kind) not in planned:
            checks.append(_unplanned(dns, name, kind))
    findings = await asyncio.gather(*checks)
    return [finding for finding in findings if finding is not None]


def _kind(record: DnsRecord) -> str:
    """Aliases and addresses are one thing to a client: where the name leads."""
    return "host" if record.type in ("CNAME", *_ADDRESSES) else record.type


def _known(domain: str) -> list[tuple[str, str]]:
    """Every name and type that clients ask for under a domain."""
    services = dict.fromkeys((*SERVICES.values(), *URL_SERVICES.values(), "_autodiscover"))
    names = [(f"{service}._tcp.{domain}.", "SRV") for service in services]
    return [*names, (f"{PACC}.{domain}.", "host"), (f"_{PACC}.{domain}.", "TXT")]


async def _checked(
    dns: Dns,
    name: str,
    kind: str,
    records: list[DnsRecord],
    host: ServiceHost,
    digests: pacc.Rollover | None,
) -> Finding:
    expected = tuple(record.value for record in records)
    try:
        if kind == "host":
            verdict, detail, found = await _host(dns, name, host)
        elif kind == "SRV":
            verdict, detail, found = await _srv(dns, name, expected)
        else:
            verdict, detail, found = await _txt(dns, name, expected, digests)
    except LookupFailed as error:
        verdict, detail, found = Verdict.UNKNOWN, str(error), ()
    shown = records[0].type if kind == "host" else kind
    return Finding(name=name, type=shown, verdict=verdict, detail=detail, expected=expected, found=found)


_Result = tuple[Verdict, str, tuple[str, ...]]


async def _host(dns: Dns, name: str, host: ServiceHost) -> _Result:
    """Whether a name leads to the service: to its name, or to its addresses."""
    found, canonical = await _addresses(dns, _bare(name))
    if not found:
        leads = f"it is an alias of {canonical}, which has no address" if canonical != _bare(name) else ""
        return (Verdict.DIFFERENT if leads else Verdict.MISSING), leads, ()
    wanted = set(host.addresses) or (await _addresses(dns, host.name))[0]
    if canonical == host.name or found <= wanted:
        return Verdict.OK, "", tuple(sorted(found))
    shown = tuple(sorted(found))
    through = f" through {canonical}" if canonical != _bare(name) else ""
    return Verdict.DIFFERENT, f"it leads to {', '.join(shown)}{through}, not to {host.name}", shown


async def _srv(dns: Dns, name: str, expected: tuple[str, ...]) -> _Result:
    answer = await dns.look_up(_bare(name), "SRV")
    records = [record for record in answer.records if isinstance(record, Srv)]
    records.sort(key=lambda record: record.priority)
    found = tuple(
        f"{record.priority} {record.weight} {record.port} {_dotted(record.target)}" for record in records
    )
    if not records:
        declined = expected == ("0 0 0 .",)
        return Verdict.MISSING, "without it clients may guess" if declined else "", ()
    if [_place(value) for value in found] != [_place(value) for value in expected]:
        return Verdict.DIFFERENT, f"it says {', '.join(found)}", found
    for target in dict.fromkeys(record.target for record in records if record.target != "."):
        addresses, canonical = await _addresses(dns, target)
        if canonical != target:
            reason = f"{target} is an alias, which the target of an SRV record may not be (RFC 2782)"
            return Verdict.NOT_ALLOWED, reason, found
        if not addresses:
            return Verdict.DIFFERENT, f"{target} has no address", found
    return Verdict.OK, "", found


async def _txt(dns: Dns, name: str, expected: tuple[str, ...], digests: pacc.Rollover | None) -> _Result:
    """A path must be the only one; of digests all that are expected must be there, and others may."""
    answer = await dns.look_up(_bare(name), "TXT")
    found = tuple(record for record in answer.records if isinstance(record, str))
    if name.startswith(f"_{PACC}."):
        return check_digests(expected, found, digests, time.time())
    paths = tuple(text for text in found if text.lower().startswith("path="))
    if not paths:
        return Verdict.MISSING, "", found
    if [f'"{path}"' for path in paths] == list(expected):
        return Verdict.OK, "", found
    return Verdict.DIFFERENT, f"it says {', '.join(paths)}", found


async def _unplanned(dns: Dns, name: str, kind: str) -> Finding | None:
    """A record of a name that the plan does not have."""
    try:
        if kind == "host":
            addresses, _ = await _addresses(dns, _bare(name))
            found: Iterable[str] = sorted(addresses)
        else:
            answer = await dns.look_up(_bare(name), kind)
            found = [_shown(record) for record in answer.records]
    except LookupFailed:
        return None
    shown = tuple(text for text in found if text != "0 0 0 .")
    if not shown:
        return None
    detail = f"extra: the provider file offers nothing here, the DNS says {', '.join(shown)}"
    shown_kind = "A" if kind == "host" else kind
    return Finding(name=name, type=shown_kind, verdict=Verdict.NOT_ALLOWED, detail=detail, found=shown)


async def _addresses(dns: Dns, name: str) -> tuple[set[str], str]:
    """The addresses of a name and where its aliases led."""
    answers = await asyncio.gather(*(dns.look_up(name, kind) for kind in _ADDRESSES))
    found = {record for answer in answers for record in answer.records if isinstance(record, str)}
    canonical = next((answer.canonical for answer in answers if answer.records), answers[0].canonical)
    return found, canonical or name


def _shown(record: object) -> str:
    if isinstance(record, Srv):
        return f"{record.priority} {record.weight} {record.port} {_dotted(record.target)}"
    return str(record)


def _place(value: str) -> tuple[str, str]:
    """Port and target: what a client connects to. The declined service has only its target."""
    _, _, port, target = value.split()
    return ("" if target == "." else port), target


def _bare(name: str) -> str:
    return name.removesuffix(".")


def _dotted(name: str) -> str:
    return name if name == "." else f"{name}."
