"""Hypothesis strategies: the values the model allows, and which of them a format can carry.

Each function builds its strategy once: a provider is made of hundreds of draws.
"""

from __future__ import annotations

import operator
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from autoconfig.formats.mozilla.words import ROOT_SECTIONS, SECTION_OF_TYPE, USELESS_FOR_INCOMING
from autoconfig.model import (
    INCOMING_TYPES,
    OUTGOING_TYPES,
    Authentication,
    AutodiscoverRedirect,
    Documentation,
    EmailAddress,
    Enable,
    FormField,
    OAuth2,
    Page,
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
    normalize_domain,
)
from autoconfig.model.placeholders import EMAIL_DOMAIN, PLACEHOLDERS

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

    from autoconfig.model import AnyServer

EVERY_TYPE = frozenset(ServerType)
OTHER_TYPES = EVERY_TYPE - INCOMING_TYPES - OUTGOING_TYPES
NONE: frozenset[Authentication] = frozenset()

# Names

_IDN = ["bücher", "straße", "日本語", "пример", "ελλάδα", "مثال", "उदाहरण", "mañana", "faß", "œuf", "ไทย"]
_LABELS = st.one_of(
    st.text("abcxyz019", min_size=1, max_size=6),
    st.sampled_from(["mail", "mx-1", "0", "9-to-5", "x" * 63, "a--b"]),
    st.sampled_from(_IDN),
)
_NAMES = st.tuples(
    st.lists(_LABELS, min_size=1, max_size=3), st.sampled_from(["com", "example", "museum", "xn--p1ai", "рф"])
).map(lambda pair: [*pair[0], pair[1]])


@cache
def domains() -> SearchStrategy[str]:
    """Domains in the spelling of the model: A-labels in lower case."""
    return _NAMES.map(lambda labels: normalize_domain(".".join(labels)))


@st.composite
def typed_domains(draw: st.DrawFn) -> tuple[str, str]:
    """A domain as somebody types it (any case, IDN, foreign dots), and the spelling of the model."""
    labels = draw(_NAMES)
    # "ß" has no upper case of its own: "SS" is another name.
    typed = [label.upper() if "ß" not in label and draw(st.booleans()) else label for label in labels]
    dot = draw(st.sampled_from([".", "\u3002", "\uff0e", "\uff61"]))
    before, after = draw(st.sampled_from(["", " ", "\t"])), draw(st.sampled_from(["", ".", "\u3002", ". "]))
    return before + dot.join(typed) + after, normalize_domain(".".join(labels))


@cache
def hostnames() -> SearchStrategy[str]:
    """Host names of servers: names, IP addresses, names with the domain left open."""
    addresses = st.sampled_from(["192.0.2.1", "2001:db8::1", "::1"])
    return st.one_of(domains(), domains().map(lambda name: f"{EMAIL_DOMAIN}.{name}"), addresses)


# Texts

_WRITABLE = st.characters(codec="utf-8", exclude_categories=("Cc",), exclude_characters="\ufffe\uffff")


@cache
def lines() -> SearchStrategy[str]:
    """Texts on one line, as the model folds them, of any characters that XML can hold."""
    characters = _WRITABLE | st.sampled_from("\x7f\x80\x9f<>&'\"#[]=\\{} ,")
    return st.text(characters, max_size=16).map(lambda text: " ".join(text.split()) or "x")


@cache
def printable(exclude: str = "") -> SearchStrategy[str]:
    """Printable texts without white space at the ends."""
    return st.text(_WRITABLE, max_size=12).map(
        lambda text: "".join(c for c in text if c.isprintable() and c not in exclude).strip() or "x"
    )


@cache
def usernames() -> SearchStrategy[str]:
    """Login names: placeholders, alone or with something around them, and fixed names."""
    marks = st.sampled_from(PLACEHOLDERS)
    return st.one_of(marks, marks.map("cust-{}".format), printable())


