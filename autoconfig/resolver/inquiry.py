"""One question about one address, and everything needed to ask it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from autoconfig.net.suffixes import registrable_domain

if TYPE_CHECKING:
    from autoconfig.model import EmailAddress
    from autoconfig.net.dns import Dns
    from autoconfig.net.http import Http
    from autoconfig.net.mail import MailGreeter
    from autoconfig.stores import Store

ISPDB_URLS = ("https://live.thunderbird.net/autoconfig/v1.1/", "https://v1.ispdb.net/")

PATIENCE = 1.5
"""Seconds that better-placed ways get once something is found."""
DEADLINE = 10.0
"""Seconds for everything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a caller may choose about one resolution."""

    methods: tuple[str, ...] = ()
    """Names of the methods to use; all when empty (guessing only where ``guess`` is set)."""
    deadline: float = DEADLINE
    patience: float = PATIENCE
    allow_http: bool = False
    guess: bool = False
    ispdb_urls: tuple[str, ...] = ISPDB_URLS


@dataclass(frozen=True, slots=True, kw_only=True)
class Inquiry:
    """What every method gets."""

    address: EmailAddress
    dns: Dns
    http: Http
    mail: MailGreeter
    store: Store | None = None
    options: Options = field(default_factory=Options)

    @property
    def domain(self) -> str:
        """The mail domain, in A-labels."""
        return self.address.domain

    def same_owner(self, host: str | None) -> bool:
        """Whether a host belongs to the registrable domain of the address."""
        base = registrable_domain(self.domain)
        return host is not None and base is not None and registrable_domain(host) == base
