"""The one value behind every document: a mail provider and all it offers."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from autoconfig.errors import ValueRefused
from autoconfig.model.address import normalize_domain
from autoconfig.model.placeholders import values_for
from autoconfig.model.server import INCOMING_TYPES, OUTGOING_TYPES, AnyServer, checked_url
from autoconfig.model.text import one_line, one_line_or_none

if TYPE_CHECKING:
    from collections.abc import Iterable

    from autoconfig.model.address import EmailAddress
    from autoconfig.model.page import Page
    from autoconfig.model.redirect import AutodiscoverRedirect


_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*")  # RFC 5646 §2.1, shape only

# RFC 6749 §3.3: what one token of a scope is made of.
_SCOPE_TOKEN = re.compile(r"[!#-\[\]-~]+")


@dataclass(frozen=True, slots=True)
class Translation:
    """A text in one language: a BCP 47 tag, or None where the document does not say."""

    language: str | None
    text: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", one_line(self.text, "A text"))
        if self.language is not None and self.language.lower() == "und":
            object.__setattr__(self, "language", None)  # RFC 5646 §4.1: "und" says that it is not known
        if self.language is not None and not _LANGUAGE.fullmatch(self.language):
            raise ValueRefused(f"{self.language!r} is not a language tag such as en or pt-BR.")


Texts = tuple[Translation, ...]
"""One text in several languages, each language once."""


def each_language_once(texts: Texts) -> Texts:
    """The first text of each language: a document that has two says the same thing twice."""
    found: dict[str, Translation] = {}
    for entry in texts:
        found.setdefault((entry.language or "").lower(), entry)
    return tuple(found.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Documentation:
    """A help page of the provider and what it is about, in many languages."""

    url: str
    texts: Texts = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "url", checked_url(self.url))
        object.__setattr__(self, "texts", each_language_once(self.texts))


@dataclass(frozen=True, slots=True, kw_only=True)
class Enable:
    """What the user must do before mail programs may log in, and where (``enable visiturl=``)."""

    url: str
    texts: Texts = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "url", checked_url(self.url))
        object.__setattr__(self, "texts", each_language_once(self.texts))


@dataclass(frozen=True, slots=True, kw_only=True)
class FormField:
    """A field or button of a web login form, found by its id or its name."""

    id: str | None = None
    name: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "id", one_line_or_none(self.id, "The id of a form field"))
        object.__setattr__(self, "name", one_line_or_none(self.name, "The name of a form field"))


@dataclass(frozen=True, slots=True, kw_only=True)
class WebMailLogin:
    """How a program can fill in the web mail's login form (``loginPageInfo``)."""

    url: str
    username: str | None = None
    username_field: FormField | None = None
    password_field: FormField | None = None
    login_button: FormField | None = None
    wait_for_redirection_url_prefix: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "url", checked_url(self.url))
        for name in ("username", "wait_for_redirection_url_prefix"):
            text = one_line_or_none(getattr(self, name), f"The {name.replace('_', ' ')} of a login form")
            object.__setattr__(self, name, text)


@dataclass(frozen=True, slots=True, kw_only=True)
class WebMail:
    """Where the mailbox can be read in a browser."""

    url: str | None = None
    login: WebMailLogin | None = None

    def __post_init__(self) -> None:
        if self.url is not None:
            object.__setattr__(self, "url", checked_url(self.url))
        if self.url is None and self.login is None:
            raise ValueRefused("Web mail has neither a login page nor a login form.")


@dataclass(frozen=True, slots=True, kw_only=True)
class OAuth2:
    """Where a client gets its token (``oAuth2``); no secret has a place here."""

    issuer: str
    """The authorization server (RFC 8414 §2), kept without ``https://`` as autoconfig writes it."""
    auth_url: str | None = None
    token_url: str | None = None
    scope: tuple[str, ...] = ()
    client_id: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "issuer", _issuer(self.issuer))
        object.__setattr__(self, "client_id", one_line_or_none(self.client_id, "An OAuth2 client id"))
        for token in self.scope:
            if not _SCOPE_TOKEN.fullmatch(token):
                raise ValueRefused(f"An OAuth2 scope cannot hold {token[:60]!r}.")
        for name in ("auth_url", "token_url"):
            url = getattr(self, name)
            if url is not None:
                object.__setattr__(self, name, checked_url(url, schemes=("https",)))

    @property
    def complete(self) -> bool:
        """Whether a client finds everything here that it needs to ask for a token."""
        return bool(self.auth_url and self.token_url and self.scope)

    @property
    def issuer_url(self) -> str:
        """The issuer as RFC 8414 and PACC write it."""
        return f"https://{self.issuer}"


