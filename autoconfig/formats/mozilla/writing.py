"""Writing client configuration XML: one output that every reader accepts, or everything.

The plain output is version 1.1: imap, pop3 and smtp inside emailProvider, the rest at the root, no white
space around values, one domain. The full output is version 1.2 and carries all the provider has.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree

from autoconfig.errors import DomainError
from autoconfig.formats.mozilla.words import HTTP_WORDS, SECTION_OF_TYPE
from autoconfig.formats.selection import at_domain, mail_servers
from autoconfig.model import (
    AnyServer,
    Documentation,
    FormField,
    OAuth2,
    Provider,
    ServerType,
    TcpServer,
    Texts,
    UrlServer,
    WebMail,
    WebMailLogin,
    normalize_domain,
)

if TYPE_CHECKING:
    from autoconfig.formats.xml import Element

MEDIA_TYPE = "text/xml; charset=utf-8"
"""Thunderbird accepts text/xml and application/xml and nothing else."""

_DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>\n'


def render(provider: Provider, domain: str | None = None, *, full: bool = False) -> bytes | None:
    """Write the document for one mail domain, or for all the provider's domains when none is given.

    None where the plain output would have nothing to read mail with: a client that gets such a document
    stops looking elsewhere.
    """
    if domain is not None:
        here = at_domain(provider, domain)
        if here is None:
            return None
        provider = here
    incoming = provider.incoming if full else mail_servers(provider.incoming)
    outgoing = provider.outgoing if full else mail_servers(provider.outgoing)
    if not (incoming or (full and provider.servers)):
        return None
    root = etree.Element("clientConfig", version="1.2" if full else "1.1")
    mail = etree.Element("emailProvider", id=provider.id if domain is None else _host_id(provider, domain))
    _provider(mail, provider)
    for server in incoming:
        _server(mail, "incomingServer", server)
    for server in outgoing:
        _server(mail, "outgoingServer", server)
    for page in provider.documentation:
        _documentation(mail, page)
    for entry in provider.enable:
        element = etree.SubElement(mail, "enable", visiturl=entry.url)
        _texts(element, "instruction", entry.texts)
    root.append(mail)
    for server in provider.other:
        _server(root, SECTION_OF_TYPE[server.type], server)
    if _other_names_would_win(incoming + outgoing, provider.other):
        root.append(mail)  # moves it behind the other sections
    if provider.webmail is not None:
        _webmail(root, provider.webmail, full=full)
    if provider.oauth2 is not None and (full or provider.oauth2.complete):
        # pimalaya refuses a document whose oAuth2 lacks one of the four.
        _oauth2(root, provider.oauth2)
    if provider.update_url is not None:
        etree.SubElement(root, "clientConfigUpdate", url=provider.update_url)
    etree.indent(root)
    return _DECLARATION + etree.tostring(root, encoding="UTF-8") + b"\n"


def _host_id(provider: Provider, domain: str) -> str:
    """Both Thunderbirds want a host name as id; where the provider's is none, the domain serves."""
    try:
        name = normalize_domain(provider.id)
    except DomainError:
        return domain
    return name if "." in name else domain


def _other_names_would_win(mail: tuple[AnyServer, ...], other: tuple[AnyServer, ...]) -> bool:
    """Whether a calendar's login name differs from the mailbox's.

    FairEmail takes the last username element of the whole document for the mailbox.
    """
    names = {server.username for server in mail}
    return any(server.username not in names for server in other)


def _provider(mail: Element, provider: Provider) -> None:
    for domain in provider.domains:
        _text(mail, "domain", domain)
    for domain in provider.mx_domains:
        _text(mail, "domain", domain).set("purpose", "mx")
    _text(mail, "displayName", provider.display_name)
    _text(mail, "displayShortName", provider.short_name)


def _server(parent: Element, name: str, server: AnyServer) -> None:
    element = etree.SubElement(parent, name, type=server.type)
    if isinstance(server, UrlServer):
        _text(element, "url", server.url)
    else:
        _text(element, "hostname", server.hostname)
        _text(element, "port", str(server.port))
        _text(element, "socketType", server.socket_type)
    for authentication in server.authentication:
        word = HTTP_WORDS.get(authentication)
        child = _text(element, "authentication", word or authentication)
        if word is not None:
            child.set("system", "http")
    if server.username is not None:
        _text(element, "username", server.username)
    if isinstance(server, TcpServer):
        _options(element, server)


def _options(element: Element, server: TcpServer) -> None:
    if server.type is ServerType.EXCHANGE:
        _optional(element, "owaURL", server.owa_url)
        _optional(element, "ewsURL", server.ews_url)
    if server.pop3 is not None:
        pop3 = etree.SubElement(element, "pop3")
        _optional(pop3, "leaveMessagesOnServer", server.pop3.leave_messages_on_server)
        _optional(pop3, "downloadOnBiff", server.pop3.download_on_biff)
        _optional(pop3, "daysToLeaveMessagesOnServer", server.pop3.days_to_leave_messages_on_server)
        if server.pop3.check_interval_minutes is not None:
            etree.SubElement(pop3, "checkInterval", minutes=str(server.pop3.check_interval_minutes))
    if server.smtp is not None:
        _optional(element, "addThisServer", server.smtp.add_this_server)
        _optional(element, "useGlobalPreferredServer", server.smtp.use_global_preferred_server)
        _optional(element, "restriction", server.smtp.restriction)


def _documentation(parent: Element, page: Documentation) -> None:
    _texts(etree.SubElement(parent, "documentation", url=page.url), "descr", page.texts)


def _texts(parent: Element, name: str, texts: Texts) -> None:
    for entry in texts:
        element = _text(parent, name, entry.text)
        if entry.language is not None:
            element.set("lang", entry.language)


def _webmail(root: Element, webmail: WebMail, *, full: bool) -> None:
    # The login form names a user too, and FairEmail would take that name for the mailbox's: full only.
    login = webmail.login if full else None
    if webmail.url is None and login is None:
        return
    element = etree.SubElement(root, "webMail")
    if webmail.url is not None:
        etree.SubElement(element, "loginPage", url=webmail.url)
    if login is not None:
        _webmail_login(element, login)


def _webmail_login(parent: Element, login: WebMailLogin) -> None:
    element = etree.SubElement(parent, "loginPageInfo", url=login.url)
    if login.wait_for_redirection_url_prefix is not None:
        element.set("waitForRedirectionURLPrefix", login.wait_for_redirection_url_prefix)
    _optional(element, "username", login.username)
    _form_field(element, "usernameField", login.username_field)
    _form_field(element, "passwordField", login.password_field)
    _form_field(element, "loginButton", login.login_button)


def _form_field(parent: Element, name: str, field: FormField | None) -> None:
    if field is None:
        return
    element = etree.SubElement(parent, name)
    if field.id is not None:
        element.set("id", field.id)
    if field.name is not None:
        element.set("name", field.name)


def _oauth2(root: Element, oauth2: OAuth2) -> None:
    element = etree.SubElement(root, "oAuth2")
    _text(element, "issuer", oauth2.issuer)
    _optional(element, "scope", " ".join(oauth2.scope) or None)
    _optional(element, "authURL", oauth2.auth_url)
    _optional(element, "tokenURL", oauth2.token_url)
    _optional(element, "clientID", oauth2.client_id)


def _text(parent: Element, name: str, text: str) -> Element:
    element = etree.SubElement(parent, name)
    element.text = text
    return element


def _optional(parent: Element, name: str, value: str | bool | int | None) -> None:
    if value is not None:
        _text(parent, name, str(value).lower() if isinstance(value, bool) else str(value))
