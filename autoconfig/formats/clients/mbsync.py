"""mbsync (isync): keeps a Maildir and an IMAP mailbox alike.

mbsync(1) of 1.4: words in double quotes, a backslash before a quote or backslash. ``SSLType`` is ``TLSType``
since 1.5, which still reads the old word.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from autoconfig.formats.clients.account import Account, Login, Place, Program
from autoconfig.formats.clients.safe import escaped
from autoconfig.formats.clients.text import document, heading
from autoconfig.model import ServerType, SocketType

if TYPE_CHECKING:
    from collections.abc import Mapping

    from autoconfig.formats.clients.secrets import Secrets
    from autoconfig.model import EmailAddress, Provider

PROGRAM = Program(
    name="mbsync",
    incoming=(ServerType.IMAP,),
    logins=frozenset({Login.PASSWORD, Login.ENCRYPTED, Login.TOKEN}),
)

_SSL_TYPES: Mapping[SocketType, str] = {
    SocketType.SSL: "IMAPS",
    SocketType.STARTTLS: "STARTTLS",
    SocketType.PLAIN: "None",
}


def render(provider: Provider, address: EmailAddress, secrets: Secrets) -> bytes:
    """Write ``~/.mbsyncrc`` with one channel named by the address. Raises NothingFound or ValueRefused."""
    account = Account(PROGRAM, provider, address, secrets)
    place = account.incoming()
    name = account.address
    return document(
        [
            *heading(
                account,
                [place],
                f"mbsync keeps ~/Mail/{name} and the mailbox alike; save as ~/.mbsyncrc, then:",
                f"  mkdir -p ~/Mail/{name} && mbsync {name}",
                "Nothing is deleted on either side until you add Expunge.",
            ),
            f"IMAPAccount {name}",
            f"Host {_quoted(place.host)}",
            f"Port {place.port}",
            f"User {_quoted(place.user)}",
            f"PassCmd {_quoted(place.command)}",
            f"SSLType {_SSL_TYPES[place.socket]}",
            *_mechanisms(place),
            "",
            f"IMAPStore {name}-far",
            f"Account {name}",
            "",
            f"MaildirStore {name}-near",
            f"Path ~/Mail/{name}/",
            f"Inbox ~/Mail/{name}/Inbox",
            "SubFolders Verbatim",
            "",
            f"Channel {name}",
            f"Far :{name}-far:",
            f"Near :{name}-near:",
            "Patterns *",
            "Create Near",
            "SyncState *",
        ]
    )


def _mechanisms(place: Place) -> list[str]:
    if place.login is Login.TOKEN:
        return ["# Needs the SASL module for XOAUTH2 (cyrus-sasl-xoauth2).", "AuthMechs XOAUTH2"]
    if place.socket is SocketType.PLAIN and place.login is Login.PASSWORD:
        return ["AuthMechs * LOGIN"]  # without TLS the star leaves LOGIN out
    return []


def _quoted(text: str) -> str:
    return f'"{escaped(text, chr(34))}"'
