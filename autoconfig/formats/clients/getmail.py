"""getmail: fetches mail into a Maildir.

getmail6 6.18: an INI file without interpolation, where lists are Python tuples. It verifies certificates only
against a file that is named, and knows no STARTTLS.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from autoconfig.formats.clients.account import Account, Login, Place, Program
from autoconfig.formats.clients.text import document, heading
from autoconfig.model import ServerType, SocketType

if TYPE_CHECKING:
    from collections.abc import Mapping

    from autoconfig.formats.clients.secrets import Secrets
    from autoconfig.model import EmailAddress, Provider

PROGRAM = Program(
    name="getmail",
    sockets=frozenset({SocketType.SSL, SocketType.PLAIN}),
    logins=frozenset({Login.PASSWORD, Login.ENCRYPTED, Login.TOKEN}),
    without_token=frozenset({ServerType.POP3}),
)

CA_CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"
"""Where Debian, Arch, Alpine and Gentoo keep them all in one file."""

_RETRIEVERS: Mapping[tuple[ServerType, SocketType], str] = {
    (ServerType.IMAP, SocketType.SSL): "SimpleIMAPSSLRetriever",
    (ServerType.IMAP, SocketType.PLAIN): "SimpleIMAPRetriever",
    (ServerType.POP3, SocketType.SSL): "SimplePOP3SSLRetriever",
    (ServerType.POP3, SocketType.PLAIN): "SimplePOP3Retriever",
}

_LOGINS: Mapping[tuple[ServerType, Login], str] = {
    (ServerType.IMAP, Login.ENCRYPTED): "use_cram_md5 = true",
    (ServerType.POP3, Login.ENCRYPTED): "use_apop = true",
    (ServerType.IMAP, Login.TOKEN): "use_xoauth2 = true",
}


def render(provider: Provider, address: EmailAddress, secrets: Secrets) -> bytes:
    """Write ``~/.config/getmail/getmailrc``. Raises NothingFound or ValueRefused."""
    account = Account(PROGRAM, provider, address, secrets)
    place = account.incoming()
    maildir = f"Mail/{account.address}/Inbox"
    folders = " ".join(f"{maildir}/{name}" for name in ("cur", "new", "tmp"))
    return document(
        [
            *heading(
                account,
                [place],
                f"getmail fetches mail of {account.address}; save as ~/.config/getmail/getmailrc, then:",
                f"  (umask 077; cd && mkdir -p {folders}) && getmail",
            ),
            "[retriever]",
            f"type = {_RETRIEVERS[place.type, place.socket]}",
            f"server = {place.host}",
            f"port = {place.port}",
            f"username = {place.user}",
            f"password_command = {('sh', '-c', place.command)!r}",
            *_options(place),
            "",
            "[destination]",
            "type = Maildir",
            f"path = ~/{maildir}/",
            "",
            "[options]",
            "read_all = false",
            "delete = false",
        ]
    )


def _options(place: Place) -> list[str]:
    lines = [f"ca_certs = {CA_CERTIFICATES}"] if place.socket is SocketType.SSL else []
    if (place.type, place.login) in _LOGINS:
        lines.append(_LOGINS[place.type, place.login])
    return lines
