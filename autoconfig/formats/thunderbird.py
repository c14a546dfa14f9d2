"""A Thunderbird profile with one account: ``prefs.js``, and its place in ``profiles.ini``.

Names and numbers are those of Thunderbird 153 (``nsMsgSocketType``, ``nsMsgAuthMethod``). No password is in
it: Thunderbird asks at its first start, and keeps it in a store of its own.
"""

from __future__ import annotations

import configparser
import json
from typing import TYPE_CHECKING

from autoconfig.errors import FormatError, NothingFound, ValueRefused
from autoconfig.formats.selection import mail_servers
from autoconfig.model import Authentication, ServerType, SocketType, TcpServer
from autoconfig.model.placeholders import has_placeholder

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from autoconfig.model import AnyServer, EmailAddress, OAuth2, Provider

    Value = str | int | bool

PREFS = "prefs.js"
PROFILES = "profiles.ini"

_SOCKETS: Mapping[SocketType, int] = {SocketType.PLAIN: 0, SocketType.STARTTLS: 2, SocketType.SSL: 3}
_AUTH_METHODS: Mapping[Authentication, int] = {
    Authentication.PASSWORD_CLEARTEXT: 3,
    Authentication.PASSWORD_ENCRYPTED: 4,
    Authentication.GSSAPI: 5,
    Authentication.NTLM: 6,
    Authentication.TLS_CLIENT_CERT: 7,
    Authentication.OAUTH2: 10,
    Authentication.NONE: 1,
    Authentication.CLIENT_IP_ADDRESS: 1,
    Authentication.SMTP_AFTER_POP: 1,
}
_FOLDERS: Mapping[ServerType, str] = {ServerType.IMAP: "ImapMail", ServerType.POP3: "Mail"}


def render_prefs(provider: Provider, address: EmailAddress, name: str = "") -> bytes:
    """Write ``prefs.js`` with the first incoming and outgoing server. Raises NothingFound or ValueRefused."""
    here = provider.for_address(address)
    incoming = _server(here.incoming, "incoming")
    outgoing = _server(here.outgoing, "outgoing") if here.outgoing else None
    lines = ["// Made by mail-autoconfig. Thunderbird keeps its own settings in here from now on."]
    preferences = dict(_account(incoming, address, name, provider.oauth2))
    if outgoing is not None:
        preferences |= dict(_submission(outgoing, provider))
    lines += [f"user_pref({json.dumps(key)}, {_spelled(value)});" for key, value in preferences.items()]
    return "".join(f"{line}\n" for line in lines).encode()


def _server(servers: Iterable[AnyServer], direction: str) -> TcpServer:
    found = mail_servers(servers, tuple(_AUTH_METHODS))
    for server in found:
        if has_placeholder(server.hostname):
            continue
        if server.username is not None and has_placeholder(server.username):
            raise ValueRefused(f"The login name at {server.hostname} is not known from the address.")
        if any(word in _AUTH_METHODS for word in server.authentication):
            return server
    raise NothingFound(f"Thunderbird needs an {direction} server, and there is none that it can log in at.")


def _account(
    server: TcpServer, address: EmailAddress, name: str, oauth2: OAuth2 | None
) -> Iterator[tuple[str, Value]]:
    yield "mail.accountmanager.accounts", "account1"
    yield "mail.accountmanager.defaultaccount", "account1"
    yield "mail.account.account1.identities", "id1"
    yield "mail.account.account1.server", "server1"
    yield "mail.account.lastKey", 1
    if name:
        yield "mail.identity.id1.fullName", name
    yield "mail.identity.id1.useremail", str(address)
    yield "mail.identity.id1.valid", True
    yield from _mailbox("mail.server.server1", server, address)
    yield from _login("mail.server.server1", "userName", server, oauth2)


