"""Environment variables for applications, with a URL (DSN) for each direction.

The file is a script of the POSIX shell, because only that can run the password command. ``MAILER_DSN`` is the
name and the spelling of Symfony Mailer; others read the variables one by one.
"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from autoconfig.formats.clients.account import Account, Login, Place, Program
from autoconfig.formats.clients.safe import in_url
from autoconfig.formats.clients.text import document, heading
from autoconfig.model import SocketType

if TYPE_CHECKING:
    from collections.abc import Mapping

    from autoconfig.formats.clients.secrets import Secrets
    from autoconfig.model import EmailAddress, Provider

# An application reads its environment once, and an access token is good for an hour.
PROGRAM = Program(name="env", logins=frozenset({Login.PASSWORD, Login.NONE}))

_ENCRYPTIONS: Mapping[SocketType, str] = {
    SocketType.SSL: "tls",
    SocketType.STARTTLS: "starttls",
    SocketType.PLAIN: "none",
}

_IN_PERCENTS = "od -An -v -tx1 | tr -d '\\n' | tr ' ' %"
"""Every byte as ``%HH``, whatever the password is made of."""


def render(provider: Provider, address: EmailAddress, secrets: Secrets) -> bytes:
    """Write a script that sets IMAP_*, POP3_* and SMTP_* variables. Raises NothingFound or ValueRefused."""
    account = Account(PROGRAM, provider, address, secrets)
    incoming, outgoing = places = account.both()
    return document(
        [
            *heading(
                account,
                places,
                f"The environment of applications that use {account.address}; save as mail.env, then:",
                "  sh -c '. ./mail.env && exec your-application'",
            ),
            f"export MAIL_FROM={shlex.quote(account.address)}",
            *(_variables(incoming, f"{incoming.type.upper()}_URL") if incoming else []),
            *(_variables(outgoing, "MAILER_DSN") if outgoing else []),
        ]
    )


def _variables(place: Place, url_name: str) -> list[str]:
    prefix = place.type.upper()
    lines = [
        f"export {prefix}_HOST={shlex.quote(place.host)}",
        f"export {prefix}_PORT={place.port}",
        f"export {prefix}_ENCRYPTION={_ENCRYPTIONS[place.socket]}",
    ]
    if place.login is Login.NONE:
        return [*lines, f"export {url_name}={shlex.quote(_url(place, ''))}"]
    password = f"{prefix}_PASSWORD"
    spelled = f'$(printf %s "${password}" | {_IN_PERCENTS})'
    return [
        *lines,
        f"export {prefix}_USERNAME={shlex.quote(place.user)}",
        f"{password}=$({place.command})",
        f"export {password}",
        f'export {url_name}="{_url(place, f"{in_url(place.user)}:{spelled}@")}"',
    ]


def _url(place: Place, user_and_password: str) -> str:
    scheme = f"{place.type}s" if place.socket is SocketType.SSL else str(place.type)
    # Symfony goes on without TLS where the server offers none, unless it is told not to.
    query = "?require_tls=true" if place.socket is SocketType.STARTTLS else ""
    return f"{scheme}://{user_and_password}{place.host_and_port}{query}"