@cache
def urls(*schemes: str) -> SearchStrategy[str]:
    """URLs in the spelling of the model, with ports, paths, queries, fragments and placeholders."""
    rest = st.text("aZ09-._~!$&'()*+,;=:@/?#ü日", max_size=10) | st.sampled_from(
        ["", "%E9%AB%98", "dav/%EMAILADDRESS%/", f"?d={EMAIL_DOMAIN}", "a?b=%20#c"]
    )
    return st.builds(
        _url,
        st.sampled_from(schemes or ("https", "http")),
        hostnames(),
        st.none() | st.integers(1, 65535),
        rest,
    )


def _url(scheme: str, host: str, port: int | None, rest: str) -> str:
    return f"{scheme}://{f'[{host}]' if ':' in host else host}{'' if port is None else f':{port}'}/{rest}"


@cache
def texts() -> SearchStrategy[tuple[Translation, ...]]:
    """One text in several languages, or in one that nobody names."""
    languages = st.none() | st.sampled_from(["en", "EN", "de", "pt-BR", "zh-Hant", "x-klingon"])
    return st.lists(st.builds(Translation, languages, lines()), max_size=3).map(tuple)


@cache
def addresses() -> SearchStrategy[EmailAddress]:
    """Addresses: plain, quoted, UTF-8, and local parts that look like markup or placeholders."""
    local_parts = st.one_of(
        st.text("aZ09!#$%&'*+/=?^_`{|}~-", min_size=1, max_size=12),
        st.sampled_from(['"ada lovelace"', '"a@b"', '"<ada>&co"', '"\\""', "ádá", "用户", "адрес", "a.b"]),
        st.sampled_from(["%EMAILDOMAIN%", "%EMAILADDRESS%", "a" * 50]),
    )
    return st.builds(lambda name, domain: EmailAddress.parse(f"{name}@{domain}"), local_parts, domains())


# Servers


@cache
def authentications(without: frozenset[Authentication] = NONE, least: int = 0) -> SearchStrategy[Any]:
    """Lists of authentications, each once."""
    allowed = [entry for entry in Authentication if entry not in without]
    return st.lists(st.sampled_from(allowed), unique=True, min_size=least, max_size=4).map(tuple)


_FLAGS = st.none() | st.booleans()


@cache
def pop3_options() -> SearchStrategy[Pop3Options | None]:
    """POP3 options with at least one that is set, or none at all."""
    return st.builds(
        Pop3Options,
        leave_messages_on_server=_FLAGS,
        days_to_leave_messages_on_server=st.none() | st.integers(0, 36_500),
        download_on_biff=_FLAGS,
        check_interval_minutes=st.none() | st.integers(0, 525_600),
    ).map(lambda options: None if options == Pop3Options() else options)


@cache
def smtp_options() -> SearchStrategy[SmtpOptions | None]:
    """SMTP options with at least one that is set, or none at all."""
    return st.builds(
        SmtpOptions,
        use_global_preferred_server=_FLAGS,
        add_this_server=_FLAGS,
        restriction=st.none() | lines(),
    ).map(lambda options: None if options == SmtpOptions() else options)


@cache
def _tcp_servers_of(
    server_type: ServerType, without: frozenset[Authentication], least: int
) -> SearchStrategy[TcpServer]:
    fields: dict[str, Any] = {}
    if server_type is ServerType.POP3:
        fields["pop3"] = pop3_options()
    if server_type is ServerType.SMTP:
        fields["smtp"] = smtp_options()
    if server_type is ServerType.EXCHANGE:
        fields |= {"ews_url": st.none() | urls(), "owa_url": st.none() | urls()}
    return st.builds(
        TcpServer,
        type=st.just(server_type),
        hostname=hostnames(),
        port=st.sampled_from([110, 143, 465, 587, 993, 995, 4190, 5222]) | st.integers(1, 65535),
        socket_type=st.sampled_from(SocketType),
        authentication=authentications(without, least),
        username=st.none() | usernames(),
        **fields,
    )


@cache
def tcp_servers(
    types: frozenset[ServerType] = EVERY_TYPE, without: frozenset[Authentication] = NONE, least: int = 0
) -> SearchStrategy[TcpServer]:
    """Servers by host and port; ``least`` is how many authentications each has at least."""
    return st.one_of(_tcp_servers_of(server_type, without, least) for server_type in sorted(types))


