"""Words for people, the same on a terminal and on a page: where settings come from, servers, the summary."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from autoconfig.advice.clients.reading import AUTOMATIC
from autoconfig.doctor.predict import Outcome
from autoconfig.doctor.visit import LOCAL_PART
from autoconfig.model import TcpServer
from autoconfig.probes.facts import TcpFacts
from autoconfig.probes.findings import Severity

if TYPE_CHECKING:
    from collections.abc import Mapping

    from autoconfig.advice.clients.reading import ReadServer
    from autoconfig.doctor.checkup import Checkup
    from autoconfig.doctor.predict import Prediction
    from autoconfig.model import AnyServer
    from autoconfig.probes import ServerReport

_SECURITY: Mapping[str | None, str] = {
    "SSL": "TLS",
    "STARTTLS": "STARTTLS",
    "plain": "no encryption",
    AUTOMATIC: "TLS",
    None: "TLS",
}


def in_short(prediction: Prediction) -> str:
    """The source of the servers, or what stands in the way and where, as the fixes have it."""
    if prediction.outcome is Outcome.ASKS:
        return "nothing is published for it"
    if prediction.outcome is Outcome.CONFIGURES or not prediction.problems:
        return from_where(prediction)
    problem = next((one for one in prediction.problems if one.why == prediction.why), prediction.problems[0])
    return f"{problem.code}, {urlsplit(problem.place).hostname or problem.place}"


def from_where(prediction: Prediction) -> str:
    """The source in short: hosts and records, without paths."""
    places = []
    for source in prediction.source.split(" and "):
        parts = urlsplit(source)
        scheme = "http://" if parts.scheme == "http" else ""
        places.append(f"{scheme}{parts.hostname}" if parts.hostname else source)
    return " and ".join(dict.fromkeys(places))


def place(server: ReadServer) -> str:
    """Host and port, or the URL."""
    if server.hostname is None:
        return server.url or "-"
    return f"{server.hostname}:{server.port}" if server.port else server.hostname


def login(server: ReadServer, domain: str) -> str:
    """What the login name is."""
    name = server.username
    if name is None or name == f"{LOCAL_PART}@{domain}":
        return "login: the address"
    return "login: what stands before the @" if name == LOCAL_PART else f"login: {name}"


def security(server: ReadServer) -> str:
    """How the connection is protected."""
    if server.hostname is None and server.url:
        return "TLS" if server.url.startswith("https:") else "no encryption"
    return _SECURITY.get(server.socket_type, server.socket_type or "TLS")


def name_of(server: AnyServer) -> str:
    """A server as fixes name it."""
    if isinstance(server, TcpServer):
        return f"{server.type} {server.hostname}:{server.port}"
    return f"{server.type} {server.url}"


def said(report: ServerReport) -> str:
    """What was seen of a server, in short."""
    facts = report.facts
    if not isinstance(facts, TcpFacts):
        return report.findings[0].message if report.findings else ""
    words = []
    if facts.tls is not None:
        words.append(facts.tls.version.replace("TLSv", "TLS "))
        if facts.tls.certificate is not None:
            days = facts.tls.certificate.days_left(facts.at)
            words.append(f"certificate for {days} more days" if days >= 0 else "certificate expired")
    offered = facts.after or facts.before
    if offered is not None and (offered.mechanisms or offered.plain_login):
        words.append(" ".join(offered.mechanisms) or "its own login")
    errors = [finding.message for finding in report.findings if finding.severity is Severity.ERROR]
    return errors[0] if errors else ", ".join(words)


def summary(checkup: Checkup) -> str:
    """One sentence about everything."""
    ready = sum(prediction.outcome is Outcome.CONFIGURES for prediction in checkup.predictions)
    of = len(checkup.predictions)
    counts = [
        f"{number} {severity}{'s' if number > 1 else ''}"
        for severity in Severity
        if (number := sum(fix.severity is severity for fix in checkup.fixes))
    ]
    found = f"; {', '.join(counts)}" if counts else ", nothing to mend"
    return (
        f"{ready} of {of} program{'s' if of > 1 else ''} configure{'s' if of == 1 else ''} themselves{found}."
    )
