"""Certificates: what is wrong with each, found on a server that speaks TLS at once or after STARTTLS."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import pytest

from autoconfig.probes.facts import TcpFacts
from tests.internet.issuing import KINDS, Kind

if TYPE_CHECKING:
    from autoconfig.probes import ServerFinding, ServerReport
    from tests.probes.looking import Looking

pytestmark = pytest.mark.real

FOUND: dict[Kind, list[str]] = {
    "good": [],
    "wildcard": [],
    "through-intermediate": [],
    "no-intermediate": ["certificate-chain-incomplete"],
    "private-authority": ["certificate-unknown-issuer"],
    "other-name": ["certificate-other-name"],
    "no-name": ["certificate-other-name"],
    "expired": ["certificate-expired"],
    "not-yet-valid": ["certificate-not-yet-valid"],
    "expires-soon": ["certificate-expires-soon"],
    "expires-today": ["certificate-expires-soon"],
    "self-signed": ["certificate-self-signed"],
    "self-signed-expired": ["certificate-expired", "certificate-self-signed"],
    "expired-other-name": ["certificate-expired", "certificate-other-name"],
    "for-clients": ["certificate-invalid"],
    "weak-key": ["certificate-weak-key"],
    "sha1": ["certificate-weak-signature"],
}

SENTENCES: dict[Kind, str] = {
    "no-intermediate": "HOST:993 sends its certificate without that of its issuer, CN=Simulated Interm",
    "private-authority": "The certificate of HOST:993 comes from CN=Private Root, whom this machine does",
    "other-name": "The certificate of HOST:993 is for somebody-else.invalid, not for HOST.",
    "no-name": "The certificate of HOST:993 is for no name at all, not for HOST.",
    "expires-soon": "The certificate of HOST:993 expires in 5 days, on ",
    "expires-today": "The certificate of HOST:993 expires today.",
    "self-signed": "The certificate of HOST:993 is signed by its own key.",
    "weak-key": "The certificate of HOST:993 has a key of 1024 bits (RSA).",
    "sha1": "The certificate of HOST:993 is signed with SHA1.",
}


def look(looking: Looking, service: str, kind: Kind, **options: bool) -> ServerReport:
    looking.serve(service, tls=looking.internet.issuer.context(kind, looking.host))
    return looking.report(service, **options)


def codes(findings: tuple[ServerFinding, ...]) -> list[str]:
    return sorted(finding.code for finding in findings if finding.code != "tls-old-accepted")


def test_every_kind_of_certificate_is_looked_at() -> None:
    assert set(FOUND) == set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_wrong_is_named_and_nothing_else_with_tls_at_once(looking: Looking, kind: Kind) -> None:
    report = look(looking, "imaps", kind)
    assert codes(report.findings) == FOUND[kind]
    if kind in SENTENCES:
        assert report.findings[0].message.startswith(SENTENCES[kind].replace("HOST", looking.host))
    assert all(finding.fix for finding in report.findings)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("service", ["pop3", "submission", "sieve"])
def test_what_is_wrong_is_named_and_nothing_else_with_starttls(
    looking: Looking, service: str, kind: Kind
) -> None:
    assert codes(look(looking, service, kind).findings) == FOUND[kind]


@pytest.mark.parametrize("kind", KINDS)
def test_behind_a_bad_certificate_the_rest_is_looked_at_too(looking: Looking, kind: Kind) -> None:
    facts = look(looking, "imaps", kind).facts
    assert isinstance(facts, TcpFacts)
    assert facts.after is not None
    assert facts.after.mechanisms == ("PLAIN",)
    assert facts.tls is not None
    assert facts.tls.certificate is not None
    assert (facts.tls.verify_code == 0) is (FOUND[kind] in ([], ["certificate-expires-soon"]))


def test_the_facts_of_a_certificate_are_told(looking: Looking) -> None:
    facts = look(looking, "imaps", "through-intermediate").facts
    assert isinstance(facts, TcpFacts)
    assert facts.tls is not None
    certificate = facts.tls.certificate
    assert certificate is not None
    assert (certificate.subject, certificate.issuer) == ("CN=simulated server", "CN=Simulated Intermediate")
    assert (certificate.key_type, certificate.key_bits, certificate.signature_hash) == ("EC", 256, "sha256")
    assert certificate.names == (looking.host,)
    assert certificate.days_left(datetime.datetime.now(datetime.UTC)) == 89
    assert [each.subject for each in facts.tls.chain] == ["CN=simulated server", "CN=Simulated Intermediate"]
    assert facts.tls.version == "TLSv1.3"
    assert facts.tls.name_matches


@pytest.mark.parametrize(("newest", "shown"), [("TLSv1", "TLS 1.0"), ("TLSv1_1", "TLS 1.1")])
@pytest.mark.parametrize("service", ["imaps", "submission"])
def test_a_server_that_knows_only_old_tls_is_told_so(
    looking: Looking, service: str, newest: str, shown: str
) -> None:
    looking.serve(service, tls=looking.internet.issuer.context("good", looking.host, newest=newest))
    (finding,) = looking.report(service).findings
    assert finding.code == "tls-too-old"
    assert f"knows nothing newer than {shown}," in finding.message


@pytest.mark.parametrize("service", ["imaps", "submission"])
def test_old_tls_beside_new_is_a_note_about_one_s_own_server(looking: Looking, service: str) -> None:
    report = look(looking, service, "good")
    assert [(finding.code, str(finding.severity)) for finding in report.findings] == [
        ("tls-old-accepted", "note")
    ]


def test_a_stranger_s_server_is_not_asked_for_old_tls(looking: Looking) -> None:
    assert look(looking, "imaps", "good", own=False).findings == ()
