r"""fetchmail: fetches mail and hands it to the mail server of the machine.

fetchmail(1) of 6.4: strings in double quotes cannot hold one; ``\xHH`` stands for any byte.
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

PROGRAM = Program(name="fetchmail", logins=frozenset({Login.PASSWORD, Login.ENCRYPTED}))

_TLS: Mapping[SocketType, tuple[str, ...]] = {
    SocketType.SSL: ("ssl", 'sslproto "TLS1.2+"', "sslcertck"),
    SocketType.STARTTLS: ('sslproto "TLS1.2+"', "sslcertck"),  # a protocol, and no ssl: STARTTLS or nothing
    SocketType.PLAIN: ('sslproto ""',),
}


def render(provider: Provider, address: EmailAddress, secrets: Secrets) -> bytes:
    """Write ``~/.fetchmailrc``. Raises NothingFound or ValueRefused."""
    account = Account(PROGRAM, provider, address, secrets)
    place = account.incoming()
    protocol = place.type.value
    return document(
        [
            *heading(
                account,
                [place],
                f"fetchmail fetches mail of {account.address}; save as ~/.fetchmailrc (chmod 600)",
                "It asks for the password; it has no setting for a command, but takes one so:",
                f"  {_with_password(place)}",
                "The messages stay on the server, because of keep.",
            ),
            f"poll {_quoted(place.host)} protocol {protocol} port {place.port}",
            *(["  uidl"] if place.type is ServerType.POP3 else []),
            f"  user {_quoted(place.user)}",
            *(f"  {word}" for word in _TLS[place.socket]),
            "  keep",
        ]
    )


def _with_password(place: Place) -> str:
    """The command that runs fetchmail on the file and one more line: the password, each byte as digits."""
    spelled = f"printf %s \"$({place.command})\" | od -An -v -tx1 | tr -d '\\n' | sed 's/ /\\\\x/g'"
    return f"""{{ cat ~/.fetchmailrc; printf '  password "%s"\\n' "$({spelled})"; }} | fetchmail -f -"""


def _quoted(text: str) -> str:
    spelled = text.replace("\\", "\\\\").replace('"', "\\x22")
    return f'"{spelled}"'
