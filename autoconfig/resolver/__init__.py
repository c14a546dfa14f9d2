"""Finding the settings of any address on the internet."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from autoconfig.model import EmailAddress
from autoconfig.resolver.inquiry import Options
from autoconfig.resolver.resolution import Resolution
from autoconfig.resolver.resolver import Resolver

if TYPE_CHECKING:
    from collections.abc import Sequence

    from autoconfig.stores import Store

__all__ = ["Options", "Resolution", "Resolver", "aresolve", "resolve"]


def resolve(address: str, **options: Any) -> Resolution:
    """Find the settings of an address; the options are those of :func:`aresolve`."""
    return asyncio.run(aresolve(address, **options))


async def aresolve(
    address: str,
    *,
    store: Store | None = None,
    methods: Sequence[str] = (),
    timeout: float | None = None,
    patience: float | None = None,
    name_servers: Sequence[str] = (),
    doh_url: str | None = None,
    ispdb_urls: Sequence[str] | None = None,
    allow_http: bool = False,
    allow_private_networks: bool = False,
    guess: bool = False,
) -> Resolution:
    """Find the settings of an address; times are in seconds.

    Raises AddressError for what is no address, DomainError for a wrong name server. A resolution that found
    nothing says why in its ``reason``.
    """
    mailbox = EmailAddress.parse(address)
    chosen: dict[str, Any] = {"methods": tuple(methods), "allow_http": allow_http, "guess": guess}
    if timeout is not None:
        chosen["deadline"] = timeout
    if patience is not None:
        chosen["patience"] = patience
    if ispdb_urls is not None:
        chosen["ispdb_urls"] = tuple(ispdb_urls)
    async with Resolver.open(
        store=store,
        name_servers=name_servers,
        doh_url=doh_url,
        allow_private_networks=allow_private_networks,
        allow_http=allow_http,
    ) as resolver:
        return await resolver.resolve(mailbox, Options(**chosen))
