"""Name, address, port, greeting: does the service answer where it is published?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from autoconfig.model import ServerType, SocketType
from autoconfig.net.mail import Fault, Stage
from autoconfig.probes.findings import ServerFinding, found

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from autoconfig.model import TcpServer
    from autoconfig.probes.facts import Attempt, Failure, NameFacts, TcpFacts

SLOW = 3.0
"""Seconds until the greeting; mail programs that guess give up at about five."""

NAMES = {
    "imap": "IMAP",
    "pop3": "POP3",
    "smtp": "SMTP",
    "managesieve": "ManageSieve",
    "http": "a web server",
    "ssh": "SSH",
    "ftp": "FTP",
    "tls": "TLS",
}
"""How protocols are written."""

_SECURITY = {
    SocketType.SSL: "TLS from the start",
    SocketType.STARTTLS: "STARTTLS",
    SocketType.PLAIN: "plain text",
}


def findings(server: TcpServer, facts: TcpFacts) -> Iterator[ServerFinding]:
    """Why nobody is reached, or not everybody."""
    if facts.names.problem:
        yield from name_findings(facts.names)
        return
    yield from families(facts.attempts)
    failure = facts.failure
    if failure is not None and not is_of_starttls(facts, failure):
        yield from _failed(server, facts, failure)
    slowest = max((attempt.greeted_after or 0.0 for attempt in facts.attempts), default=0.0)
    if slowest > SLOW:
        message = f"{place(facts)} takes {slowest:.1f} seconds to greet."
        yield found("slow", message, "Look for a look-up or a tarpit that delays the greeting.")


def is_of_starttls(facts: TcpFacts, failure: Failure) -> bool:
    """Whether it is the upgrade that failed."""
    return facts.socket_type is SocketType.STARTTLS and failure.stage in (Stage.STARTTLS, Stage.TLS)


def name_findings(names: NameFacts) -> Iterator[ServerFinding]:
    """Why there is nothing to connect to."""
    yield found(names.problem, names.detail, _NAME_FIXES.get(names.problem, ""))


_NAME_FIXES = {
    "name-unresolvable": "Add an A or AAAA record for the name, or publish a name that has one.",
    "name-lookup-failed": "Look at the name servers of the domain and at its DNSSEC signatures.",
    "address-private": "Publish an address that the world can reach.",
}


def place(facts: TcpFacts) -> str:
    """Host and port."""
    return f"{facts.host}:{facts.port}"


def families(attempts: Sequence[Attempt]) -> Iterator[ServerFinding]:
    """Addresses that do not serve while others do, if only with a bad certificate."""
    good = _with_fault(attempts, None) or _with_fault(attempts, Fault.CERTIFICATE)
    if not good:
        return
    for is_ipv6, code, family in ((True, "ipv6-broken", "IPv6"), (False, "ipv4-broken", "IPv4")):
        same = [attempt for attempt in attempts if attempt.is_ipv6 is is_ipv6]
        broken = [attempt for attempt in same if attempt not in good]
        other = "IPv4" if is_ipv6 else "IPv6"
        for attempt in broken:
            assert attempt.failure is not None
            reason = f"The {family} address {attempt.address} does not serve: {attempt.failure.message}"
            if len(broken) == len(same):
                yield found(code, reason, f"Let it serve, or take it out of the DNS; {other} works.")
            else:
                yield found("address-broken", reason, "Let it serve, or take it out of the DNS.")


def _with_fault(attempts: Sequence[Attempt], fault: Fault | None) -> list[Attempt]:
    return [
        attempt
        for attempt in attempts
        if (None if attempt.failure is None else attempt.failure.fault) is fault
    ]


def _failed(server: TcpServer, facts: TcpFacts, failure: Failure) -> Iterator[ServerFinding]:
    """Why no conversation came about; certificates and TLS versions are looked at elsewhere."""
    if facts.tls is not None and failure.stage is Stage.TLS:
        return
    if facts.elsewhere is not None:
        yield _wrong_port(facts, failure)
        return
    if failure.stage is Stage.CONNECTION:
        yield _unconnected(server, facts, failure)
    elif facts.spoken is not None:
        yield from _spoken(facts, failure)
    elif failure.stage is not Stage.TLS or failure.fault in (Fault.SILENT, Fault.DROPPED):
        yield _broken_off(facts, failure)


def _wrong_port(facts: TcpFacts, failure: Failure) -> ServerFinding:
    assert facts.elsewhere is not None
    port, security = facts.elsewhere.port, _SECURITY[facts.elsewhere.socket_type]
    message = f"{NAMES[facts.type]} does not answer on port {facts.port} of {facts.host}, but on {port}."
    return found(
        "wrong-port",
        f"{message[:-1]} ({failure.message.rstrip('.')}).",
        f"Publish port {port} with {security}.",
    )


def _unconnected(server: TcpServer, facts: TcpFacts, failure: Failure) -> ServerFinding:
    if failure.fault is Fault.REFUSED and server.type is ServerType.POP3 and not facts.cut_short:
        message = f"{facts.host} does not do POP3: ports {facts.port} and its other usual ones are closed."
        return found("pop3-closed", message, "Take POP3 out of the settings, or start it.")
    if failure.fault is Fault.REFUSED:
        message = f"Nobody listens on port {facts.port} of {facts.host}."
        return found("connection-refused", message, "Start the service there, or publish where it listens.")
    if failure.fault is Fault.NO_ROUTE:
        message = f"No way leads to {facts.host} ({failure.reason})."
        return found("connection-no-route", message, "Look at the address in the DNS and at the routing.")
    message = f"Connections to {place(facts)} get lost."
    return found("connection-timeout", message, "Open the port in the firewall, or publish an open one.")


def _spoken(facts: TcpFacts, failure: Failure) -> Iterator[ServerFinding]:
    """Somebody speaks there, though not as published."""
    spoken = facts.spoken
    assert spoken is not None
    if spoken.protocol == "tls" or (spoken.tls and facts.socket_type is not SocketType.SSL):
        message = f"{place(facts)} begins with TLS, but {_SECURITY[facts.socket_type]} is published."
        yield found("tls-at-once", message, "Publish socket type SSL for this port.")
        if spoken.protocol in ("tls", facts.type, ""):
            return
    if not spoken.tls and facts.socket_type is SocketType.SSL and spoken.protocol == facts.type:
        message = f"{place(facts)} begins in plain text, but TLS from the start is published."
        yield found("tls-missing", message, "Publish STARTTLS for this port, or turn on TLS there.")
        return
    if spoken.protocol == facts.type:
        message = f"{place(facts)} greets with a refusal: {_shown(spoken.said)!r}."
        yield found("greeting-refused", message, "Look into the log of the server for why it refuses.")
    elif spoken.protocol:
        message = (
            f"{NAMES[spoken.protocol]} answers at {place(facts)} where {NAMES[facts.type]} is published."
        )
        yield found("other-protocol", message, "Publish the port of the right service.")
    else:
        message = f"{place(facts)} does not speak {NAMES[facts.type]}: {failure.message}"
        yield found("not-the-protocol", message, "Publish the port of the right service.")


def _broken_off(facts: TcpFacts, failure: Failure) -> ServerFinding:
    when = _WHEN[failure.stage]
    if failure.fault is Fault.SILENT:
        message = f"{place(facts)} takes the connection and then says nothing {when}."
        return found("silent", message, "Look at what keeps the server from answering.")
    if failure.fault is Fault.DROPPED:
        message = f"{place(facts)} takes the connection and closes it {when}."
        return found(
            "dropped", message, "Look at what makes the server hang up: a block list, a limit, a crash."
        )
    if failure.fault is Fault.ENDLESS:
        return found("endless", f"{place(facts)} does not stop talking {when}.", "Look at what runs there.")
    message = f"{place(facts)} does not keep to {NAMES[facts.type]} {when}: {failure.message}"
    return found("not-the-protocol", message, "Look at what runs there.")


_WHEN = {
    Stage.CONNECTION: "at first",
    Stage.TLS: "during the TLS handshake",
    Stage.GREETING: "instead of a greeting",
    Stage.CAPABILITIES: "when asked what it offers",
    Stage.STARTTLS: "when asked for TLS",
    Stage.LOGIN: "at the login",
}


def _shown(said: str) -> str:
    first = said.splitlines()[0] if said.strip() else said
    return "".join(mark if mark.isprintable() else "?" for mark in first)[:80]
