"""Reading the services of a mail domain out of zone text (RFC 1035 §5), or out of ``dns records --json``.

Our own fragments, and whatever SRV and TXT records stand in anybody's zone. dnspython reads the lines; of its
directives those alone are allowed that reach nothing outside the text.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from autoconfig.errors import DomainError, DomainNeeded, FormatError, ValueRefused
from autoconfig.formats.parsed import Parsed
from autoconfig.formats.services import (
    TCP_SERVICES,
    URL_SERVICES,
    WITH_PATH,
    path_in,
    provider_of,
    server_of,
)
from autoconfig.formats.zone import AUTOCONFIG, AUTODISCOVER, PACC, TTL
from autoconfig.model import Remark, normalize_domain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from autoconfig.model import AnyServer

MAX_BYTES = 4 * 1024 * 1024
"""A zone of fifty thousand records; ours is two kilobytes."""
MAX_REMARKS = 100

_DIRECTIVES = ("$ORIGIN", "$TTL")
_SERVICES = (*TCP_SERVICES, *URL_SERVICES)
_POINTERS = (AUTOCONFIG, AUTODISCOVER, PACC, f"_{PACC}", "_autodiscover._tcp")
"""Names that lead to whoever publishes the settings; they say nothing about a server."""


class _Record(NamedTuple):
    """One SRV or TXT record: its owner as labels and domain, and what it says."""

    service: str
    """``_imaps._tcp`` without the ``._tcp``."""
    domain: str
    value: tuple[int, int, int, str] | str
    """Priority, weight, port and target, or a text."""


def parse(data: bytes, domain: str | None = None, *, max_bytes: int = MAX_BYTES) -> Parsed:
    """Read the servers that the records of one mail domain name, lowest priority first.

    ``domain`` says which one is meant where the text is about several, and completes names without a final
    dot. Raises FormatError, and DomainNeeded where it must be said.
    """
    if len(data) > max_bytes:
        raise FormatError(f"The zone is larger than {max_bytes} bytes.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise FormatError("The zone is not UTF-8.", line=line) from None
    return _parsed(text, domain)


def parse_json(data: bytes, domain: str | None = None, *, max_bytes: int = MAX_BYTES) -> Parsed:
    """Read what ``dns records --json`` prints, about one domain or several. Raises as :func:`parse`."""
    if len(data) > max_bytes:
        raise FormatError(f"The records are larger than {max_bytes} bytes.")
    try:
        content = json.loads(data)
    except (ValueError, RecursionError):
        raise FormatError("Not JSON that can be read.") from None
    plans = content if isinstance(content, list) else [content]
    records = [record for plan in plans if isinstance(plan, dict) for record in _listed(plan.get("records"))]
    if not records:
        raise FormatError("There are no records in this JSON.")
    return _parsed("\n".join(map(_line, records)), domain)


def _listed(records: Any) -> list[Any]:
    return records if isinstance(records, list) else []


def _line(record: Any) -> str:
    """A record as a zone file has it. Raises FormatError for what no line can hold."""
    values = [record.get(key) for key in ("name", "type", "value")] if isinstance(record, dict) else []
    texts = [value for value in values if isinstance(value, str) and value.isprintable() and value.strip()]
    if len(texts) != 3:
        raise FormatError("A record has no name, type and value, each a text on one line.")
    return f"{texts[0]} {TTL} IN {texts[1]} {texts[2]}"


def _parsed(text: str, domain: str | None) -> Parsed:
    records, others = _read(text, domain)
    about = domain or _only_domain(records)
    ours = [record for record in records if record.domain == about]
    remarks: list[Remark] = []
    if others:
        plural = "s say" if others > 1 else " says"
        remarks.append(Remark(message=f"{others} other record{plural} nothing about mail settings."))
    servers = [server for service in _SERVICES for server in _servers(service, ours, remarks)]
    if not servers:
        reason = f" First: {remarks[-1].message}" if remarks and remarks[-1].path else ""
        raise FormatError(f"No record names a usable server of {about}.{reason}")
    return Parsed(provider=provider_of(about, dict.fromkeys(servers)), remarks=tuple(remarks[:MAX_REMARKS]))


def _only_domain(records: Iterable[_Record]) -> str:
    domains = sorted({record.domain for record in records})
    if not domains:
        raise FormatError("No record names a server of any domain.")
    if len(domains) > 1:
        raise DomainNeeded(f"The records are about several domains, such as {domains[0]} and {domains[1]}.")
    if not domains[0]:
        raise DomainNeeded("The records do not say whose they are.")
    return domains[0]


def _servers(service: str, records: Iterable[_Record], remarks: list[Remark]) -> Iterator[AnyServer]:
    """The servers of one service in the order in which clients try them."""
    values = [record.value for record in records if record.service == service]
    path = path_in(value for value in values if isinstance(value, str)) if service in WITH_PATH else None
    for _, _, port, target in sorted(
        (value for value in values if not isinstance(value, str)), key=lambda value: (value[0], -value[1])
    ):
        if target == ".":
            continue  # says that the service is not offered (RFC 6186 §3.4)
        try:
            yield server_of(service, target, port, path)
        except ValueRefused as error:
            remarks.append(Remark(message=f"Left out: {error}", path=f"{service}._tcp", value=target[:80]))


def _read(text: str, domain: str | None) -> tuple[list[_Record], int]:
    """The records of known services, and how many others there are. Raises FormatError."""
    import dns.exception  # here: nothing else that reads a provider needs them
    import dns.name
    import dns.tokenizer
    import dns.zonefile
    from dns.rdataclass import IN

    manager = dns.zonefile.RRSetsReaderManager(dns.name.root, False, IN)
    try:
        with manager.writer(True) as transaction:  # type: ignore[no-untyped-call]
            tokens = dns.tokenizer.Tokenizer(text, "zone")
            reader = dns.zonefile.Reader(
                tokens, IN, transaction, allow_directives=_DIRECTIVES, default_ttl=TTL
            )
            reader.current_origin = reader.last_name = dns.name.from_text(domain or ".")
            reader.read()
    except (dns.exception.DNSException, ValueError, ArithmeticError) as error:
        raise _refused(error) from None
    records: list[_Record] = []
    others = 0
    for rrset in manager.rrsets:
        found = [_record(rrset.name.to_text(omit_final_dot=True), rdata) for rdata in rrset]
        records += [record for record in found if record is not None]
        if found[0] is None and not _is_pointer(rrset.name.to_text(omit_final_dot=True)):
            others += len(found)
    return records, others


def _record(owner: str, rdata: Any) -> _Record | None:
    """The record of a known service; None for every other one."""
    service, _, rest = owner.lower().partition("._tcp")
    if service not in _SERVICES or (rest and not rest.startswith(".")):
        return None
    try:
        domain = normalize_domain(rest[1:]) if rest else ""
    except DomainError:
        return None
    kind = rdata.rdtype.name
    if kind == "SRV":
        target = rdata.target.to_text(omit_final_dot=True) or "."
        return _Record(service, domain, (rdata.priority, rdata.weight, rdata.port, target))
    if kind == "TXT":
        return _Record(service, domain, b"".join(rdata.strings).decode("utf-8", "replace"))
    return None


def _is_pointer(owner: str) -> bool:
    return any(owner.lower() == name or owner.lower().startswith(f"{name}.") for name in _POINTERS)


def _refused(error: Exception) -> FormatError:
    """dnspython's ``zone:3: reason`` as an error with a line."""
    source, _, rest = str(error).partition(":")
    line, colon, reason = rest.partition(":")
    if source == "zone" and colon and line.isdecimal():
        return FormatError(f"Not a zone: {reason.strip().rstrip('.')}.", line=int(line))
    return FormatError(f"Not a zone: {str(error).strip().rstrip('.') or type(error).__name__}.")
