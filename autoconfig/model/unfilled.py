"""The way back from the settings of one mailbox to those of its domain."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import quote

from autoconfig.model.placeholders import EMAIL_ADDRESS, EMAIL_LOCAL_PART
from autoconfig.model.server import AnyServer, UrlServer

if TYPE_CHECKING:
    from autoconfig.model.address import EmailAddress
    from autoconfig.model.provider import Provider


def without_mailbox(provider: Provider, address: EmailAddress) -> Provider:
    """The settings with placeholders where the address, or its local part as login name, was filled in.

    A login name that is neither stays as it is: it belongs to this mailbox alone.
    """
    incoming, outgoing, other = (
        tuple(server_without_mailbox(server, address) for server in servers)
        for servers in (provider.incoming, provider.outgoing, provider.other)
    )
    return replace(provider, incoming=incoming, outgoing=outgoing, other=other)


def server_without_mailbox(server: AnyServer, address: EmailAddress) -> AnyServer:
    """The same for one server."""
    names = {address.local_part: EMAIL_LOCAL_PART, str(address): EMAIL_ADDRESS}
    username = None if server.username is None else names.get(server.username, server.username)
    if isinstance(server, UrlServer):
        return replace(server, username=username, url=_unfilled_url(server.url, address))
    return replace(server, username=username)


def _unfilled_url(url: str, address: EmailAddress) -> str:
    """A whole segment or value alone: ``https://dav.example.com/ada@example.com/``."""
    spelled = "|".join(re.escape(quote(str(address), safe=safe)) for safe in ("@", ""))
    return re.sub(rf"(?<=[/=])(?:{spelled})(?=[/?&#]|$)", EMAIL_ADDRESS, url)
