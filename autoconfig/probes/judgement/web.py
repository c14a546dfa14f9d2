"""Services on the web: JMAP, calendars, address books, Exchange."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from autoconfig.model import Authentication, ServerType
from autoconfig.net.mail import Fault, Stage
from autoconfig.probes.facts import DAV
from autoconfig.probes.findings import ServerFinding, Severity, found
from autoconfig.probes.judgement.connection import families, name_findings
from autoconfig.probes.judgement.encryption import no_certificate, tls_findings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from autoconfig.model import UrlServer
    from autoconfig.probes.facts import Failure, Page, UrlFacts

_ASKS_WHO = (401, 403)
_GONE = (404, 410)
_SCHEME = re.compile(r"(?:^|,)\s*([A-Za-z0-9_-]+)(?:\s|,|$)")
_NAMES = {
    ServerType.JMAP: "JMAP",
    ServerType.CALDAV: "CalDAV",
    ServerType.CARDDAV: "CardDAV",
    ServerType.WEBDAV: "WebDAV",
    ServerType.EWS: "Exchange Web Services",
    ServerType.ACTIVESYNC: "Exchange ActiveSync",
}
_SCHEMES = {
    Authentication.HTTP_BASIC: ("password-missing", ("basic",)),
    Authentication.PASSWORD_CLEARTEXT: ("password-missing", ("basic",)),
    Authentication.HTTP_DIGEST: ("password-encrypted-missing", ("digest",)),
    Authentication.OAUTH2: ("oauth2-missing", ("bearer",)),
    Authentication.NTLM: ("ntlm-missing", ("ntlm", "negotiate")),
    Authentication.GSSAPI: ("gssapi-missing", ("negotiate",)),
}
"""What stands in WWW-Authenticate for each way to log in."""


def findings(server: UrlServer, facts: UrlFacts) -> Iterator[ServerFinding]:
    """What is wrong with a service on the web."""
    if facts.names.problem:
        yield from name_findings(facts.names)
        return
    if not server.secure:
        message = f"{facts.url} is not encrypted, so that the password travels in plain text."
        yield found("url-not-encrypted", message, "Publish the https URL.")
    yield from families(facts.attempts)
    where = f"{facts.host}:{facts.port}"
    if facts.tls is not None:
        yield from tls_findings(facts.tls, where, facts.host, facts.at)
    elif facts.failure is not None:
        yield _unreached(facts.failure, where)
    if facts.unfetched:
        yield found("url-failed", f"{facts.url} cannot be had: {facts.unfetched}", "Look at the web server.")
    if facts.pages:
        yield from _pages(server, facts)


def _unreached(failure: Failure, where: str) -> ServerFinding:
    if failure.fault is Fault.CERTIFICATE:
        return no_certificate(failure, where)
    if failure.stage is Stage.TLS and failure.fault is Fault.TLS:
        message = f"No TLS can be agreed on with {where} ({failure.reason})."
        return found("tls-failed", message, "Allow TLS 1.2 and 1.3 with the usual ciphers.")
    codes = {Fault.REFUSED: "connection-refused", Fault.NO_ROUTE: "connection-no-route"}
    late = {Fault.SILENT: "silent", Fault.DROPPED: "dropped"}
    usual = (
        "connection-timeout" if failure.stage is Stage.CONNECTION else late.get(failure.fault, "tls-failed")
    )
    return found(codes.get(failure.fault, usual), failure.message, "Look at the web server and its firewall.")


def _pages(server: UrlServer, facts: UrlFacts) -> Iterator[ServerFinding]:
    """What the answers say."""
    last = facts.pages[-1]
    moved = urlsplit(last.url).hostname
    if moved != facts.host:
        message = f"{facts.url} leads to {last.url}, which is on another host."
        yield found("url-redirected", message, "Publish the URL it leads to.")
    wrong = _wrong(facts, last)
    if wrong is not None:
        yield wrong
        return
    name = _NAMES.get(facts.type, "The service")
    if last.status in (200, 207) and facts.type in (*DAV, ServerType.JMAP):
        message = f"{name} at {last.url} answers without a login."
        yield found("open-to-all", message, "Ask for a login, unless it is meant for everybody.")
    yield from _schemes(server, facts)


def _wrong(facts: UrlFacts, last: Page) -> ServerFinding | None:
    """Whether this is not the service at all."""
    name = _NAMES.get(facts.type, str(facts.type))
    if any(page.status in _ASKS_WHO for page in facts.pages):
        return None
    if last.status in _GONE:
        message = f"There is nothing at {last.url} ({last.status})."
        return found("url-not-found", message, f"Publish the URL where {name} is.")
    if last.status >= 500 and last.status not in (501, 505):
        message = f"The web server fails at {last.url} ({last.status})."
        return found("url-failed", message, "Look into the log of the web server.")
    if _is_service(facts.type, last) or any("dav" in page.headers for page in facts.pages):
        return None
    kind = last.headers.get("content-type", "").partition(";")[0] or "no type"
    message = f"What answers at {last.url} is not {name} ({last.status}, {kind})."
    return found("not-the-service", message, f"Publish the URL where {name} is.")


def _is_service(server_type: ServerType, page: Page) -> bool:
    if server_type is ServerType.JMAP:
        return page.has_session
    if server_type in DAV:
        return page.status == 207
    if server_type is ServerType.ACTIVESYNC:
        return "ms-asprotocolversions" in page.headers
    return page.status < 400 or page.status == 405


def _schemes(server: UrlServer, facts: UrlFacts) -> Iterator[ServerFinding]:
    """Published ways to log in that a 401 does not name."""
    said = ", ".join(page.headers.get("www-authenticate", "") for page in facts.pages if page.status == 401)
    named = sorted(set(_SCHEME.findall(said)))
    offered = {scheme.lower() for scheme in named}
    if not offered:
        return
    ways = [_SCHEMES[way] for way in server.authentication if way in _SCHEMES]
    works = [bool(offered & set(schemes)) for _, schemes in ways]
    for index, (code, schemes) in enumerate(ways):
        if works[index]:
            continue
        severity = Severity.ERROR if not any(works) else Severity.WARNING
        message = f"{facts.url} does not ask for {schemes[0].capitalize()}, but for {', '.join(named)}."
        fix = "Publish the ways to log in that the server has."
        yield found(code, message, fix, severity=severity)
