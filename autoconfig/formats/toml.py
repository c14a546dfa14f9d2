"""Our own provider file: TOML with the words of the JSON interface, short where defaults hold.

Whoever writes such a file is its owner, so that reading is strict: a wrong value refuses the file and
says where (``incoming[0].port``), a key nobody knows gives a remark. Secure is the default: a server with
a host name alone means implicit TLS on the standard port (RFC 8314 §3), a password, the address as login.
"""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Any, TypeVar

import tomli_w

from autoconfig.errors import FormatError
from autoconfig.formats.parsed import Parsed
from autoconfig.formats.toml_table import Table
from autoconfig.model import (
    STANDARD_PORTS,
    AnyServer,
    Authentication,
    AutodiscoverRedirect,
    Documentation,
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
    Texts,
    Translation,
    UrlServer,
    WebMail,
    WebMailLogin,
)
from autoconfig.model.placeholders import EMAIL_ADDRESS, EMAIL_LOCAL_PART

if TYPE_CHECKING:
    from enum import StrEnum

Word = TypeVar("Word", bound="StrEnum")

MAX_BYTES = 16 * 1024 * 1024
"""A hoster's one file with half a million domains."""

NO_LOGIN_NAME = ""
"""``username = ""`` says that no login name is known; a missing key says that it is the address."""

_PAGE_WORDS = ("logo", "colour", "support_email", "support_phone", "support_url")

_SHORT_LIST = re.compile(r"\[\n((?:    \"[^\n]*\",\n)+)\]")
_REDIRECT_ADDRESS = re.compile(rf"(?:{EMAIL_LOCAL_PART})?@")
_LINE = re.compile(r"\(at (?:line (\d+), column \d+|end of document)\)$")


def parse(data: bytes, *, default_id: str | None = None, max_bytes: int = MAX_BYTES) -> Parsed:
    """Read a provider file. ``default_id`` stands in for a missing ``id`` (a store gives the file's name).

    Raises FormatError with the line (syntax) or the path (values).
    """
    return parse_content(content_of(data, max_bytes), default_id=default_id)


def parse_content(content: dict[str, Any], *, default_id: str | None = None) -> Parsed:
    """Read a provider from TOML that is parsed already. Raises FormatError with the path."""
    table = Table(content)
    provider = _provider(table, default_id)
    table.finish()
    return Parsed(provider=provider, remarks=tuple(table.remarks))


def content_of(data: bytes, max_bytes: int = MAX_BYTES) -> dict[str, Any]:
    """Parse TOML of at most so many bytes, whatever it says. Raises FormatError with the line."""
    if len(data) > max_bytes:
        raise FormatError(f"The file is larger than {max_bytes} bytes.")
    try:
        return tomllib.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise FormatError("The file is not UTF-8.", line=line) from None
    except RecursionError:
        raise FormatError("Not TOML: nested too deep.") from None
    except tomllib.TOMLDecodeError as error:
        found = _LINE.search(str(error))
        at_line = int(found[1]) if found and found[1] else data.count(b"\n") + 1
        raise FormatError(f"Not TOML: {_LINE.sub('', str(error)).strip()}.", line=at_line) from None
    except ValueError:  # Python refuses to read a decimal number of more than 4,300 digits
        raise FormatError("Not TOML: a number has too many digits.") from None


def _provider(table: Table, default_id: str | None) -> Provider:
    domains = table.strings("domains")
    mx_domains = table.strings("mx")
    provider_id = table.string("id") or default_id or next(iter([*domains, *mx_domains]), None)
    if provider_id is None:
        raise FormatError("The provider has neither id nor domains.", path="id")
    name = table.string("name") or provider_id
    return table.make(
        lambda: Provider(
            id=provider_id,
            display_name=name,
            short_name=table.string("short_name") or name,
            domains=table.domains("domains", domains),
            mx_domains=table.domains("mx", mx_domains),
            incoming=tuple(_server(entry) for entry in table.tables("incoming")),
            outgoing=tuple(_server(entry) for entry in table.tables("outgoing")),
            other=tuple(_server(entry) for entry in table.tables("other")),
            oauth2=_oauth2(table.table("oauth2")),
            documentation=tuple(_documentation(entry) for entry in table.tables("documentation")),
            enable=tuple(_enable(entry) for entry in table.tables("enable")),
            webmail=_webmail(table.table("webmail")),
            update_url=table.string("update_url"),
            autodiscover=_redirect(table.table("autodiscover")),
            page=_page(table.table("page")),
        )
    )


