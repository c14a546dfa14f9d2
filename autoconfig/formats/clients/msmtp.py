"""msmtp: hands mail in.

msmtp(1) of 1.8: one command a line; double quotes round an argument are taken off, nothing is escaped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from autoconfig.formats.clients.account import Account, Login, Place, Program
from autoconfig.formats.clients.text import document, heading
from autoconfig.model import SocketType

if TYPE_CHECKING:
    from collections.abc import Mapping

    from autoconfig.formats.clients.secrets import Secrets
    from autoconfig.model import EmailAddress, Provider

PROGRAM = Program(name="msmtp")

_TLS: Mapping[SocketType, tuple[str, ...]] = {
    SocketType.SSL: ("tls on", "tls_starttls off"),
    SocketType.STARTTLS: ("tls on", "tls_starttls on"),
    SocketType.PLAIN: ("tls off",),
}

_AUTH: Mapping[Login, str] = {
    Login.PASSWORD: "on",
    Login.ENCRYPTED: "on",
    Login.TOKEN: "xoauth2",
    Login.NONE: "off",
}
"""``on`` takes the best method that the server offers."""


def render(provider: Provider, address: EmailAddress, secrets: Secrets) -> bytes:
    """Write ``~/.msmtprc`` with one account, which is the default. Raises NothingFound or ValueRefused."""
    account = Account(PROGRAM, provider, address, secrets)
    place = account.outgoing()
    return document(
        [
            *heading(account, [place], f"msmtp hands in mail of {account.address}; save as ~/.msmtprc"),
            f"account {account.address}",
            f"host {_quoted(place.host)}",
            f"port {place.port}",
            f"from {_quoted(account.address)}",
            *_TLS[place.socket],
            *_login(place),
            "",
            f"account default : {account.address}",
        ]
    )


def _login(place: Place) -> list[str]:
    lines = [f"auth {_AUTH[place.login]}"]
    if place.login is not Login.NONE:
        lines += [f"user {_quoted(place.user)}", f"passwordeval {_quoted(place.command)}"]
    return lines


def _quoted(text: str) -> str:
    # Only the outermost pair is taken off, so that quotes inside stay what they are.
    return f'"{text}"'