@cache
def url_servers(
    types: frozenset[ServerType] = EVERY_TYPE, without: frozenset[Authentication] = NONE
) -> SearchStrategy[UrlServer]:
    """Servers by URL."""
    return st.builds(
        UrlServer,
        type=st.sampled_from(sorted(types)),
        url=urls("https", "http", "wss", "ws"),
        authentication=authentications(without),
        username=st.none() | usernames(),
    )


@cache
def servers(
    types: frozenset[ServerType], without: frozenset[Authentication] = NONE, least: int = 0
) -> SearchStrategy[tuple[AnyServer, ...]]:
    """A few servers of both kinds."""
    either = tcp_servers(types, without, least) | url_servers(types, without)
    return st.lists(either, max_size=2).map(tuple)


@cache
def redirects() -> SearchStrategy[AutodiscoverRedirect]:
    """Where Autodiscover leads: a URL or another domain, with the mail domain left open or not."""
    open_urls = st.sampled_from(["https://%EMAILDOMAIN%.example/x.xml", "https://a.example/?d=%EMAILDOMAIN%"])
    names = domains() | domains().map(lambda name: f"{EMAIL_DOMAIN}.{name}")
    fixed = urls().filter(lambda url: not any(mark in url for mark in PLACEHOLDERS if mark != EMAIL_DOMAIN))
    return st.builds(AutodiscoverRedirect, url=fixed | open_urls) | st.builds(
        AutodiscoverRedirect, domain=names
    )


# Providers


@cache
def documentations() -> SearchStrategy[Documentation]:
    """Help pages."""
    return st.builds(Documentation, url=urls(), texts=texts())


@cache
def enables() -> SearchStrategy[Enable]:
    """Pages on which mail programs must be allowed first."""
    return st.builds(Enable, url=urls(), texts=texts())


@cache
def oauth2s() -> SearchStrategy[OAuth2]:
    """OAuth2 endpoints, all of it or the issuer alone."""
    scope = st.text("".join(map(chr, range(0x21, 0x7F))).translate({0x22: None, 0x5C: None}), max_size=8)
    return st.builds(
        OAuth2,
        issuer=urls("https").map(lambda url: url.partition("?")[0].partition("#")[0]),
        auth_url=st.none() | urls("https"),
        token_url=st.none() | urls("https"),
        scope=st.lists(scope.map(lambda token: token or "mail"), max_size=3).map(tuple),
        client_id=st.none() | lines(),
    )


@cache
def form_fields() -> SearchStrategy[FormField | None]:
    """Fields of a login form."""
    return st.none() | st.builds(FormField, id=st.none() | lines(), name=st.none() | lines())


@cache
def webmails() -> SearchStrategy[WebMail]:
    """Web mail by its login page, by its login form, or by both."""
    login = st.builds(
        WebMailLogin,
        url=urls(),
        username=st.none() | lines(),
        username_field=form_fields(),
        password_field=form_fields(),
        login_button=form_fields(),
        wait_for_redirection_url_prefix=st.none() | lines(),
    )
    both = st.builds(WebMail, url=urls(), login=st.none() | login)
    return both | st.builds(WebMail, url=st.none(), login=login)


@st.composite
def providers(draw: st.DrawFn, useless: frozenset[Authentication] = NONE, least: int = 0) -> Provider:
    """Whole providers: every value the model allows and the provider file can carry.

    ``useless`` are authentications that no incoming server has, ``least`` how many a TCP server has at least.
    """
    # Drawn within a function of its own, because the strategy is too long to be shown.
    return draw(_providers(useless, least))