def _issuer(text: str) -> str:
    written = text.strip()
    try:
        url = checked_url(written if "://" in written else f"https://{written}", schemes=("https",))
    except ValueRefused:
        raise ValueRefused(f"An OAuth2 issuer cannot be {written[:120]!r}.") from None
    if "?" in url or "#" in url:
        raise ValueRefused("An OAuth2 issuer has no query and no fragment (RFC 8414 §2).")
    return url.removeprefix("https://").rstrip("/")


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """A mail provider. Raises ValueRefused where nothing of it could be used.

    ``domains`` are the mail domains served, ``mx_domains`` the domains of MX hosts whose customers'
    domains it serves too; both in A-labels, in the provider's order, each once.
    """

    id: str
    display_name: str
    short_name: str
    domains: tuple[str, ...] = ()
    mx_domains: tuple[str, ...] = ()
    incoming: tuple[AnyServer, ...] = ()
    outgoing: tuple[AnyServer, ...] = ()
    other: tuple[AnyServer, ...] = ()
    """Calendars, address books, files, chat, video, filters."""
    oauth2: OAuth2 | None = None
    documentation: tuple[Documentation, ...] = ()
    enable: tuple[Enable, ...] = ()
    webmail: WebMail | None = None
    update_url: str | None = None
    autodiscover: AutodiscoverRedirect | None = None
    """Where Autodiscover sends clients on; the other documents say the servers all the same."""
    page: Page | None = None
    """How it presents itself on the page for people."""

    def __post_init__(self) -> None:
        if not self.id or not self.id.isprintable() or any(c.isspace() or c == "/" for c in self.id):
            raise ValueRefused(f"A provider's id cannot be {self.id!r}.")
        for name in ("display_name", "short_name"):
            text = one_line(getattr(self, name), f"The {name.replace('_', ' ')} of a provider")
            object.__setattr__(self, name, text)
        object.__setattr__(self, "domains", _folded(self.domains))
        object.__setattr__(self, "mx_domains", _folded(self.mx_domains))
        _check_types(self.incoming, INCOMING_TYPES, "incoming")
        _check_types(self.outgoing, OUTGOING_TYPES, "outgoing")
        if any(server.type in INCOMING_TYPES | OUTGOING_TYPES for server in self.other):
            raise ValueRefused("A mail server stands among the servers that are not for mail.")
        if not (self.servers or self.autodiscover):
            raise ValueRefused("A provider has no usable server.")
        if self.update_url is not None:
            object.__setattr__(self, "update_url", checked_url(self.update_url))

    @property
    def servers(self) -> tuple[AnyServer, ...]:
        """Every server, incoming first."""
        return self.incoming + self.outgoing + self.other

    def filled(self, values: dict[str, str]) -> Provider:
        """The same provider with the placeholders that ``values`` names replaced in every server."""
        return replace(
            self,
            incoming=tuple(server.filled(values) for server in self.incoming),
            outgoing=tuple(server.filled(values) for server in self.outgoing),
            other=tuple(server.filled(values) for server in self.other),
        )

    def for_address(self, address: EmailAddress) -> Provider:
        """The settings of one mailbox: every placeholder an address can fill is filled."""
        return self.filled(values_for(address))


def _folded(domains: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(normalize_domain(domain) for domain in domains))


def _check_types(servers: Iterable[AnyServer], allowed: frozenset[str], direction: str) -> None:
    for server in servers:
        if server.type not in allowed:
            raise ValueRefused(f"A server of type {server.type} is not an {direction} server.")


def best_text(texts: Texts, languages: Iterable[str] = ("en",)) -> str | None:
    """The text in the first of the languages that has one, else in English, else the first there is.

    ``fr-CA`` is served by ``fr``; a text without a language counts as English.
    """
    by_language = {(entry.language or "en").lower(): entry.text for entry in reversed(texts)}
    for language in (*languages, "en"):
        wanted = language.lower()
        text = by_language.get(wanted) or by_language.get(wanted.partition("-")[0])
        if text:
            return text
    return texts[0].text if texts else None
