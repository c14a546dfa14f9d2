"""The terms of mail programs and the words for what was found, in the reader's language."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from autoconfig.model import Authentication, ServerType, SocketType
from autoconfig.web.pages.languages import _

if TYPE_CHECKING:
    from autoconfig.web.pages.account import MailServer
    from autoconfig.web.pages.finding import Finding

WITHOUT_LOGIN = frozenset(
    {Authentication.NONE, Authentication.CLIENT_IP_ADDRESS, Authentication.SMTP_AFTER_POP}
)


class Trust(NamedTuple):
    """How far settings can be trusted, and why."""

    level: str
    """good, fair, poor."""
    heading: str
    sentence: str


def security(server: MailServer) -> str:
    """The protection of a connection, as mail programs call it."""
    return _("None") if server.socket_type is SocketType.PLAIN else _tls(server)


def _tls(server: MailServer) -> str:
    return "SSL/TLS" if server.socket_type is SocketType.SSL else "STARTTLS"


def login(authentication: Authentication) -> str:
    """How the user proves who they are."""
    return {
        Authentication.PASSWORD_CLEARTEXT: _("Normal password"),
        Authentication.PASSWORD_ENCRYPTED: _("Encrypted password"),
        Authentication.NTLM: "NTLM",
        Authentication.GSSAPI: "Kerberos (GSSAPI)",
        Authentication.OAUTH2: _("OAuth2: a sign-in page of the provider opens"),
        Authentication.TLS_CLIENT_CERT: _("Certificate"),
        Authentication.CLIENT_IP_ADDRESS: _("None, but only from the provider’s own network"),
        Authentication.SMTP_AFTER_POP: _("None, but fetch mail first"),
        Authentication.NONE: _("None"),
        Authentication.HTTP_BASIC: _("Normal password"),
        Authentication.HTTP_DIGEST: _("Encrypted password"),
    }[authentication]


def service(server_type: ServerType) -> str:
    """What a server that is not for mail programs of the classic kind is for."""
    return {
        ServerType.CALDAV: _("Calendar (CalDAV)"),
        ServerType.CARDDAV: _("Contacts (CardDAV)"),
        ServerType.WEBDAV: _("Files (WebDAV)"),
        ServerType.JMAP: "JMAP",
        ServerType.EWS: "Exchange (EWS)",
        ServerType.OWA: "Outlook Web Access",
        ServerType.EXCHANGE: "Exchange",
        ServerType.ACTIVESYNC: "Exchange ActiveSync",
        ServerType.GRAPH: "Microsoft Graph",
        ServerType.XMPP: _("Chat (XMPP)"),
        ServerType.XMPPTCP: _("Chat (XMPP)"),
        ServerType.MATRIX: _("Chat (Matrix)"),
        ServerType.OPENTALK: _("Video (OpenTalk)"),
        ServerType.MANAGESIEVE: _("Mail filters (ManageSieve)"),
    }.get(server_type, str(server_type))


def trust(finding: Finding) -> Trust:
    """How far to trust settings, by the weakest link between the address and them."""
    good, fair, poor = _("You can rely on these settings"), _("Have a look first"), _("Not certain")
    domain, host = finding.domain, urlsplit(finding.source or "").hostname or _("Another web site")
    level, sentence = {
        "local": ("good", _("They come from the provider database of this service.")),
        "pacc": (
            "good",
            _("%(domain)s publishes them itself, and its DNS confirms the document.", domain=domain),
        ),
        "https": ("good", _("%(domain)s publishes them itself, over a secure connection.", domain=domain)),
        "dnssec": ("good", _("The DNS of %(domain)s names them, proven by DNSSEC.", domain=domain)),
        "https-other": (
            "fair",
            _(
                "%(host)s publishes them, over a secure connection. It does not belong to %(domain)s.",
                host=host,
                domain=domain,
            ),
        ),
        "dns": (
            "poor",
            _("The DNS names them without proof: somebody on the way could have changed the answer."),
        ),
        "http": ("poor", _("They came unencrypted: somebody on the way could have changed them.")),
    }.get(
        finding.trust,
        ("poor", _("They are a guess: such servers answer, but nobody says that they are the right ones.")),
    )
    return Trust(level, {"good": good, "fair": fair, "poor": poor}[level], sentence)


def way(method: str) -> str:
    """A way to find settings, in the words of a person."""
    return {
        "local": _("Database of this service"),
        "isp": _("The provider’s own web site"),
        "pacc": _("The provider’s PACC document"),
        "ispdb": _("The public database (ISPDB)"),
        "mx": _("The host that takes the mail (MX)"),
        "srv": _("Service records in the DNS (SRV)"),
        "autodiscover": _("Autodiscover"),
        "mailconf": _("A mailconf record"),
        "guess": _("Usual server names"),
    }.get(method, method)


def outcome(word: str) -> str:
    """What became of a way to find settings."""
    return {
        "found": _("Settings found"),
        "nothing": _("Nothing there"),
        "failed": _("No usable answer"),
        "given-up": _("No longer needed"),
    }.get(word, word)


def answer(word: str) -> str:
    """What came back to one question."""
    return _("Found") if word == "found" else outcome(word)


def mistake(sentence: str) -> str:
    """What is wrong with an address; the sentences are those of the model, which know one language."""
    return {
        "An e-mail address has an @ between a name and a domain.": _(
            "An e-mail address has an @ between a name and a domain."
        ),
        "What stands after the @ is not a domain name.": _("What stands after the @ is not a domain name."),
        "The part before the @ is longer than 64 bytes.": _("The part before the @ is too long."),
        "The address is longer than 254 bytes.": _("The address is too long."),
        "The part before the @ is not one that a mailbox can have.": _(
            "The part before the @ is not one that a mailbox can have."
        ),
        "The address is not UTF-8.": _("The address holds characters that cannot be read."),
    }.get(sentence, sentence)
