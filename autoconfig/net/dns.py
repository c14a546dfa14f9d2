"""The DNS as the resolver sees it: names in, plain records out, kept as long as they may be.

Nothing there (NXDOMAIN, no such record) is an answer without records; no answer (SERVFAIL, REFUSED, lame,
silence) is LookupFailed. The two must never be mixed up: the first may be kept and believed.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dns.exception
import dns.flags
import dns.name
import dns.rdatatype

from autoconfig.errors import DomainError, LookupFailed
from autoconfig.net.records import Answer, Mx, Record, Srv
from autoconfig.net.trail import tell
from autoconfig.net.transport import NameServer, ask, is_loopback, query_for, rcode_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import dns.message

    from autoconfig.net.transport import Exchange

TRY_TIMEOUT = 1.2
"""Seconds until the next name server is asked."""
ROUNDS = 2
MAX_CNAMES = 8
MAX_TTL = 3600.0
"""Seconds; nothing is kept longer, so that a mended zone is seen within the hour."""
NEGATIVE_TTL = 60.0
"""Seconds for which "nothing there" is kept where the zone does not say."""
FAILURE_TTL = 2.0
"""Seconds for which a failure is remembered: the parts of one resolution ask alike."""
KEPT_ANSWERS = 50_000

_NOERROR, _NXDOMAIN = "NOERROR", "NXDOMAIN"


class Dns:
    """Asks recursive name servers, keeps answers by their TTL, joins equal questions. One event loop only."""

    def __init__(
        self, servers: Sequence[NameServer], exchange: Exchange = ask, *, try_timeout: float = TRY_TIMEOUT
    ) -> None:
        self._servers = tuple(servers)
        self._exchange = exchange
        self._try_timeout = try_timeout
        self._kept: OrderedDict[tuple[str, str], tuple[float, Answer | LookupFailed]] = OrderedDict()
        self._asking: dict[tuple[str, str], asyncio.Task[Answer]] = {}

    async def look_up(self, name: str, kind: str) -> Answer:
        """The records of one type (A, AAAA, MX, SRV, TXT). Raises LookupFailed."""
        target, started = f"{kind} {name}", asyncio.get_running_loop().time()
        try:
            answer = await self._answer(name, kind)
        except LookupFailed as error:
            tell(target, "failed", str(error), started)
            raise
        except asyncio.CancelledError:
            tell(target, "failed", "given up", started)
            raise
        tell(target, "found" if answer.records else "nothing", _described(answer), started)
        return answer

    async def _answer(self, name: str, kind: str) -> Answer:
        key = (name, kind)
        kept = self._kept.get(key)
        if kept is not None and kept[0] > asyncio.get_running_loop().time():
            if isinstance(kept[1], LookupFailed):
                raise kept[1]
            return kept[1]
        task = self._asking.get(key)
        if task is None:
            # A task of its own: whoever asked first may be cancelled while others wait.
            task = asyncio.create_task(self._asked(name, kind))
            self._asking[key] = task
            task.add_done_callback(lambda done: self._done(key, done))
        return await asyncio.shield(task)

    def _done(self, key: tuple[str, str], task: asyncio.Task[Answer]) -> None:
        self._asking.pop(key, None)
        if task.cancelled():
            return
        error = task.exception()
        if error is not None and not isinstance(error, LookupFailed):
            return
        ttl = FAILURE_TTL if error is not None else task.result().ttl
        now = task.get_loop().time()
        self._kept[key] = (now + ttl, error if error is not None else task.result())
        if len(self._kept) > KEPT_ANSWERS:
            self._kept.popitem(last=False)

    async def _asked(self, name: str, kind: str) -> Answer:
        """Ask and follow CNAMEs, also where the name server does not."""
        here, ttl, authenticated = name, MAX_TTL, True
        for _ in range(MAX_CNAMES):
            message, trusted = await self._exchanged(here, kind)
            answer = _read(message, here, kind)
            authenticated = authenticated and trusted and bool(message.flags & dns.flags.AD)
            ttl = min(ttl, answer.ttl)
            if answer.records or answer.absent:
                return Answer(
                    name=name,
                    kind=kind,
                    records=answer.records,
                    canonical=answer.canonical,
                    authenticated=authenticated,
                    ttl=ttl,
                    absent=answer.absent,
                )
            here = answer.canonical
        raise LookupFailed(f"{name} leads through more than {MAX_CNAMES} CNAME records.")

    async def _exchanged(self, name: str, kind: str) -> tuple[dns.message.Message, bool]:
        """The first usable answer of the name servers in their order, and whether its AD bit counts."""
        if not self._servers:
            raise LookupFailed("There is no name server to ask.", unreachable=True)
        try:
            query = query_for(name, kind)
        except (dns.exception.DNSException, ValueError) as error:
            raise LookupFailed(f"{name[:80]!r} cannot be asked for.") from error
        failure = LookupFailed("No name server answered.", unreachable=True)
        for _ in range(ROUNDS):
            for server in self._servers:
                try:
                    async with asyncio.timeout(self._try_timeout):
                        message = await self._exchange(query, server)
                except TimeoutError:
                    failure = LookupFailed(f"The name server {server} is silent.", unreachable=True)
                    continue
                except LookupFailed as error:
                    failure = error
                    continue
                reason = _unusable(message)
                if not reason:
                    return message, server.trusted
                failure = LookupFailed(f"The name server {server} says {reason}.")
            if not failure.unreachable:
                break  # they have spoken; a second round would hear the same
        raise failure

    async def aclose(self) -> None:
        """Stop every question still on its way."""
        tasks = list(self._asking.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _unusable(message: dns.message.Message) -> str:
    """Why an answer says nothing: an error code, or a referral by a server that does not recurse."""
    rcode = rcode_of(message)
    if rcode not in (_NOERROR, _NXDOMAIN):
        return rcode
    answers = message.flags & (dns.flags.RA | dns.flags.AA)
    return "" if answers or message.answer else "nothing about it (lame)"


def _read(message: dns.message.Message, name: str, kind: str) -> Answer:
    """The records in a message, its CNAMEs followed as far as it has them."""
    wanted = dns.rdatatype.from_text(kind)
    here = dns.name.from_text(name)
    ttl = MAX_TTL
    for _ in range(MAX_CNAMES):
        rrset = next(
            (found for found in message.answer if found.name == here and found.rdtype == wanted), None
        )
        if rrset is not None:
            records = tuple(record for rdata in rrset if (record := _record(rdata, kind)) is not None)
            return Answer(
                name=name, kind=kind, records=records, canonical=_text(here), ttl=min(ttl, rrset.ttl)
            )
        alias = next(
            (found for found in message.answer if found.name == here and found.rdtype == dns.rdatatype.CNAME),
            None,
        )
        if alias is None:
            break
        here, ttl = alias[0].target, min(ttl, alias.ttl)
    canonical = _text(here)
    followed = canonical != name
    if followed and rcode_of(message) == _NOERROR and not message.authority:
        return Answer(name=name, kind=kind, canonical=canonical, ttl=ttl)  # to be asked for
    absent = _NXDOMAIN if rcode_of(message) == _NXDOMAIN else f"no {kind} record"
    return Answer(
        name=name, kind=kind, canonical=canonical, ttl=min(ttl, _negative_ttl(message)), absent=absent
    )


def _record(rdata: Any, kind: str) -> Record | None:
    if kind in ("A", "AAAA"):
        return str(rdata.address)
    if kind == "MX":
        return Mx(rdata.preference, _text(rdata.exchange))
    if kind == "SRV":
        return Srv(rdata.priority, rdata.weight, rdata.port, _text(rdata.target))
    if kind == "TXT":
        return b"".join(rdata.strings).decode("utf-8", "replace")
    return _text(rdata.target)


def _text(name: dns.name.Name) -> str:
    return name.to_text(omit_final_dot=True).lower() if len(name) > 1 else "."


def _negative_ttl(message: dns.message.Message) -> float:
    """RFC 2308 §5: the smaller of the SOA's own TTL and its minimum field."""
    for rrset in message.authority:
        if rrset.rdtype == dns.rdatatype.SOA:
            return float(min(rrset.ttl, rrset[0].minimum, MAX_TTL))
    return NEGATIVE_TTL


