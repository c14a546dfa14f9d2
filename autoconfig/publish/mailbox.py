"""The settings of one mailbox, where the store maps mailboxes to login names."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from autoconfig.errors import ValueRefused
from autoconfig.model.placeholders import fill, values_for

if TYPE_CHECKING:
    from autoconfig.model import AnyServer, EmailAddress, Provider


def logged_in(provider: Provider, address: EmailAddress) -> Provider:
    """The provider with the login names of one mailbox: the same to look at for every mailbox of a domain."""
    values = values_for(address)
    incoming, outgoing, other = (
        tuple(_with_login(server, values) for server in servers)
        for servers in (provider.incoming, provider.outgoing, provider.other)
    )
    return replace(provider, incoming=incoming, outgoing=outgoing, other=other)


def _with_login(server: AnyServer, values: dict[str, str]) -> AnyServer:
    if server.username is None or "%" not in server.username:
        return server
    with suppress(ValueRefused):
        return replace(server, username=fill(server.username, values))
    return server
