"""Reading client configuration XML as the best client would: nothing odd breaks the document.

A section that lacks what it needs is dropped alone, with a remark; only a document with nothing usable
is refused. Element names and values are compared without case, white space around values is ignored,
of repeated values the first usable one counts (Thunderbird readFromXML does the same).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from autoconfig.errors import DomainError, FormatError, ValueRefused
from autoconfig.formats import xml
from autoconfig.formats.mozilla.servers import read_server
from autoconfig.formats.mozilla.tree import Section
from autoconfig.formats.mozilla.words import ROOT_SECTIONS
from autoconfig.formats.parsed import Parsed
from autoconfig.model import (
    AnyServer,
    Documentation,
    Enable,
    FormField,
    OAuth2,
    Provider,
    Remark,
    TcpServer,
    Texts,
    Translation,
    WebMail,
    WebMailLogin,
    normalize_domain,
)
from autoconfig.model.placeholders import has_placeholder
from autoconfig.model.server import checked_url

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Value = TypeVar("Value")


def parse(data: bytes, *, max_bytes: int = xml.MAX_BYTES) -> Parsed:
    """Read a clientConfig document. Raises XMLRefused or FormatError with the reason and the line."""
    root = Section(xml.parse(data, max_bytes=max_bytes), [])
    mail = root.first("emailProvider") or _misnamed_provider(root)
    if root.name != "clientconfig":
        root.remark("The root element is not clientConfig.", value=xml.local_name(root.element))
    domains, mx_domains = _domains(mail)
    incoming = _servers(mail.all("incomingServer"))
    outgoing = _servers(mail.all("outgoingServer"))
    other = _servers(section for name in ROOT_SECTIONS for section in root.all(name))
    if not (incoming or outgoing or other):
        raise _nothing_usable(root.remarks, mail)
    provider_id = _id(mail, [*domains, *mx_domains], [*incoming, *outgoing, *other])
    display_name = mail.text("displayName") or provider_id
    # One ISPDB file swaps the words of displayShortName.
    short_name = mail.text("displayShortName") or mail.text("displayNameShort") or display_name
    try:
        provider = Provider(
            id=provider_id,
            display_name=display_name,
            short_name=short_name,
            domains=domains,
            mx_domains=mx_domains,
            incoming=incoming,
            outgoing=outgoing,
            other=other,
            oauth2=root.made(_oauth2, root.first("oAuth2")),
            # Some documents say instruction where they mean documentation.
            documentation=_each(_documentation, [*mail.all("documentation"), *mail.all("instruction")]),
            enable=_each(_enable, [*mail.all("enable"), *root.all("enable")]),
            webmail=root.made(_webmail, root.first("webMail") or mail.first("webMail")),
            update_url=_update_url(root),
        )
    except ValueRefused as error:
        raise FormatError(str(error), line=mail.line, path="emailProvider") from None
    return Parsed(provider=provider, remarks=tuple(root.remarks))


def _misnamed_provider(root: Section) -> Section:
    """The element that holds the servers, whatever its name: some clients look for nothing else."""
    for element in root.element.iter():
        if any(xml.local_name(child).lower() in ("incomingserver", "outgoingserver") for child in element):
            found = Section(element, root.remarks, xml.local_name(element))
            found.remark("The servers do not stand in an emailProvider element.")
            return found
    if root.name != "clientconfig":
        reason = f"The root element is {xml.local_name(root.element)}, not clientConfig."
        raise FormatError(reason, line=root.line)
    raise FormatError("The document has no emailProvider element.", line=root.line)


def _nothing_usable(remarks: list[Remark], mail: Section) -> FormatError:
    reason = f" First: {remarks[0].message}" if remarks else ""
    return FormatError(f"The document has no usable server.{reason}", line=mail.line, path="emailProvider")


def _id(mail: Section, domains: list[str], servers: list[AnyServer]) -> str:
    written = mail.attribute("id")
    if written and written.isprintable() and not any(c.isspace() or c == "/" for c in written):
        return written
    hosts = [server.hostname for server in servers if isinstance(server, TcpServer)]
    fallback = next(iter([*domains, *hosts]), "unnamed")
    mail.remark(f"emailProvider has no usable id; {fallback} is taken instead.", value=written)
    return fallback


def _domains(mail: Section) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Mail domains and MX domains (``purpose="mx"``), each once."""
    domains: dict[str, None] = {}
    mx_domains: dict[str, None] = {}
    for section in mail.all("domain"):
        text = section.value or ""
        if has_placeholder(text):
            section.remark("A domain with a placeholder names no domain to serve.", value=text)
            continue
        try:
            domain = normalize_domain(text)
        except DomainError as error:
            section.remark(str(error), value=text)
            continue
        found = mx_domains if (section.attribute("purpose") or "").lower() == "mx" else domains
        if domain in found:
            section.remark("The domain stands here twice.", value=text)
        found[domain] = None
    return tuple(domains), tuple(mx_domains)


def _servers(sections: Iterable[Section]) -> tuple[AnyServer, ...]:
    return tuple(server for section in sections if (server := read_server(section)) is not None)


def _each(make: Callable[[Section], Value], sections: Iterable[Section]) -> tuple[Value, ...]:
    made = (section.made(make, section) for section in sections)
    return tuple(value for value in made if value is not None)


def _texts(sections: Iterable[Section]) -> Texts:
    texts = []
    for section in sections:
        language = section.attribute("lang") or section.attribute(
            "{http://www.w3.org/XML/1998/namespace}lang"
        )
        try:
            texts.append(Translation(language, section.value or ""))
        except ValueRefused as error:
            section.remark(str(error))
    return tuple(texts)


def _documentation(section: Section) -> Documentation:
    return Documentation(url=section.needed("url"), texts=_texts(section.all("descr")))


def _enable(section: Section) -> Enable:
    return Enable(url=section.needed("visiturl"), texts=_texts(section.all("instruction")))


def _oauth2(section: Section) -> OAuth2:
    return OAuth2(
        issuer=section.text("issuer") or "",
        auth_url=section.text("authURL"),
        token_url=section.text("tokenURL"),
        scope=tuple((section.text("scope") or "").split()),
        client_id=section.text("clientID"),
    )


def _webmail(section: Section) -> WebMail:
    page = section.first("loginPage")
    form = section.first("loginPageInfo")
    return WebMail(
        url=page.needed("url") if page is not None else None,
        login=_webmail_login(form) if form is not None else None,
    )


def _webmail_login(section: Section) -> WebMailLogin:
    return WebMailLogin(
        url=section.needed("url"),
        username=section.text("username"),
        username_field=_form_field(section.first("usernameField")),
        password_field=_form_field(section.first("passwordField")),
        login_button=_form_field(section.first("loginButton")),
        wait_for_redirection_url_prefix=section.attribute("waitForRedirectionURLPrefix"),
    )


def _form_field(section: Section | None) -> FormField | None:
    if section is None:
        return None
    return FormField(id=section.attribute("id"), name=section.attribute("name"))


def _update_url(root: Section) -> str | None:
    section = root.first("clientConfigUpdate")
    return root.made(lambda found: checked_url(found.needed("url")), section)