def _described(answer: Answer) -> str:
    if not answer.records:
        return answer.absent or "nothing"
    count = len(answer.records)
    return f"{count} record{'s' if count > 1 else ''}{', DNSSEC' if answer.authenticated else ''}"


def system_name_servers(path: Path = Path("/etc/resolv.conf")) -> tuple[NameServer, ...]:
    """The name servers of the machine; only one on the machine itself is trusted with DNSSEC."""
    try:
        lines = path.read_text("utf-8", "replace").splitlines()
    except OSError:
        return ()
    hosts = [words[1] for line in lines if len(words := line.split()) >= 2 and words[0] == "nameserver"]
    return tuple(NameServer(host, trusted=is_loopback(host)) for host in hosts[:3])


def name_server(text: str) -> NameServer:
    """Read ``192.0.2.1``, ``192.0.2.1:5353``, ``[2001:db8::1]:53``; what is configured is trusted.

    Raises DomainError.
    """
    import ipaddress

    host, port = text, str(53)
    if text.startswith("["):
        host, _, rest = text[1:].partition("]")
        port = rest.removeprefix(":") or port
    elif text.count(":") == 1:
        host, _, port = text.partition(":")
    try:
        ipaddress.ip_address(host)
        usable = port.isascii() and port.isdigit() and 1 <= int(port) <= 65535
    except ValueError:
        usable = False
    if not usable:
        raise DomainError(f"{text!r} is not a name server such as 192.0.2.1 or 127.0.0.1:5353.")
    return NameServer(host, int(port), trusted=True)
