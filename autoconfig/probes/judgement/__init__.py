"""What was seen, held against what is published: facts in, findings out, no I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING

from autoconfig.model import TcpServer, UrlServer
from autoconfig.probes.facts import TcpFacts, UrlFacts
from autoconfig.probes.findings import ServerFinding, Severity, found
from autoconfig.probes.judgement import connection, encryption, login, web

if TYPE_CHECKING:
    from autoconfig.model import AnyServer
    from autoconfig.probes.facts import Facts


_WORST_FIRST = tuple(Severity)


def judge(server: AnyServer, facts: Facts) -> tuple[ServerFinding, ...]:
    """Every finding about one published server, the worst first."""
    findings: list[ServerFinding] = []
    if isinstance(server, TcpServer) and isinstance(facts, TcpFacts):
        for look in (connection.findings, encryption.findings, login.findings):
            findings += look(server, facts)
    elif isinstance(server, UrlServer) and isinstance(facts, UrlFacts):
        findings += web.findings(server, facts)
    if facts.cut_short:
        message = f"{facts.host} was too slow for everything to be looked at."
        findings.append(found("cut-short", message))
    return tuple(sorted(findings, key=lambda finding: _WORST_FIRST.index(finding.severity)))