def _mailbox(prefix: str, server: TcpServer, address: EmailAddress) -> Iterator[tuple[str, Value]]:
    yield f"{prefix}.type", str(server.type)
    yield f"{prefix}.name", str(address)
    yield f"{prefix}.hostname", server.hostname
    yield f"{prefix}.port", server.port
    yield f"{prefix}.socketType", _SOCKETS[server.socket_type]
    yield f"{prefix}.directory-rel", f"[ProfD]{_FOLDERS[server.type]}/{server.hostname}"
    yield f"{prefix}.login_at_startup", True
    yield f"{prefix}.check_new_mail", True
    if server.type is ServerType.POP3:
        yield from _pop3(prefix, server)


def _pop3(prefix: str, server: TcpServer) -> Iterator[tuple[str, Value]]:
    """What the provider wishes; without a word from it messages stay on the server, so that none is lost."""
    options = server.pop3
    leave = None if options is None else options.leave_messages_on_server
    yield f"{prefix}.leave_on_server", leave is not False
    if options is not None and options.days_to_leave_messages_on_server is not None:
        yield f"{prefix}.delete_by_age_from_server", True
        yield f"{prefix}.num_days_to_leave_on_server", options.days_to_leave_messages_on_server
    if options is not None and options.download_on_biff is not None:
        yield f"{prefix}.download_on_biff", options.download_on_biff
    if options is not None and options.check_interval_minutes is not None:
        yield f"{prefix}.check_time", options.check_interval_minutes


def _submission(server: TcpServer, provider: Provider) -> Iterator[tuple[str, Value]]:
    prefix = "mail.smtpserver.smtp1"
    yield "mail.smtpservers", "smtp1"
    yield "mail.smtp.defaultserver", "smtp1"
    yield "mail.identity.id1.smtpServer", "smtp1"
    yield f"{prefix}.type", "smtp"
    yield f"{prefix}.description", provider.display_name
    yield f"{prefix}.hostname", server.hostname
    yield f"{prefix}.port", server.port
    yield f"{prefix}.try_ssl", _SOCKETS[server.socket_type]
    yield from _login(prefix, "username", server, provider.oauth2)


def _login(
    prefix: str, name_key: str, server: TcpServer, oauth2: OAuth2 | None
) -> Iterator[tuple[str, Value]]:
    word = next(word for word in server.authentication if word in _AUTH_METHODS)
    yield f"{prefix}.authMethod", _AUTH_METHODS[word]
    if _AUTH_METHODS[word] != _AUTH_METHODS[Authentication.NONE] or server.type is not ServerType.SMTP:
        yield f"{prefix}.{name_key}", server.username or ""
    if word is Authentication.OAUTH2 and oauth2 is not None:
        yield f"{prefix}.oauth2.issuer", oauth2.issuer
        yield f"{prefix}.oauth2.scope", " ".join(oauth2.scope)


def _spelled(value: Value) -> str:
    # JSON is JavaScript for these three kinds; Thunderbird reads the file as UTF-8.
    return json.dumps(value, ensure_ascii=False)


def with_profile(existing: str | None, name: str, folder: str) -> str:
    """The text of ``profiles.ini`` with a profile in a folder beside it; the rest stays as it is.

    The first profile there is becomes the default. Raises FormatError for what is no such file.
    """
    profiles = configparser.RawConfigParser(strict=False)
    try:
        profiles.read_string(existing or "")
    except configparser.Error:
        raise FormatError("The file profiles.ini of Thunderbird cannot be read.") from None
    sections = [section for section in profiles.sections() if section.startswith("Profile")]
    if any(profiles.get(section, "Path", fallback="") == folder for section in sections):
        return existing or ""
    number = next(number for number in range(len(sections) + 1) if f"Profile{number}" not in sections)
    entry = f"[Profile{number}]\nName={name}\nIsRelative=1\nPath={folder}\n"
    if not sections:
        entry += "Default=1\n"
    if not profiles.has_section("General"):
        entry += "\n[General]\nStartWithLastProfile=1\nVersion=2\n"
    return f"{existing.rstrip()}\n\n{entry}" if existing and existing.strip() else entry