def _server(table: Table) -> AnyServer:
    server_type = _word(table, "type", table.needed("type"), ServerType)
    username = table.text_or_empty("username") if table.has("username") else EMAIL_ADDRESS
    url = table.string("url")
    default = Authentication.PASSWORD_CLEARTEXT if url is None else Authentication.HTTP_BASIC
    words = table.strings("authentication") if table.has("authentication") else [default]
    authentication = tuple(_word(table, "authentication", word, Authentication) for word in words)
    if url is not None:
        if table.string("hostname") is not None:
            raise table.error("hostname", "A server has a hostname or a url, not both.", None)
        return table.make(
            lambda: UrlServer(
                type=server_type, url=url, authentication=authentication, username=username or None
            )
        )
    hostname = table.needed("hostname")
    socket_type = _socket_type(table, server_type)
    port = table.number("port", least=1, most=65535) or STANDARD_PORTS.get((server_type, socket_type))
    if port is None:
        raise table.error("port", f"A server of type {server_type} has no usual port; write one.", None)
    return table.make(
        lambda: TcpServer(
            type=server_type,
            hostname=hostname,
            port=port,
            socket_type=socket_type,
            authentication=authentication,
            username=username or None,
            pop3=_pop3_options(table) if server_type is ServerType.POP3 else None,
            smtp=_smtp_options(table) if server_type is ServerType.SMTP else None,
            ews_url=table.string("ews_url"),
            owa_url=table.string("owa_url"),
        )
    )


def _socket_type(table: Table, server_type: ServerType) -> SocketType:
    text = table.string("socket_type")
    if text is None:
        return SocketType.STARTTLS if server_type is ServerType.MANAGESIEVE else SocketType.SSL
    return _word(table, "socket_type", text, SocketType)


def _word(table: Table, key: str, text: str, words: type[Word]) -> Word:
    """A word of an enumeration, without regard to case."""
    for word in words:
        if word.lower() == text.lower():
            return word
    raise table.error(key, f"{key} is one of {', '.join(words)}.", text)


def _pop3_options(table: Table) -> Pop3Options | None:
    found = Pop3Options(
        leave_messages_on_server=table.boolean("leave_messages_on_server"),
        days_to_leave_messages_on_server=table.number("days_to_leave_messages_on_server", most=36_500),
        download_on_biff=table.boolean("download_on_biff"),
        check_interval_minutes=table.number("check_interval_minutes", most=525_600),
    )
    return found if found != Pop3Options() else None


def _smtp_options(table: Table) -> SmtpOptions | None:
    found = SmtpOptions(
        use_global_preferred_server=table.boolean("use_global_preferred_server"),
        add_this_server=table.boolean("add_this_server"),
        restriction=table.string("restriction"),
    )
    return found if found != SmtpOptions() else None


def _oauth2(table: Table | None) -> OAuth2 | None:
    if table is None:
        return None
    return table.make(
        lambda: OAuth2(
            issuer=table.needed("issuer"),
            auth_url=table.string("auth_url"),
            token_url=table.string("token_url"),
            scope=tuple(table.strings("scope")),
            client_id=table.string("client_id"),
        )
    )


def _texts(table: Table, key: str = "text") -> Texts:
    texts = table.table(key)
    if texts is None:
        return ()
    return tuple(
        # "und" is the tag of a text whose language is not known (RFC 5646 §4.1).
        texts.make(lambda tag=tag: Translation(None if tag == "und" else tag, texts.needed(tag)))  # type: ignore[misc]
        for tag in texts.keys()  # noqa: SIM118 - Table is no mapping
    )


def _documentation(table: Table) -> Documentation:
    return table.make(lambda: Documentation(url=table.needed("url"), texts=_texts(table)))


def _enable(table: Table) -> Enable:
    return table.make(lambda: Enable(url=table.needed("url"), texts=_texts(table)))


def _redirect(table: Table | None) -> AutodiscoverRedirect | None:
    if table is None:
        return None
    url, address = table.string("redirect_url"), table.string("redirect_address")
    if address is not None and not _REDIRECT_ADDRESS.match(address):
        message = "redirect_address is @ and a domain; the name before it stays the mailbox's own."
        raise table.error("redirect_address", message, address)
    domain = None if address is None else address.partition("@")[2]
    return table.make(lambda: AutodiscoverRedirect(url=url, domain=domain))


def _page(table: Table | None) -> Page | None:
    if table is None:
        return None
    words = {name: table.string(name) for name in _PAGE_WORDS}
    page = table.make(lambda: Page(**words, notes=_texts(table, "notes")))
    return page if page != Page() else None


def _webmail(table: Table | None) -> WebMail | None:
    if table is None:
        return None
    login = table.table("login")
    return table.make(lambda: WebMail(url=table.string("url"), login=_webmail_login(login)))


