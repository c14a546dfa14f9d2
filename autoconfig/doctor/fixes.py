"""What can be wrong, each with a code that stays, how bad it is, and what to do about it.

docs/check.md shows this table; a test holds the two together.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


class Severity(StrEnum):
    """How much it matters, worst first."""

    ERROR = "error"
    """Somebody cannot set up an account, or gets one that does not work."""
    WARNING = "warning"
    """Nobody is stopped today, or only those who would rather be asked."""
    NOTE = "note"
    """Good to know; ``check`` does not fail for it."""


_E, _W, _N = Severity.ERROR, Severity.WARNING, Severity.NOTE

RULES: Mapping[str, tuple[Severity, str]] = {
    # Nothing is published.
    "autoconfig-missing": (
        _W,
        "Publish an autoconfig document at https://autoconfig.DOMAIN/mail/config-v1.1.xml.",
    ),
    "pox-missing": (_W, "Answer Autodiscover at https://autodiscover.DOMAIN/autodiscover/autodiscover.xml."),
    "srv-missing": (_W, "Publish SRV records for IMAP and submission; `autoconfig dns records` prints them."),
    "profile-missing": (_N, "Serve an Apple profile, and link to it from your help page."),
    # DNS.
    "dns-broken": (_E, "Mend the name servers of the zone: they give no answer for this name."),
    "private-address": (_E, "Give the name a public address; this one nobody outside can reach."),
    "srv-declined": (_E, "Replace the target . by the host, since the service is offered elsewhere."),
    "srv-imap-missing": (_E, "Add _imaps._tcp beside the records for sending."),
    "srv-smtp-missing": (_E, "Add _submissions._tcp and _submission._tcp beside the records for receiving."),
    "srv-target-alias": (_W, "Let the SRV record name the host itself, not an alias (RFC 2782)."),
    "server-host-missing": (_E, "Give the host an address, or publish the host that has one."),
    "dns-plan": (_W, "Bring the zone in line with `autoconfig dns records`."),
    # The way to the web server.
    "unreachable": (_E, "Let the web server answer on port 443 of this host."),
    "http-closed": (_E, "Answer, or redirect to https, on port 80: KMail asks over http alone."),
    "broken-off": (_E, "Find out why the web server breaks the connection off."),
    "slow": (_E, "Answer within three seconds: programs give up after five."),
    "tls-broken": (_E, "Mend TLS on this host: TLS 1.2 or newer, with the ciphers of today."),
    "tls13-missing": (_W, "Switch TLS 1.3 on for this host: PACC takes it for granted."),
    "certificate-expired": (_E, "Renew the certificate of this host, and let that happen by itself."),
    "certificate-expires": (_W, "Renew the certificate of this host soon."),
    "certificate-name": (_E, "Get a certificate that has the name of this host."),
    "certificate-untrusted": (_E, "Get a certificate of a public authority, and send its intermediates too."),
    # What the web server answers.
    "status": (_E, "Answer 200 with the document, or 404 where there is none."),
    "address-needed": (
        _E,
        "Answer without ?emailaddress= too, by the Host header: many programs send no address.",
    ),
    "password-asked": (_E, "Ask for no password: settings are public, and programs have none to give yet."),
    "catch-all-html": (_E, "Answer 404 on this path where there are no settings, never a web page with 200."),
    "empty-answer": (_E, "Answer 404 where there are no settings: an empty success ends the search."),
    "unknown-domain": (_W, "Answer 404 for domains that are not served here."),
    "content-type": (_E, "Send the document as text/xml."),
    "compressed": (_E, "Compress only for those who send Accept-Encoding."),
    "redirect-relative": (_E, "Write the whole URL into Location: Delta Chat does not complete it."),
    "redirect-scheme": (_E, "Redirect from https to https, or serve the document at the URL itself."),
    "redirect-not-followed": (_W, "Serve the document at the URL itself: pimalaya follows no redirect."),
    "redirects-many": (_E, "End the circle of redirects."),
    # The autoconfig document.
    "xml-broken": (_E, "Mend the XML: it is not well-formed."),
    "not-clientconfig": (_E, "Send a clientConfig with an emailProvider and its servers."),
    "version-missing": (_E, 'Write version="1.1" at clientConfig.'),
    "id-not-host": (_E, "Let the id of emailProvider be a domain name."),
    "domain-missing": (_E, "Name the domain in a domain element."),
    "name-missing": (_W, "Write a displayName: Thunderbird shows undefined without one."),
    "incoming-missing": (_E, "Name an incoming server."),
    "imap-missing": (_E, "Offer IMAP, and name it in the document."),
    "smtp-missing": (_E, "Name an outgoing server."),
    "imap-not-first": (_E, "Put the IMAP server before any other: FairEmail looks at the first alone."),
    "server-type-unknown": (_E, "Leave server types other than imap, pop3 and smtp out of emailProvider."),
    "hostname-bad": (_E, "Write the name of the server into hostname, in A-labels."),
    "placeholder-in-host": (_E, "Write the host name out: Nextcloud fills no placeholder there."),
    "port-bad": (_E, "Write a number from 1 to 65535 into port."),
    "socket-type-bad": (_E, "Write SSL or STARTTLS into socketType, in these letters."),
    "plain-text": (_E, "Offer TLS, and leave servers without it out of the document."),
    "port-security": (_E, "Match port and security: 993, 995, 465 are TLS; 143, 110, 587 STARTTLS."),
    "authentication-missing": (_E, "Name an authentication for every server."),
    "authentication-unknown": (_E, "Name password-cleartext for every server, beside what else it takes."),
    "oauth2-only": (_E, "Name password-cleartext beside OAuth2, if passwords are allowed at all."),
    "oauth2-taken": (_N, "KMail takes OAuth2 wherever it is named; leave it out if most have a password."),
    "oauth2-incomplete": (_E, "Give oAuth2 its issuer, scope, authURL and tokenURL, or leave it out."),
    "login-name-missing": (_E, "Write a username, %EMAILADDRESS% mostly: Thunderbird logs in as undefined."),
    "login-name-placeholder": (_E, "Let username be %EMAILADDRESS% or %EMAILLOCALPART% and nothing else."),
    "white-space": (_E, "Take the white space around the value away."),
    "value-repeated": (_E, "Write hostname, port, socketType and username once in each server."),
    # Autodiscover.
    "pox-broken": (_E, "Answer with an Autodiscover document, or 404."),
    "pox-namespace": (_E, "Write the namespaces as MS-OXDSCLI has them: Outlook takes no others."),
    "pox-error": (_E, "Find out why the service refuses: settings for this domain may be missing."),
    "pox-words": (
        _E,
        "Write AccountType email and Action settings, in small letters, before the first Protocol.",
    ),
    "pox-imap-missing": (_E, "Name a Protocol of Type IMAP with Server and Port."),
    "pox-smtp-missing": (_E, "Name a Protocol of Type SMTP with Server and Port."),
    "pox-redirect": (_E, "Let the redirect lead to an answer, by a whole URL or an address."),
    "pox-redirect-url": (_W, "Redirect by HTTP instead: Thunderbird does not follow a RedirectUrl."),
    "pox-plain": (
        _E,
        "Write SSL on: SSL off is plain text to Thunderbird and Delta Chat, whatever Encryption says.",
    ),
    "pox-encryption": (_E, "Write Encryption SSL for 993, 995, 465 and TLS for 143, 110, 587."),
    "pox-spa": (_E, "Write SPA off: without it Outlook wants NTLM."),
    "json-broken": (_W, "Answer JSON v2 with JSON, or 404: Outlook asks it before anything else."),
    # PACC.
    "pacc-digest-missing": (_E, "Publish the digest: TXT _ua-auto-config.DOMAIN."),
    "pacc-digest-wrong": (
        _E,
        "Publish the digest of the document as it is sent, and the old one beside it for a while.",
    ),
    "pacc-redirect": (_E, "Serve the PACC document at its place: no redirect is followed."),
    "pacc-broken": (_E, "Mend the JSON of the PACC document."),
    "pacc-incomplete": (_E, "Give the PACC document authentication and info.provider.name."),
    # Apple.
    "profile-unsigned": (_W, "Sign the profile (AUTOCONFIG_SIGNING_CERT): devices warn of unsigned ones."),
    "profile-type": (_E, "Send the profile as application/x-apple-aspen-config."),
    # Everything together.
    "guessed": (_W, "Publish the settings: these servers were guessed, the next program may guess others."),
    "sources-differ": (_W, "Publish the same servers everywhere."),
    "server": (_E, "Mend the mail server, or publish what it offers."),
}
"""Code to severity and advice. Codes are never renamed: scripts look for them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fix:
    """One thing to mend at one place."""

    code: str
    where: str
    """A URL, a record, a server or a file."""
    why: str
    """What was seen, in one sentence."""
    do: str
    """What to do, in one sentence."""
    severity: Severity
    clients: tuple[str, ...] = ()
    """The names of the programs it stops or misleads."""

    def as_dict(self) -> dict[str, Any]:
        """The JSON of one fix."""
        return {
            "code": self.code,
            "severity": str(self.severity),
            "where": self.where,
            "why": self.why,
            "do": self.do,
            "clients": list(self.clients),
        }


@dataclass(frozen=True, slots=True)
class Problem:
    """A code at a place, and what was seen there."""

    code: str
    where: str
    why: str
    heals: bool = False
    """Whether it stops nobody, because another way leads on."""


def fix_for(problem: Problem, domain: str, *, do: str = "", clients: tuple[str, ...] = ()) -> Fix:
    """The fix for a problem; ``do`` where somebody knows better than the table."""
    severity, advice = RULES[problem.code]
    if problem.heals and severity is Severity.ERROR:
        severity = Severity.WARNING
    return Fix(
        code=problem.code,
        where=problem.where,
        why=problem.why,
        do=do or advice.replace("DOMAIN", domain),
        severity=severity,
        clients=clients,
    )
