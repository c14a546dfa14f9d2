r"""git send-email: hands in patches.

git-send-email(1), git-config(1) and gitcredentials(7) of 2.39: values in double quotes, a backslash before a
quote or backslash. A helper that starts with ``!`` is run by the shell.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from autoconfig.formats.clients.account import Account, Login, Place, Program
from autoconfig.formats.clients.safe import escaped
from autoconfig.formats.clients.text import document, heading
from autoconfig.model import SocketType

if TYPE_CHECKING:
    from collections.abc import Mapping

    from autoconfig.formats.clients.secrets import Secrets
    from autoconfig.model import EmailAddress, Provider

PROGRAM = Program(name="git")

_ENCRYPTIONS: Mapping[SocketType, str] = {
    SocketType.SSL: "ssl",
    SocketType.STARTTLS: "tls",
    SocketType.PLAIN: "none",
}


def render(provider: Provider, address: EmailAddress, secrets: Secrets) -> bytes:
    """Write a part of ``~/.gitconfig`` for ``git send-email``. Raises NothingFound or ValueRefused."""
    account = Account(PROGRAM, provider, address, secrets)
    place = account.outgoing()
    purpose = f"git send-email hands in mail of {account.address}; add to ~/.gitconfig"
    return document(
        [
            *heading(account, [place], purpose),
            "[sendemail]",
            f"\tfrom = {_quoted(account.address)}",
            f"\tsmtpServer = {_quoted(place.host)}",
            f"\tsmtpServerPort = {place.port}",
            f"\tsmtpEncryption = {_ENCRYPTIONS[place.socket]}",
            *_login(place),
        ]
    )


def _login(place: Place) -> list[str]:
    if place.login is Login.NONE:
        return ["\tsmtpAuth = none"]
    lines = [f"\tsmtpUser = {_quoted(place.user)}"]
    if place.login is Login.TOKEN:
        lines += ["\t# Needs a Perl module Authen::SASL that knows XOAUTH2.", "\tsmtpAuth = XOAUTH2"]
    helper = f'!f() {{ test "$1" != get || printf \'password=%s\\n\' "$({place.command})"; }}; f'
    return [
        *lines,
        # git looks for the host with its port, and without brackets.
        f"[credential {_quoted(f'smtp://{place.host}:{place.port}')}]",
        "\t# The empty helper keeps those set elsewhere from storing the password.",
        "\thelper =",
        f"\thelper = {_quoted(helper)}",
    ]


def _quoted(text: str) -> str:
    return f'"{escaped(text, chr(34))}"'
