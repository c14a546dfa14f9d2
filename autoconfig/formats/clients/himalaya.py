"""Himalaya 2: mail from the command line.

The config.sample.toml of 2.0; version 1 has other words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import tomli_w

from autoconfig.formats.clients.account import Account, Login, Place, Program
from autoconfig.formats.clients.text import document, heading
from autoconfig.model import ServerType, SocketType

if TYPE_CHECKING:
    from autoconfig.formats.clients.secrets import Secrets
    from autoconfig.model import EmailAddress, Provider

PROGRAM = Program(
    name="himalaya",
    incoming=(ServerType.IMAP,),
    logins=frozenset({Login.PASSWORD, Login.TOKEN, Login.NONE}),
)


def render(provider: Provider, address: EmailAddress, secrets: Secrets) -> bytes:
    """Write ``config.toml`` with one account. Raises NothingFound or ValueRefused."""
    account = Account(PROGRAM, provider, address, secrets)
    incoming, outgoing = places = (account.incoming(), account.outgoing_if_any())
    purpose = f"Himalaya 2 for {account.address}; save as ~/.config/himalaya/config.toml"
    content: dict[str, Any] = {"default": True, "imap": _service(incoming)}
    if outgoing is not None:
        content["smtp"] = _service(outgoing)
    return (
        document(heading(account, places, purpose))
        + tomli_w.dumps({"accounts": {account.address: content}}).encode()
    )


def _service(place: Place) -> dict[str, Any]:
    scheme = f"{place.type}s" if place.socket is SocketType.SSL else str(place.type)
    service: dict[str, Any] = {
        "server": f"{scheme}://{place.host_and_port}",
        "starttls": place.socket is SocketType.STARTTLS,
    }
    secret = {"command": ["sh", "-c", place.command]}
    if place.login is Login.TOKEN:
        service["sasl"] = {"xoauth2": {"username": place.user, "token": secret}}
    elif place.login is Login.PASSWORD:
        service["sasl"] = {"plain": {"username": place.user, "password": secret}}
    return service
