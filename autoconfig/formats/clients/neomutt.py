"""NeoMutt, and Mutt, which reads the same file.

neomuttrc(5) of 20220429 and muttrc(5) of 2.2: in double quotes backslash, dollar and backtick mean something;
what a command in backticks prints is taken as it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from autoconfig.errors import ValueRefused
from autoconfig.formats.clients.account import Account, Login, Place, Program
from autoconfig.formats.clients.safe import escaped
from autoconfig.formats.clients.text import document, heading
from autoconfig.model import ServerType, SocketType

if TYPE_CHECKING:
    from collections.abc import Mapping

    from autoconfig.formats.clients.secrets import Secrets
    from autoconfig.model import EmailAddress, Provider

PROGRAM = Program(name="neomutt")

_SCHEMES: Mapping[tuple[ServerType, bool], str] = {
    (ServerType.IMAP, True): "imaps",
    (ServerType.IMAP, False): "imap",
    (ServerType.POP3, True): "pops",
    (ServerType.POP3, False): "pop",
    (ServerType.SMTP, True): "smtps",
    (ServerType.SMTP, False): "smtp",
}
"""By whether TLS starts with the connection."""

_PREFIXES: Mapping[ServerType, str] = {
    ServerType.IMAP: "imap",
    ServerType.POP3: "pop",
    ServerType.SMTP: "smtp",
}


def render(provider: Provider, address: EmailAddress, secrets: Secrets) -> bytes:
    """Write ``neomuttrc``. Raises NothingFound or ValueRefused."""
    account = Account(PROGRAM, provider, address, secrets)
    incoming, outgoing = places = account.both()
    secure = all(place is None or place.socket is not SocketType.PLAIN for place in places)
    purpose = f"NeoMutt, or Mutt, for {account.address}; save as ~/.config/neomutt/neomuttrc, or ~/.muttrc"
    return document(
        [
            *heading(account, places, purpose),
            f"set from = {_quoted(account.address)}",
            "set ssl_starttls = yes",
            f"set ssl_force_tls = {'yes' if secure else 'no'}",
            *(_mailbox(incoming) if incoming else []),
            *(_submission(outgoing) if outgoing else []),
        ]
    )


def _mailbox(place: Place) -> list[str]:
    if place.type is ServerType.POP3:
        return [f"set spoolfile = {_quoted(_url(place))}", *_secret(place)]
    return [
        f"set imap_user = {_quoted(place.user)}",
        *_secret(place),
        f"set folder = {_quoted(f'{_scheme(place)}://{place.host_and_port}/')}",
        'set spoolfile = "+INBOX"',
    ]


def _submission(place: Place) -> list[str]:
    if place.login is Login.NONE:
        return [f"set smtp_url = {_quoted(_url(place))}"]
    return [f"set smtp_url = {_quoted(_url(place))}", *_secret(place)]


def _secret(place: Place) -> list[str]:
    if any(mark in place.command for mark in "`\\"):
        raise ValueRefused(
            "neomutt cannot run a command with a backtick or backslash in it; put it into a script."
        )
    prefix = _PREFIXES[place.type]
    if place.login is Login.TOKEN:
        return [
            f'set {prefix}_authenticators = "xoauth2"',
            f"set {prefix}_oauth_refresh_command = {_quoted(place.command)}",
        ]
    return [f'set {prefix}_pass = "`{place.command}`"']


def _url(place: Place) -> str:
    return place.url(_scheme(place)) + "/"


def _scheme(place: Place) -> str:
    return _SCHEMES[place.type, place.socket is SocketType.SSL]


def _quoted(text: str) -> str:
    return f'"{escaped(text, chr(34) + "$`")}"'
