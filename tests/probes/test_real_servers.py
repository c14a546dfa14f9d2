"""Real Dovecots and a real Postfix with many certificates, mechanisms and mistakes: each is named rightly."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from autoconfig.model import Authentication, ServerType, SocketType, TcpServer
from autoconfig.probes.facts import TcpFacts
from tests.internet.fixtures import need
from tests.mailhost import probed
from tests.mailhost.probed import HOSTS, ProbedHosts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from autoconfig.probes import ServerReport
    from tests.internet import Internet
    from tests.probes.looking import Looking

pytestmark = pytest.mark.real

PASSWORD, ENCRYPTED = Authentication.PASSWORD_CLEARTEXT, Authentication.PASSWORD_ENCRYPTED
OAUTH2, NTLM = Authentication.OAUTH2, Authentication.NTLM
IMAP, POP3, SMTP, SIEVE = ServerType.IMAP, ServerType.POP3, ServerType.SMTP, ServerType.MANAGESIEVE
SSL, STARTTLS = SocketType.SSL, SocketType.STARTTLS

SERVICES = {
    "imaps": (IMAP, 993, SSL),
    "imap": (IMAP, 143, STARTTLS),
    "pop3s": (POP3, 995, SSL),
    "pop3": (POP3, 110, STARTTLS),
    "sieve": (SIEVE, 4190, STARTTLS),
    "submissions": (SMTP, 465, SSL),
    "submission": (SMTP, 587, STARTTLS),
    "dovecot submissions": (SMTP, 1465, SSL),
    "dovecot submission": (SMTP, 1587, STARTTLS),
}
BEGUN = ("imap", "pop3", "sieve", "submission", "dovecot submission")
"""Services that begin in plain text."""


@pytest.fixture(scope="session")
def hosts(internet: Internet) -> Iterator[ProbedHosts]:
    """The servers, once for this process."""
    need(probed.unavailable())
    running = ProbedHosts(internet)
    try:
        yield running
    finally:
        running.stop()


def server(hosts: ProbedHosts, name: str, service: str, *ways: Authentication) -> TcpServer:
    server_type, port, socket_type = SERVICES[service]
    return TcpServer(
        type=server_type,
        hostname=hosts.host(name),
        port=port,
        socket_type=socket_type,
        authentication=ways or (PASSWORD,),
        username="%EMAILADDRESS%",
    )


def look(
    looking: Looking, hosts: ProbedHosts, name: str, *ways: Authentication, **options: bool
) -> dict[str, ServerReport]:
    servers = [server(hosts, name, service, *ways) for service in SERVICES]
    return dict(zip(SERVICES, looking.at(*servers, **options), strict=True))


def codes(report: ServerReport) -> list[str]:
    return sorted(finding.code for finding in report.findings)


def facts(report: ServerReport) -> TcpFacts:
    assert isinstance(report.facts, TcpFacts)
    return report.facts


def everywhere(*found: str) -> dict[str, list[str]]:
    return {service: sorted(found) for service in SERVICES}


FOUND: dict[str, dict[str, list[str]]] = {
    "good": everywhere(),
    "wildcard": everywhere(),
    "through-intermediate": everywhere(),
    "no-intermediate": everywhere("certificate-chain-incomplete"),
    "private-authority": everywhere("certificate-unknown-issuer"),
    "expired": everywhere("certificate-expired"),
    "expires-soon": everywhere("certificate-expires-soon"),
    "other-name": everywhere("certificate-other-name"),
    "self-signed": everywhere("certificate-self-signed"),
    "trusting": everywhere() | {service: ["plain-text-login"] for service in BEGUN},
    "old-tls-too": everywhere("tls-old-accepted"),
    "every-mechanism": everywhere(),
    # Dovecot's POP3 names USER whatever its mechanisms are.
    "tokens-only": everywhere("password-missing") | {"pop3s": [], "pop3": []},
}


@pytest.mark.parametrize("name", FOUND)
def test_what_is_wrong_with_a_host_is_named_for_every_service(
    looking: Looking, hosts: ProbedHosts, name: str
) -> None:
    reports = look(looking, hosts, name)
    assert {service: codes(report) for service, report in reports.items()} == FOUND[name]


def test_a_host_without_tls_is_told_so_however_it_is_published(looking: Looking, hosts: ProbedHosts) -> None:
    reports = look(looking, hosts, "without-tls")
    found = {service: ["plain-text-login", "starttls-missing"] for service in BEGUN}
    # Pigeonhole offers STARTTLS all the same, and then says no.
    found["sieve"] = ["plain-text-login", "starttls-failed"]
    assert {service: codes(reports[service]) for service in BEGUN} == found


def test_a_submission_port_without_auth_is_told(looking: Looking, hosts: ProbedHosts) -> None:
    reports = look(looking, hosts, "without-login")
    assert codes(reports["submission"]) == ["login-missing"]
    assert codes(reports["submissions"]) == ["login-missing"]
    assert codes(reports["imaps"]) == []


@pytest.mark.parametrize(
    ("name", "ways", "found"),
    [
        ("good", (ENCRYPTED,), "password-encrypted-missing"),
        ("good", (OAUTH2, PASSWORD), "oauth2-missing"),
        ("good", (NTLM, PASSWORD), "ntlm-missing"),
        ("tokens-only", (OAUTH2,), ""),
        ("every-mechanism", (OAUTH2, ENCRYPTED, PASSWORD), ""),
        ("every-mechanism", (NTLM,), "ntlm-missing"),
    ],
)
def test_what_is_published_and_not_offered_is_told_for_every_service(
    looking: Looking, hosts: ProbedHosts, name: str, ways: tuple[Authentication, ...], found: str
) -> None:
    reports = look(looking, hosts, name, *ways)
    assert {service: codes(report) for service, report in reports.items()} == everywhere(
        *([found] if found else [])
    )


def test_every_mechanism_of_dovecot_is_seen(looking: Looking, hosts: ProbedHosts) -> None:
    reports = look(looking, hosts, "every-mechanism")
    wanted = {"PLAIN", "LOGIN", "CRAM-MD5", "DIGEST-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256"}
    for service, report in reports.items():
        after = facts(report).after
        assert after is not None
        assert wanted | {"XOAUTH2", "OAUTHBEARER"} <= set(after.mechanisms), service
        assert facts(report).apop is service.startswith("pop3")


def test_starttls_is_really_done_and_seen(looking: Looking, hosts: ProbedHosts) -> None:
    reports = look(looking, hosts, "good")
    for service in BEGUN:
        seen = facts(reports[service])
        assert seen.before is not None
        assert seen.before.starttls
        assert "PLAIN" not in seen.before.mechanisms
        assert not seen.before.plain_login
        assert seen.tls is not None
        assert (seen.tls.version, seen.tls.name_matches, seen.tls.verify_code) == ("TLSv1.3", True, 0)
        assert seen.after is not None
        assert "PLAIN" in seen.after.mechanisms


def test_the_chain_is_seen_as_it_is_sent(looking: Looking, hosts: ProbedHosts) -> None:
    reports = look(looking, hosts, "through-intermediate")
    for report in reports.values():
        tls = facts(report).tls
        assert tls is not None
        assert [each.subject for each in tls.chain] == ["CN=simulated server", "CN=Simulated Intermediate"]


@pytest.mark.parametrize(
    ("service", "published", "found"),
    [
        ("imap", {"socket_type": SSL}, "tls-missing"),
        ("imaps", {"socket_type": STARTTLS}, "tls-at-once"),
        ("submission", {"socket_type": SSL}, "tls-missing"),
        ("submissions", {"socket_type": STARTTLS}, "tls-at-once"),
        ("imaps", {"port": 994}, "wrong-port"),
        ("submissions", {"port": 25}, "wrong-port"),
        ("imaps", {"port": 995}, "wrong-port"),
        ("pop3s", {"port": 465}, "wrong-port"),
        ("submission", {"port": 143}, "wrong-port"),
        ("sieve", {"port": 110}, "wrong-port"),
    ],
)
def test_a_port_or_security_that_is_published_wrongly_is_told(
    looking: Looking, hosts: ProbedHosts, service: str, published: dict[str, object], found: str
) -> None:
    wrong = replace(server(hosts, "good", service), **published)  # type: ignore[arg-type]
    assert looking.codes(wrong, step=1.0) == [found]


def test_every_host_is_looked_at() -> None:
    assert set(FOUND) | {"without-tls", "without-login"} == set(HOSTS)
