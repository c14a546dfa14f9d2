"""What can be wrong with a server: every code there is, how bad it is, and how a finding is said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple


class Severity(StrEnum):
    """How bad it is."""

    ERROR = "error"
    """People cannot set up or use the account as published, or their password is not safe."""
    WARNING = "warning"
    """Some people cannot, or soon nobody can."""
    NOTE = "note"
    """Worth knowing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerFinding:
    """One thing that is not as it should be."""

    code: str
    severity: Severity
    message: str
    """One sentence."""
    fix: str = ""
    """What to do, one sentence; empty where nothing is to be done."""

    def as_dict(self) -> dict[str, Any]:
        """The JSON of one finding."""
        return {
            "code": self.code,
            "severity": str(self.severity),
            "message": self.message,
            "fix": self.fix or None,
        }


class Kind(NamedTuple):
    """A code's usual severity and what it means."""

    severity: Severity
    meaning: str


_ERROR, _WARNING, _NOTE = Severity.ERROR, Severity.WARNING, Severity.NOTE

KINDS: Mapping[str, Kind] = {
    # The name
    "name-unresolvable": Kind(_ERROR, "the host name does not exist or has no address"),
    "name-lookup-failed": Kind(_ERROR, "the DNS gives no answer about the host name"),
    "address-private": Kind(_ERROR, "the host name leads to an address of a private network"),
    # The connection
    "connection-refused": Kind(_ERROR, "nobody listens on the published port"),
    "connection-timeout": Kind(_ERROR, "connections to the published port get lost"),
    "connection-no-route": Kind(_ERROR, "no way leads to the address"),
    "wrong-port": Kind(_ERROR, "the service does not answer on the published port, but on another usual one"),
    "pop3-closed": Kind(_ERROR, "POP3 is published and answers on none of its ports"),
    "ipv6-broken": Kind(_WARNING, "an IPv6 address does not serve, while IPv4 does"),
    "ipv4-broken": Kind(_ERROR, "an IPv4 address does not serve, while IPv6 does"),
    "address-broken": Kind(_WARNING, "one of several addresses of a kind does not serve"),
    # The conversation
    "other-protocol": Kind(_ERROR, "another protocol answers on the published port"),
    "greeting-refused": Kind(_ERROR, "the server greets with a refusal"),
    "not-the-protocol": Kind(_ERROR, "what answers does not keep to the protocol"),
    "silent": Kind(_ERROR, "the server takes the connection and then says nothing"),
    "dropped": Kind(_ERROR, "the server takes the connection and then closes it"),
    "endless": Kind(_ERROR, "the server does not stop talking"),
    "slow": Kind(_WARNING, "the greeting takes longer than 3 seconds"),
    # TLS
    "tls-missing": Kind(_ERROR, "TLS from the start is published, and the server begins in plain text"),
    "tls-at-once": Kind(_ERROR, "STARTTLS or plain text is published, and the server begins with TLS"),
    "tls-failed": Kind(_ERROR, "no TLS can be agreed on"),
    "tls-too-old": Kind(_ERROR, "the server knows nothing newer than TLS 1.1"),
    "tls-old-accepted": Kind(_NOTE, "TLS 1.1 or 1.0 is still taken too (asked of one's own servers only)"),
    "starttls-missing": Kind(_ERROR, "STARTTLS is published and not offered"),
    "starttls-failed": Kind(_ERROR, "STARTTLS is offered and does not work"),
    "starttls-injected": Kind(_ERROR, "something is said before TLS that would be believed after it"),
    "starttls-pipelined": Kind(
        _ERROR,
        "commands sent before TLS are obeyed after it (CVE-2011-0411; asked of one's own servers only)",
    ),
    "encryption-unused": Kind(_WARNING, "no encryption is published, though the server offers it"),
    # The certificate
    "certificate-expired": Kind(_ERROR, "the certificate has expired"),
    "certificate-not-yet-valid": Kind(_ERROR, "the certificate is not valid yet"),
    "certificate-expires-soon": Kind(_WARNING, "the certificate expires within 14 days"),
    "certificate-other-name": Kind(_ERROR, "the certificate is for other names"),
    "certificate-self-signed": Kind(_ERROR, "the certificate is signed by its own key"),
    "certificate-unknown-issuer": Kind(_ERROR, "the certificate is issued by nobody this machine trusts"),
    "certificate-chain-incomplete": Kind(_ERROR, "the server does not send an intermediate certificate"),
    "certificate-weak-key": Kind(_ERROR, "a key in the chain is too short"),
    "certificate-weak-signature": Kind(_ERROR, "a certificate of the chain is signed with SHA-1 or MD5"),
    "certificate-invalid": Kind(_ERROR, "the certificate is not valid for another reason"),
    # The login
    "plain-text-login": Kind(_WARNING, "passwords are taken before the connection is encrypted"),
    "login-missing": Kind(_ERROR, "no way to log in is offered"),
    "password-missing": Kind(_ERROR, "password-cleartext is published and not offered"),
    "password-encrypted-missing": Kind(_ERROR, "password-encrypted is published and not offered"),
    "oauth2-missing": Kind(_ERROR, "OAuth2 is published and not offered"),
    "ntlm-missing": Kind(_ERROR, "NTLM is published and not offered"),
    "gssapi-missing": Kind(_ERROR, "GSSAPI is published and not offered"),
    # The web
    "url-not-found": Kind(_ERROR, "there is nothing at the URL"),
    "url-failed": Kind(_ERROR, "the web server fails at the URL"),
    "url-not-encrypted": Kind(_ERROR, "the URL is http, so that the password travels in plain text"),
    "url-redirected": Kind(_NOTE, "the URL leads to another host"),
    "not-the-service": Kind(_ERROR, "what answers at the URL is not the service published"),
    "open-to-all": Kind(_WARNING, "the service answers without a login"),
    # The probe
    "cut-short": Kind(_NOTE, "the probe ran out of time before everything was looked at"),
    "not-probed": Kind(_NOTE, "servers of this type, or with a mailbox's name in them, are not probed"),
}
"""Every code; they stay what they are."""


def found(code: str, message: str, fix: str = "", *, severity: Severity | None = None) -> ServerFinding:
    """A finding of a kind; ``severity`` where this one is milder or worse than usual.

    What strangers say in the message (names on certificates, URLs) stays on one line. Raises KeyError for a
    code that is not in ``KINDS``.
    """
    shown = "".join(mark if mark.isprintable() else "\N{REPLACEMENT CHARACTER}" for mark in message)
    return ServerFinding(code=code, severity=severity or KINDS[code].severity, message=shown, fix=fix)