@cache
def _providers(useless: frozenset[Authentication], least: int) -> SearchStrategy[Provider]:
    one_incoming = tcp_servers(INCOMING_TYPES, useless, least).map(lambda server: (server,))
    one_other = tcp_servers(OTHER_TYPES, NONE, least).map(lambda server: (server,))
    incoming = servers(INCOMING_TYPES, useless, least)
    other = servers(OTHER_TYPES, NONE, least)
    fields: dict[str, Any] = {
        "id": domains() | printable(exclude=" /\xa0\u3000"),
        "display_name": lines(),
        "short_name": lines(),
        "domains": st.lists(domains(), max_size=3).map(tuple),
        "mx_domains": st.lists(domains(), max_size=2).map(tuple),
        "outgoing": servers(OUTGOING_TYPES, NONE, least),
        "oauth2": st.none() | oauth2s(),
        "documentation": st.lists(documentations(), max_size=2).map(tuple),
        "enable": st.lists(enables(), max_size=2).map(tuple),
        "webmail": st.none() | webmails(),
        "update_url": st.none() | urls(),
        "autodiscover": st.none() | redirects(),
    }
    moved = st.fixed_dictionaries({**fields, "outgoing": st.just(()), "autodiscover": redirects()})
    return st.one_of(
        moved.map(lambda given: Provider(**given)),
        st.builds(Provider, incoming=st.builds(operator.add, one_incoming, incoming), other=other, **fields),
        st.builds(Provider, other=st.builds(operator.add, one_other, other), **fields),
    )


def pages() -> SearchStrategy[Page]:
    """What a provider may say about its page for people."""
    return st.builds(
        Page,
        logo=st.none() | st.from_regex(r"\A[a-z0-9][a-zA-Z0-9._-]{0,20}\.(svg|PNG|webp)\Z"),
        colour=st.none() | st.from_regex(r"\A#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})\Z"),
        support_email=st.none() | addresses().map(str),
        support_phone=st.none() | st.from_regex(r"\A\+?[0-9][0-9 ()./-]{1,20}[0-9]\Z"),
        support_url=st.none() | urls(),
        notes=texts(),
    )


@cache
def plain_providers() -> SearchStrategy[Provider]:
    """Providers that have servers and nothing else: quick to draw, for what looks at servers only."""
    return st.builds(
        Provider,
        id=st.just("example.com"),
        display_name=st.just("Example Mail"),
        short_name=st.just("Example"),
        incoming=st.builds(
            operator.add,
            tcp_servers(INCOMING_TYPES).map(lambda server: (server,)),
            servers(INCOMING_TYPES),
        ),
        outgoing=servers(OUTGOING_TYPES),
        other=servers(OTHER_TYPES),
    )


@cache
def mozilla_providers() -> SearchStrategy[Provider]:
    """Providers as client configuration XML can carry them.

    A server by host name has an authentication, an incoming one none that only sending knows; the servers
    that are not for mail stand in the order of the document's sections.
    """
    return (
        providers(USELESS_FOR_INCOMING, 1)
        .filter(lambda provider: bool(provider.servers))
        .map(lambda provider: replace(_in_order_of_sections(provider), autodiscover=None))
    )


def _in_order_of_sections(provider: Provider) -> Provider:
    sections = list(ROOT_SECTIONS)
    ordered = sorted(provider.other, key=lambda server: sections.index(SECTION_OF_TYPE[server.type]))
    return replace(provider, other=tuple(ordered))


# Hostile input

_PIECES = st.one_of(
    st.binary(max_size=8),
    st.sampled_from(
        [b"<", b">", b"&", b"</", b"]]>", b"\x00", b"\xff", b"<!DOCTYPE x>", b"&#x9;", b"&#127;"]
    ),
    st.sampled_from(
        [b"\n", b'"', b"[", b"]", b"=", b"[[incoming]]\n", b"-1", b"99999", b"%", b"\xef\xbb\xbf"]
    ),
)


@st.composite
def mutated(draw: st.DrawFn, document: bytes) -> bytes:
    """A document with a few pieces cut out, doubled, or replaced by others."""
    data = document
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(data)))
        end = min(len(data), start + draw(st.integers(0, 40)))
        piece = draw(st.just(b"") | st.just(data[start:end] * 2) | _PIECES)
        data = data[:start] + piece + data[end:]
    return data