def _webmail_login(table: Table | None) -> WebMailLogin | None:
    if table is None:
        return None
    return table.make(
        lambda: WebMailLogin(
            url=table.needed("url"),
            username=table.string("username"),
            username_field=_form_field(table.table("username_field")),
            password_field=_form_field(table.table("password_field")),
            login_button=_form_field(table.table("login_button")),
            wait_for_redirection_url_prefix=table.string("wait_for_redirection_url_prefix"),
        )
    )


def _form_field(table: Table | None) -> FormField | None:
    return None if table is None else FormField(id=table.string("id"), name=table.string("name"))


def render(provider: Provider) -> bytes:
    """Write a provider file that reads back to the same value; defaults are left out."""
    content: dict[str, Any] = {"id": provider.id, "name": provider.display_name}
    if provider.short_name != provider.display_name:
        content["short_name"] = provider.short_name
    content["domains"] = list(provider.domains)
    content["mx"] = list(provider.mx_domains)
    content["update_url"] = provider.update_url
    for key in ("incoming", "outgoing", "other"):
        content[key] = [_server_table(server) for server in getattr(provider, key)]
    if provider.oauth2 is not None:
        oauth2 = provider.oauth2
        content["oauth2"] = {
            "issuer": oauth2.issuer_url,
            "auth_url": oauth2.auth_url,
            "token_url": oauth2.token_url,
            "scope": list(oauth2.scope),
            "client_id": oauth2.client_id,
        }
    if provider.webmail is not None:
        content["webmail"] = {"url": provider.webmail.url, "login": _login_table(provider.webmail.login)}
    if provider.autodiscover is not None:
        redirect = provider.autodiscover
        address = None if redirect.domain is None else f"@{redirect.domain}"
        content["autodiscover"] = {"redirect_url": redirect.url, "redirect_address": address}
    if provider.page is not None:
        page = {name: getattr(provider.page, name) for name in _PAGE_WORDS}
        content["page"] = page | {"notes": _texts_table(provider.page.notes) or None}
    for key in ("documentation", "enable"):
        pages = getattr(provider, key)
        content[key] = [{"url": page.url, "text": _texts_table(page.texts)} for page in pages]
    return _SHORT_LIST.sub(_on_one_line, tomli_w.dumps(_without_empty(content))).encode()


def _on_one_line(found: re.Match[str]) -> str:
    """A list that fits on a line, written on one."""
    line = f"[{', '.join(entry.strip().rstrip(',') for entry in found[1].splitlines())}]"
    return line if len(line) <= 80 else found[0]


def _server_table(server: AnyServer) -> dict[str, Any]:
    table: dict[str, Any] = {"type": str(server.type)}
    if isinstance(server, UrlServer):
        table["url"] = server.url
        default = Authentication.HTTP_BASIC
    else:
        default = Authentication.PASSWORD_CLEARTEXT
        usual = SocketType.STARTTLS if server.type is ServerType.MANAGESIEVE else SocketType.SSL
        table["hostname"] = server.hostname
        if STANDARD_PORTS.get((server.type, server.socket_type)) != server.port:
            table["port"] = server.port
        table["socket_type"] = None if server.socket_type is usual else str(server.socket_type)
    if server.authentication != (default,):
        table["authentication"] = [str(word) for word in server.authentication]
    table["username"] = None if server.username == EMAIL_ADDRESS else server.username or NO_LOGIN_NAME
    if isinstance(server, TcpServer):
        table |= {"ews_url": server.ews_url, "owa_url": server.owa_url}
        for options in (server.pop3, server.smtp):
            if options is not None:
                table |= {name: getattr(options, name) for name in type(options).__slots__}
    return table


def _login_table(login: WebMailLogin | None) -> dict[str, Any] | None:
    if login is None:
        return None
    fields = {name: getattr(login, name) for name in WebMailLogin.__slots__}
    return {
        name: {"id": value.id, "name": value.name} if isinstance(value, FormField) else value
        for name, value in fields.items()
    }


def _texts_table(texts: Texts) -> dict[str, str]:
    return {entry.language or "und": entry.text for entry in texts}


def _without_empty(value: Any) -> Any:
    """TOML has no null: what is None is not written; nor are empty lists, save where they mean something."""
    if isinstance(value, dict):
        kept = {key: _without_empty(entry) for key, entry in value.items() if entry is not None}
        return {
            key: entry
            for key, entry in kept.items()
            if (entry != [] or key == "authentication") and (entry != {} or key != "text")
        }
    if isinstance(value, list):
        return [_without_empty(entry) for entry in value]
    return value
