"""Logins: is what is published offered, and nothing that gives passwords away?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from autoconfig.model import Authentication, ServerType, SocketType
from autoconfig.probes.findings import ServerFinding, Severity, found
from autoconfig.probes.judgement.connection import NAMES, place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from autoconfig.model import TcpServer
    from autoconfig.net.mail import Capabilities
    from autoconfig.probes.facts import TcpFacts

_NEEDS_NOTHING = (
    Authentication.NONE,
    Authentication.CLIENT_IP_ADDRESS,
    Authentication.SMTP_AFTER_POP,
    Authentication.TLS_CLIENT_CERT,
)
"""Ways in that no list of mechanisms tells of."""

PLAIN = frozenset({"PLAIN", "LOGIN"})
_MECHANISMS: Mapping[Authentication, frozenset[str]] = {
    Authentication.PASSWORD_CLEARTEXT: PLAIN,
    Authentication.PASSWORD_ENCRYPTED: frozenset({"CRAM-MD5", "DIGEST-MD5"}),
    Authentication.OAUTH2: frozenset({"XOAUTH2", "OAUTHBEARER"}),
    Authentication.NTLM: frozenset({"NTLM"}),
    Authentication.GSSAPI: frozenset({"GSSAPI", "GS2-KRB5", "GSS-SPNEGO"}),
}
_SCRAM = "SCRAM-"


def ways_in(offered: Capabilities, *, apop: bool = False) -> frozenset[Authentication]:
    """The ways to log in that a server offers."""
    names = set(offered.mechanisms)
    ways = {way for way, mechanisms in _MECHANISMS.items() if mechanisms & names}
    if offered.plain_login:
        ways.add(Authentication.PASSWORD_CLEARTEXT)
    if apop or any(name.startswith(_SCRAM) for name in names):
        ways.add(Authentication.PASSWORD_ENCRYPTED)
    return frozenset(ways)


class _Way(NamedTuple):
    code: str
    wanted: str


_WAYS: Mapping[Authentication, _Way] = {
    Authentication.PASSWORD_CLEARTEXT: _Way("password-missing", "PLAIN or LOGIN"),
    Authentication.PASSWORD_ENCRYPTED: _Way("password-encrypted-missing", "CRAM-MD5, DIGEST-MD5 or SCRAM"),
    Authentication.OAUTH2: _Way("oauth2-missing", "XOAUTH2 or OAUTHBEARER"),
    Authentication.NTLM: _Way("ntlm-missing", "NTLM"),
    Authentication.GSSAPI: _Way("gssapi-missing", "GSSAPI"),
}


def findings(server: TcpServer, facts: TcpFacts) -> Iterator[ServerFinding]:
    """What is wrong with the ways to log in."""
    yield from _before_tls(facts)
    offered = facts.after if server.socket_type is not SocketType.PLAIN else facts.before
    if offered is None or not set(server.authentication) - set(_NEEDS_NOTHING):
        return
    if not offered.mechanisms and not offered.plain_login and not facts.apop:
        message = f"{place(facts)} offers no way to log in."
        yield found("login-missing", message, _missing_fix(server))
        return
    yield from _published(server, facts, offered)


def _missing_fix(server: TcpServer) -> str:
    if server.type is ServerType.SMTP:
        return "Turn on AUTH for this port, or publish the submission port that has it."
    return "Turn on a mechanism, such as PLAIN over TLS."


def _published(server: TcpServer, facts: TcpFacts, offered: Capabilities) -> Iterator[ServerFinding]:
    """Published ways that are not offered: worse where it is the first, which mail programs take."""
    ways = {*_NEEDS_NOTHING, *ways_in(offered, apop=facts.apop)}
    works = [way in ways for way in server.authentication]
    shown = ", ".join(offered.mechanisms) or f"only {NAMES[facts.type]}'s own login"
    for index, way in enumerate(server.authentication):
        if works[index] or way not in _WAYS:
            continue
        code, wanted = _WAYS[way]
        severity = Severity.ERROR if index == 0 or not any(works) else Severity.WARNING
        message = f"{way} is published for {place(facts)}, which does not offer {wanted} (it offers {shown})."
        fix = f"Take {way} out of the settings, or turn on {wanted.split(' or ')[-1]}."
        yield found(code, message, fix, severity=severity)


def _before_tls(facts: TcpFacts) -> Iterator[ServerFinding]:
    """Passwords that may be sent before the connection is encrypted."""
    before = facts.before
    if before is None or not before.words:
        return
    if Authentication.PASSWORD_CLEARTEXT in ways_in(before):
        ways = [name for name in before.mechanisms if name in PLAIN]
        ways += [{"imap": "LOGIN", "pop3": "USER"}[facts.type]] if before.plain_login else []
        shown = ", ".join(dict.fromkeys(ways))
        message = f"{place(facts)} takes passwords in plain text before TLS ({shown})."
        yield found("plain-text-login", message, "Allow logins over TLS only.")
