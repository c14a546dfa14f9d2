"""Postfix: every message leaves through the provider (relayhost).

postconf(5) and SASL_README of 3.7. In main.cf stand only hosts, ports and words: the login name goes into the
password file, which root makes with one command.
"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from autoconfig.formats.clients.account import Account, Login, Place, Program
from autoconfig.formats.clients.text import document, heading
from autoconfig.model import SocketType

if TYPE_CHECKING:
    from collections.abc import Mapping

    from autoconfig.formats.clients.secrets import Secrets
    from autoconfig.model import EmailAddress, Provider

PROGRAM = Program(name="postfix", logins=frozenset({Login.PASSWORD, Login.ENCRYPTED, Login.NONE}))

PASSWORD_FILE = "/etc/postfix/sasl_passwd"  # noqa: S105 - the name of a file
CA_CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"

_SECURE = ("smtp_tls_security_level = secure", f"smtp_tls_CAfile = {CA_CERTIFICATES}")
_TLS: Mapping[SocketType, tuple[str, ...]] = {
    SocketType.SSL: ("smtp_tls_wrappermode = yes", *_SECURE),
    SocketType.STARTTLS: ("smtp_tls_wrappermode = no", *_SECURE),
    SocketType.PLAIN: ("smtp_tls_wrappermode = no", "smtp_tls_security_level = none"),
}


def render(provider: Provider, address: EmailAddress, secrets: Secrets) -> bytes:
    """Write a part of ``/etc/postfix/main.cf``. Raises NothingFound or ValueRefused."""
    account = Account(PROGRAM, provider, address, secrets)
    place = account.outgoing()
    purpose = f"Postfix hands in all mail by way of {account.address}; add to /etc/postfix/main.cf"
    return document(
        [
            *heading(account, [place], purpose, *_notes(place)),
            f"relayhost = {_next_hop(place)}",
            *_TLS[place.socket],
            *_login(place),
        ]
    )


def _next_hop(place: Place) -> str:
    return f"[{place.host}]:{place.port}"  # in brackets: no look-up of MX records


def _notes(place: Place) -> list[str]:
    if place.login is Login.NONE:
        return []
    words = shlex.join([_next_hop(place), place.user])
    entry = f"printf '%s %s:%s\\n' {words} \"$({place.command})\""
    return [
        "The password stands in a file that only root can read; as root, make it with:",
        f"  (umask 077; {entry} > {PASSWORD_FILE})",
    ]


def _login(place: Place) -> list[str]:
    if place.login is Login.NONE:
        return ["smtp_sasl_auth_enable = no"]
    return [
        "smtp_sasl_auth_enable = yes",
        f"smtp_sasl_password_maps = texthash:{PASSWORD_FILE}",
        "smtp_sasl_security_options = noanonymous",
        "smtp_sasl_tls_security_options = noanonymous",
    ]
