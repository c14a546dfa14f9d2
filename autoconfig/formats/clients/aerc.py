"""aerc: reads and writes mail in the terminal.

aerc-accounts(5), aerc-imap(5) and aerc-smtp(5) of 0.14, and what changed later. The file is read by go-ini:
what stands in backticks is taken as it is, but for ``%(name)s``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from autoconfig.errors import ValueRefused
from autoconfig.formats.clients.account import Account, Login, Place, Program
from autoconfig.formats.clients.text import document, heading
from autoconfig.model import ServerType, SocketType

if TYPE_CHECKING:
    from collections.abc import Mapping

    from autoconfig.formats.clients.secrets import Secrets
    from autoconfig.model import EmailAddress, Provider

PROGRAM = Program(
    name="aerc",
    incoming=(ServerType.IMAP,),
    logins=frozenset({Login.PASSWORD, Login.TOKEN, Login.NONE}),
)

_SOCKETS: Mapping[SocketType, str] = {
    SocketType.SSL: "s",
    SocketType.STARTTLS: "",
    SocketType.PLAIN: "+insecure",
}
_LOGINS: Mapping[tuple[ServerType, Login], str] = {
    (ServerType.IMAP, Login.TOKEN): "+xoauth2",
    (ServerType.SMTP, Login.TOKEN): "+xoauth2",
    (ServerType.SMTP, Login.NONE): "+none",
}
"""What the scheme of a URL is made of, after ``imap`` and ``smtp``."""


def render(provider: Provider, address: EmailAddress, secrets: Secrets) -> bytes:
    """Write ``accounts.conf`` with one account. Raises NothingFound or ValueRefused."""
    account = Account(PROGRAM, provider, address, secrets)
    incoming, outgoing = places = (account.incoming(), account.outgoing_if_any())
    purpose = f"aerc for {account.address}; save as ~/.config/aerc/accounts.conf (chmod 600)"
    return document(
        [
            *heading(account, places, purpose),
            f"[{account.address}]",
            f"from = {account.address}",
            *_place("source", incoming),
            *(_place("outgoing", outgoing) if outgoing else []),
        ]
    )


def _place(key: str, place: Place) -> list[str]:
    scheme = f"{place.type}{_SOCKETS[place.socket]}{_LOGINS.get((place.type, place.login), '')}"
    lines = [f"{key} = {place.url(scheme)}"]
    if place.login is not Login.NONE:
        lines.append(f"{key}-cred-cmd = {_quoted(place.command)}")
    if place.type is ServerType.SMTP and place.socket is SocketType.STARTTLS:
        # Before 0.15, smtp:// without this line was no TLS at all.
        lines += ["# For aerc before 0.15; later versions warn about it.", "smtp-starttls = true"]
    return lines


def _quoted(command: str) -> str:
    if "`" in command or "%(" in command:
        raise ValueRefused("aerc cannot run a command with a backtick or %( in it; put it into a script.")
    return f"`{command}`"
