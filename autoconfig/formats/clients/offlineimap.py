"""OfflineIMAP: keeps a Maildir and an IMAP mailbox alike.

The offlineimap.conf of 8.0: an INI file in which ``%`` is doubled; ``remotepasseval`` is Python. It goes on
without TLS where a server offers no STARTTLS, so that only implicit TLS is safe.
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
    name="offlineimap",
    incoming=(ServerType.IMAP,),
    sockets=frozenset({SocketType.SSL, SocketType.PLAIN}),
    logins=frozenset({Login.PASSWORD, Login.ENCRYPTED, Login.TOKEN}),
)

_TLS: Mapping[SocketType, tuple[str, ...]] = {
    SocketType.SSL: ("ssl = yes", "sslcacertfile = OS-DEFAULT"),
    SocketType.PLAIN: ("ssl = no",),
}


def render(provider: Provider, address: EmailAddress, secrets: Secrets) -> bytes:
    """Write ``~/.offlineimaprc`` with one account. Raises NothingFound or ValueRefused."""
    account = Account(PROGRAM, provider, address, secrets)
    place = account.incoming()
    name = account.address
    purpose = f"OfflineIMAP keeps ~/Mail/{name} and the mailbox alike; save as ~/.offlineimaprc"
    return document(
        [
            *heading(account, [place], purpose),
            "[general]",
            f"accounts = {name}",
            "",
            f"[Account {name}]",
            f"localrepository = {name}-local",
            f"remoterepository = {name}-remote",
            "",
            f"[Repository {name}-local]",
            "type = Maildir",
            f"localfolders = ~/Mail/{name}",
            "",
            f"[Repository {name}-remote]",
            "type = IMAP",
            f"remotehost = {place.host}",
            f"remoteport = {place.port}",
            f"remoteuser = {_escaped(place.user)}",
            *_secret(place),
            *_TLS[place.socket],
            "starttls = no",
        ]
    )


def _secret(place: Place) -> list[str]:
    arguments = ["sh", "-c", place.command]
    printed = f'__import__("subprocess").check_output({arguments!r}, text=True).rstrip("\\n")'
    if place.login is Login.TOKEN:
        return ["auth_mechanisms = XOAUTH2", f"oauth2_access_token_eval = {_escaped(printed)}"]
    return [f"remotepasseval = {_escaped(printed)}"]


def _escaped(text: str) -> str:
    return text.replace("%", "%%")
