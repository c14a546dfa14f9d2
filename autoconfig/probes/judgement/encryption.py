"""TLS: is it there as published, and would a mail program trust it?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from autoconfig.model import SocketType
from autoconfig.net.mail import Fault, Stage
from autoconfig.probes.facts import OLD_VERSIONS
from autoconfig.probes.findings import ServerFinding, found
from autoconfig.probes.judgement.connection import is_of_starttls, place

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from autoconfig.model import TcpServer
    from autoconfig.probes.certificate import CertificateFacts
    from autoconfig.probes.facts import Failure, TcpFacts, TlsFacts

SOON = 14
"""Days; who renews automatically has done so long before (ACME clients: 30 days)."""

# OpenSSL's numbers (x509_vfy.h); it tells the first problem of several, the rest is in the certificate.
_NOT_YET_VALID, _EXPIRED = 9, 10
_SELF_SIGNED = 18
_NO_ISSUER = (2, 19, 20, 21, 27)
_OTHER_NAME = (62, 64)
_WEAK_KEY, _WEAK_CA_KEY, _WEAK_HASH = 66, 67, 68


def findings(server: TcpServer, facts: TcpFacts) -> Iterator[ServerFinding]:
    """What is wrong with the encryption of a mail server."""
    yield from _starttls(facts)
    if facts.tls is not None:
        yield from tls_findings(facts.tls, place(facts), facts.host, facts.at)
        yield from _only_leniently(facts, facts.tls)
    elif facts.failure is not None:
        yield from _no_tls(facts, facts.failure)
    if facts.old_tls:
        message = (
            f"{place(facts)} still takes {_written(facts.old_tls)}, which RFC 8996 has taken out of use."
        )
        yield found("tls-old-accepted", message, "Allow TLS 1.2 and 1.3 only.")
    if facts.pipelined:
        message = (
            f"{place(facts)} obeys within TLS what was said before it: anybody in between can add words."
        )
        yield found("starttls-pipelined", message, "Update the server (CVE-2011-0411).")
    if server.socket_type is SocketType.PLAIN and facts.before is not None and facts.before.starttls:
        message = f"No encryption is published for {place(facts)}, though the server offers STARTTLS."
        yield found("encryption-unused", message, "Publish STARTTLS, or better the port of implicit TLS.")


def _starttls(facts: TcpFacts) -> Iterator[ServerFinding]:
    if facts.socket_type is not SocketType.STARTTLS or facts.before is None or facts.tls is not None:
        return
    failure = facts.failure
    elsewhere = facts.elsewhere
    instead = "" if elsewhere is None else f", or publish port {elsewhere.port} with TLS from the start"
    if failure is None:
        message = f"{place(facts)} does not offer STARTTLS, which is published."
        yield found("starttls-missing", message, f"Turn it on in the server{instead}.")
    elif failure.fault is Fault.INJECTED:
        message = f"{place(facts)} says more than its go-ahead before TLS: somebody may be slipping words in."
        yield found("starttls-injected", message, "Update the server, and look at what stands before it.")
    elif is_of_starttls(facts, failure) and failure.fault is not Fault.CERTIFICATE:
        message = f"{place(facts)} offers STARTTLS and does not do it: {failure.message}"
        yield found("starttls-failed", message, f"Mend it in the server{instead}.")


def _only_leniently(facts: TcpFacts, tls: TlsFacts) -> Iterator[ServerFinding]:
    """TLS that came about only because everything was allowed."""
    failure = facts.failure
    if failure is None or failure.stage is not Stage.TLS or failure.fault is Fault.CERTIFICATE:
        return
    if tls.version not in OLD_VERSIONS:
        message = f"{place(facts)} agrees only on {tls.cipher}, which mail programs refuse."
        yield found("tls-failed", message, "Allow the usual ciphers of TLS 1.2 and 1.3.")


def _no_tls(facts: TcpFacts, failure: Failure) -> Iterator[ServerFinding]:
    """A handshake that failed, and nothing could be seen past it."""
    if failure.fault is Fault.CERTIFICATE:
        yield no_certificate(failure, place(facts))
    elif facts.socket_type is SocketType.SSL and failure.fault is Fault.TLS and facts.spoken is None:
        message = f"No TLS can be agreed on with {place(facts)} ({failure.reason})."
        yield found("tls-failed", message, "Allow TLS 1.2 and 1.3 with the usual ciphers.")


def no_certificate(failure: Failure, where: str) -> ServerFinding:
    """A certificate that is not valid, and nothing more could be seen of it."""
    return _by_number(failure.verify_code, failure.reason, where)


def _by_number(code: int, reason: str, where: str) -> ServerFinding:
    message = f"The certificate of {where} is not valid: {reason}."
    return found(_CODES.get(code, "certificate-invalid"), message, _RENEW)


_RENEW = "Install a certificate for this name from an authority that mail programs know."
_CODES = {
    _EXPIRED: "certificate-expired",
    _NOT_YET_VALID: "certificate-not-yet-valid",
    _SELF_SIGNED: "certificate-self-signed",
    **dict.fromkeys(_NO_ISSUER, "certificate-unknown-issuer"),
    **dict.fromkeys(_OTHER_NAME, "certificate-other-name"),
    _WEAK_KEY: "certificate-weak-key",
    _WEAK_CA_KEY: "certificate-weak-key",
    _WEAK_HASH: "certificate-weak-signature",
}


def tls_findings(tls: TlsFacts, where: str, host: str, now: datetime) -> Iterator[ServerFinding]:
    """What is wrong with TLS and the certificate, wherever they were seen."""
    if tls.version in OLD_VERSIONS:
        message = f"{where} knows nothing newer than {_written(tls.version)}, which mail programs refuse."
        yield found("tls-too-old", message, "Allow TLS 1.2 and 1.3.")
    certificate = tls.certificate
    if certificate is None:
        if tls.verify_code:
            yield _by_number(tls.verify_code, tls.problem, where)
        return
    seen = [
        *_validity(certificate, where, now),
        *_name(tls, certificate, where, host),
        *_issuer(tls, certificate, where),
        *_strength(tls, where),
    ]
    yield from seen
    if tls.verify_code and not any(finding.severity == "error" for finding in seen):
        yield _by_number(tls.verify_code, tls.problem, where)


def _validity(certificate: CertificateFacts, where: str, now: datetime) -> Iterator[ServerFinding]:
    until, since = f"{certificate.not_after:%Y-%m-%d}", f"{certificate.not_before:%Y-%m-%d}"
    if certificate.not_after < now:
        yield found("certificate-expired", f"The certificate of {where} expired on {until}.", "Renew it.")
    elif certificate.not_before > now:
        message = f"The certificate of {where} is valid from {since} on, not yet."
        yield found("certificate-not-yet-valid", message, "Look at the clocks, or install the one before it.")
    elif (days := certificate.days_left(now)) < SOON:
        left = "today" if days < 1 else f"in {days} day{'s' if days > 1 else ''}, on {until}"
        message = f"The certificate of {where} expires {left}."
        yield found(
            "certificate-expires-soon", message, "Renew it, and look at why nothing does so by itself."
        )


def _name(tls: TlsFacts, certificate: CertificateFacts, where: str, host: str) -> Iterator[ServerFinding]:
    if tls.name_matches:
        return
    names = ", ".join(certificate.names[:4]) or "no name at all"
    more = f" and {len(certificate.names) - 4} more" if len(certificate.names) > 4 else ""
    message = f"The certificate of {where} is for {names}{more}, not for {host}."
    yield found(
        "certificate-other-name", message, f"Put {host} on the certificate, or publish a name it has."
    )


def _issuer(tls: TlsFacts, certificate: CertificateFacts, where: str) -> Iterator[ServerFinding]:
    if tls.verify_code == _SELF_SIGNED or (tls.verify_code and certificate.self_issued):
        yield found(
            "certificate-self-signed", f"The certificate of {where} is signed by its own key.", _RENEW
        )
    elif tls.verify_code in _NO_ISSUER:
        alone = len(tls.chain) == 1
        if alone and certificate.issuer_url:
            message = f"{where} sends its certificate without that of its issuer, {certificate.issuer}."
            fix = "Install the whole chain: the certificate first, then every intermediate one."
            yield found("certificate-chain-incomplete", message, fix)
            return
        issuer = tls.chain[-1].issuer if tls.chain else certificate.issuer
        message = f"The certificate of {where} comes from {issuer}, whom this machine does not trust."
        yield found("certificate-unknown-issuer", message, _RENEW)


def _strength(tls: TlsFacts, where: str) -> Iterator[ServerFinding]:
    for each in tls.chain:
        whose = "The certificate" if each is tls.chain[0] else f"The intermediate certificate {each.subject}"
        if each.is_weak_key:
            message = f"{whose} of {where} has a key of {each.key_bits} bits ({each.key_type})."
            yield found(
                "certificate-weak-key", message, "Make a key of 2048 bits (RSA) or 256 (EC), or more."
            )
        if each.has_weak_signature:
            message = f"{whose} of {where} is signed with {each.signature_hash.upper()}."
            yield found("certificate-weak-signature", message, _RENEW)


def _written(version: str) -> str:
    return version.replace("TLSv", "TLS ") + (".0" if version == "TLSv1" else "")
