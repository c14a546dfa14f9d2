"""The table of docs/formats.md: which format carries which fact, found out by writing and reading back.

``python -m tests.advice.facts`` writes it anew.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from autoconfig.advice.losses import FORMATS, Asking, losses
from autoconfig.errors import NothingFound, ValueRefused
from autoconfig.formats.clients import PROGRAMS, Secrets
from autoconfig.model import (
    Authentication,
    AutodiscoverRedirect,
    Documentation,
    EmailAddress,
    Enable,
    OAuth2,
    Pop3Options,
    Provider,
    ServerType,
    SmtpOptions,
    SocketType,
    TcpServer,
    Translation,
    UrlServer,
    WebMail,
    WebMailLogin,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

PAGE = Path(__file__).resolve().parents[2] / "docs" / "formats.md"
MARKS = "<!-- {} begins; python -m tests.advice.facts writes it -->", "<!-- {} ends -->"

DOMAIN = "example.com"
YES, NO = "✓", "·"

PASSWORD = (Authentication.PASSWORD_CLEARTEXT,)


class Fact(NamedTuple):
    """One line of the table: a provider that has the fact, and where it stands in its file."""

    name: str
    provider: Provider
    path: str


def tcp(server_type: ServerType, port: int, **other: Any) -> TcpServer:
    given = {
        "hostname": f"{server_type}.example.net",
        "socket_type": SocketType.SSL,
        "authentication": PASSWORD,
        "username": "%EMAILADDRESS%",
    }
    return TcpServer(type=server_type, port=port, **(given | other))


def url(server_type: ServerType, **other: Any) -> UrlServer:
    given = {
        "url": f"https://{server_type.lower()}.example.net/path/",
        "authentication": (Authentication.HTTP_BASIC,),
        "username": "%EMAILADDRESS%",
    }
    return UrlServer(type=server_type, **(given | other))


IMAP = tcp(ServerType.IMAP, 993)
POP3 = tcp(ServerType.POP3, 995)
SMTP = tcp(ServerType.SMTP, 465)
PLAIN = Provider(
    id="example.net",
    display_name="Example Mail",
    short_name="Example Mail",
    incoming=(IMAP,),
    outgoing=(SMTP,),
)
OAUTH2 = OAuth2(
    issuer="https://login.example.net",
    auth_url="https://login.example.net/auth",
    token_url="https://login.example.net/token",
    scope=("mail",),
    client_id="desktop",
)
TOKEN = (Authentication.OAUTH2, Authentication.PASSWORD_CLEARTEXT)
GUIDE = "https://example.net/guide"
TEXT = (Translation("en", "How to"),)


def imap(**changes: Any) -> Provider:
    return replace(PLAIN, incoming=(replace(IMAP, **changes),))


def smtp(**changes: Any) -> Provider:
    return replace(PLAIN, outgoing=(replace(SMTP, **changes),))


def both(authentication: tuple[Authentication, ...]) -> Provider:
    """The same ways to log in for receiving and sending, and where to get a token."""
    provider = imap(authentication=authentication)
    return replace(provider, outgoing=(replace(SMTP, authentication=authentication),), oauth2=OAUTH2)


def incoming(*servers: Any) -> Provider:
    return replace(PLAIN, incoming=servers)


def other(server: Any) -> Provider:
    return replace(PLAIN, other=(server,))


def _names() -> Iterable[Fact]:
    yield Fact("name", PLAIN, "name")
    yield Fact("short name", replace(PLAIN, short_name="Example"), "short_name")
    yield Fact("one mail domain", replace(PLAIN, domains=(DOMAIN,)), "domains")
    yield Fact("several mail domains", replace(PLAIN, domains=(DOMAIN, "example.org")), "domains")
    yield Fact("MX domains", replace(PLAIN, domains=(DOMAIN,), mx_domains=("mx.example.net",)), "mx")


def _servers() -> Iterable[Fact]:
    yield Fact("IMAP", PLAIN, "incoming[0]")
    yield Fact("POP3", incoming(POP3), "incoming[0]")
    yield Fact("SMTP", PLAIN, "outgoing[0]")
    yield Fact("STARTTLS", imap(port=143, socket_type=SocketType.STARTTLS), "incoming[0]")
    yield Fact("STARTTLS for sending", smtp(port=587, socket_type=SocketType.STARTTLS), "outgoing[0]")
    yield Fact("no encryption", imap(port=143, socket_type=SocketType.PLAIN), "incoming[0]")
    yield Fact("another port", imap(port=9993), "incoming[0]")
    yield Fact("`%EMAILDOMAIN%` in a host name", imap(hostname="imap.%EMAILDOMAIN%"), "incoming[0]")
    yield Fact("IMAP and POP3", incoming(IMAP, POP3), "incoming")
    yield Fact("two IMAP servers", incoming(IMAP, replace(IMAP, hostname="b.example.net")), "incoming")
    yield Fact("POP3 before IMAP", incoming(POP3, IMAP), "incoming")


def _logins() -> Iterable[Fact]:
    for word in Authentication:
        if word is Authentication.OAUTH2:
            yield Fact("OAuth2 beside a password", both(TOKEN), "incoming[0]")
            yield Fact("OAuth2 alone", both((word,)), "incoming[0]")
        elif word in (Authentication.CLIENT_IP_ADDRESS, Authentication.SMTP_AFTER_POP):
            yield Fact(f"{word} for sending", smtp(authentication=(word,)), "outgoing[0]")
        elif word.startswith("http-"):
            dav = url(ServerType.CALDAV, authentication=(word,))
            yield Fact(f"{word} for calendars", other(dav), "other[0].authentication")
        elif word is Authentication.NONE:
            free = smtp(authentication=(word,), username=None)
            yield Fact("no login for sending", free, "outgoing[0].authentication")
        else:
            yield Fact(str(word), imap(authentication=(word,)), "incoming[0]")
    for name, shown in {
        "%EMAILLOCALPART%": "login with the local part",
        "%EMAILDOMAIN%\\%EMAILLOCALPART%": "login with domain and local part",
        "%REALNAME%": "login with the real name",
        "box1": "one login for all",
    }.items():
        yield Fact(shown, imap(username=name), "incoming[0].username")
    yield Fact("no login name known", imap(username=None), "incoming[0].username")


def _options() -> Iterable[Fact]:
    pop3 = Pop3Options(
        leave_messages_on_server=True, days_to_leave_messages_on_server=14, check_interval_minutes=15
    )
    options = SmtpOptions(use_global_preferred_server=True, add_this_server=False, restriction="none")
    yield Fact("POP3 options", incoming(replace(POP3, pop3=pop3)), "incoming[0]")
    yield Fact("SMTP options", smtp(smtp=options), "outgoing[0]")


def _services() -> Iterable[Fact]:
    for server_type, name in {
        ServerType.JMAP: "JMAP",
        ServerType.EWS: "EWS",
        ServerType.ACTIVESYNC: "ActiveSync",
        ServerType.GRAPH: "Graph",
        ServerType.OWA: "OWA",
    }.items():
        path = "/.well-known/jmap" if server_type is ServerType.JMAP else "/path/"
        place = f"https://{server_type.lower()}.example.net{path}"
        ways = (Authentication.HTTP_BASIC,) if server_type is ServerType.JMAP else ()
        server = url(server_type, url=place, authentication=ways)
        yield Fact(name, incoming(IMAP, server), "incoming[1]")
    exchange = tcp(
        ServerType.EXCHANGE,
        443,
        ews_url="https://exchange.example.net/ews",
        owa_url="https://exchange.example.net/owa",
    )
    yield Fact("Exchange by host, with its URLs", incoming(IMAP, exchange), "incoming[1]")
    for server_type, name in {
        ServerType.CALDAV: "CalDAV",
        ServerType.CARDDAV: "CardDAV",
        ServerType.WEBDAV: "WebDAV",
        ServerType.MATRIX: "Matrix",
        ServerType.OPENTALK: "OpenTalk",
        ServerType.XMPP: "XMPP over web sockets",
    }.items():
        web_socket = {"url": "wss://xmpp.example.net/ws"} if server_type is ServerType.XMPP else {}
        yield Fact(name, other(url(server_type, **web_socket)), "other[0]")
    yield Fact("XMPP", other(tcp(ServerType.XMPPTCP, 5223)), "other[0]")
    sieve = tcp(ServerType.MANAGESIEVE, 4190, socket_type=SocketType.STARTTLS)
    yield Fact("ManageSieve", other(sieve), "other[0]")


def _beside() -> Iterable[Fact]:
    issuer = OAuth2(issuer="https://login.example.net")
    yield Fact("OAuth2 issuer", replace(both(TOKEN), oauth2=issuer), "oauth2")
    yield Fact("OAuth2 endpoints, scope, client", both(TOKEN), "oauth2")
    yield Fact("help page", replace(PLAIN, documentation=(Documentation(url=GUIDE),)), "documentation")
    yield Fact(
        "what a help page is about",
        replace(PLAIN, documentation=(Documentation(url=GUIDE, texts=TEXT),)),
        "documentation",
    )
    yield Fact("what to switch on first", replace(PLAIN, enable=(Enable(url=GUIDE, texts=TEXT),)), "enable")
    yield Fact("web mail", replace(PLAIN, webmail=WebMail(url="https://mail.example.net/")), "webmail")
    login = WebMailLogin(url="https://mail.example.net/login", username="%EMAILADDRESS%")
    yield Fact("web mail's login form", replace(PLAIN, webmail=WebMail(login=login)), "webmail")
    yield Fact("where newer versions are", replace(PLAIN, update_url="https://example.net/x"), "update_url")
    to_url = AutodiscoverRedirect(url="https://other.example/autodiscover/autodiscover.xml")
    yield Fact("Autodiscover redirect to a URL", replace(PLAIN, autodiscover=to_url), "autodiscover")
    to_address = AutodiscoverRedirect(domain="other.example")
    yield Fact("Autodiscover redirect to an address", replace(PLAIN, autodiscover=to_address), "autodiscover")


@cache
def facts() -> tuple[Fact, ...]:
    """Every fact of a provider file, in its order."""
    groups = (_names(), _servers(), _logins(), _options(), _services(), _beside())
    return tuple(fact for group in groups for fact in group)


FOR_ALL_DOMAINS = frozenset({"mozilla", "mozilla-full", "toml"})
"""Formats whose documents can be about every domain of a provider."""


def asking_for(format_name: str, domain: str = DOMAIN) -> Asking:
    """For whom the document of a format is written: for everybody where it can be."""
    if format_name in FOR_ALL_DOMAINS:
        return Asking()
    secrets = Secrets(token_command="print-token") if format_name in PROGRAMS else None
    return Asking(domain=domain, mailbox=EmailAddress("ada", domain), secrets=secrets)


def carries(fact: Fact, format_name: str) -> bool:
    """Whether nothing of the fact is lost in the format."""
    try:
        found = losses(fact.provider, format_name, asking_for(format_name))
    except (NothingFound, ValueRefused):
        return False
    return not any(_within(remark.path, fact.path) or _within(fact.path, remark.path) for remark in found)


def _within(path: str, other: str) -> bool:
    """Whether a path is another one, or stands below it."""
    return path == other or path.startswith((f"{other}.", f"{other}["))


HEADS = {
    "mozilla": "Mozilla",
    "mozilla-full": "`--full`",
    "toml": "TOML",
    "autodiscover": "POX",
    "mobilesync": "mobilesync",
    "autodiscover-json": "JSON v2",
    "pacc": "PACC",
    "mobileconfig": "Apple",
    "zone": "DNS",
}
MANY = "[programs](#command-line-mail-programs)"


def documents_table() -> str:
    """One line for each fact, one column for each document, the programs as a count."""
    rows = [["", *HEADS.values(), MANY]]
    for fact in facts():
        count = sum(carries(fact, program) for program in PROGRAMS)
        cells = [YES if carries(fact, name) else NO for name in HEADS]
        rows.append([fact.name, *cells, f"{count} of {len(PROGRAMS)}" if count else NO])
    return _table(rows)


def programs_table() -> str:
    """The facts that some of the programs carry and others do not."""
    rows = [["", *PROGRAMS]]
    for fact in facts():
        cells = [YES if carries(fact, program) else NO for program in PROGRAMS]
        if YES in cells and NO in cells:
            rows.append([fact.name, *cells])
    return _table(rows)


def _table(rows: Sequence[Sequence[str]]) -> str:
    head, *others = ["| " + " | ".join(row) + " |" for row in rows]
    rule = "|" + "|".join([" --- ", *[" :-: "] * (len(rows[0]) - 1)]) + "|"
    return "\n".join([head, rule, *others])


TABLES = {"documents": documents_table, "programs": programs_table}


def written() -> str:
    """The page with its tables made anew."""
    text = PAGE.read_text(encoding="utf-8")
    for name, make in TABLES.items():
        begin, end = (mark.format(name) for mark in MARKS)
        before, _, rest = text.partition(begin)
        _, _, after = rest.partition(end)
        assert after, f"{PAGE} has no place for the table of {name}"
        text = f"{before}{begin}\n{make()}\n{end}{after}"
    return text


if __name__ == "__main__":
    assert set(FORMATS) == {*HEADS, *PROGRAMS}
    PAGE.write_text(written(), encoding="utf-8")
