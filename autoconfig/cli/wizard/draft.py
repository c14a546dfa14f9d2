"""The account as it stands at some step, and the provider that it becomes."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from autoconfig.accounts.keys import Keys
from autoconfig.model import Authentication, Provider, TcpServer

if TYPE_CHECKING:
    from collections.abc import Callable

    from autoconfig.model import AnyServer, EmailAddress


@dataclass
class Draft:
    """What has been settled so far."""

    address: EmailAddress
    found: Provider | None = None
    """What was found for the address; None where everything is typed by hand."""
    name: str = ""
    incoming: AnyServer | None = None
    outgoing: AnyServer | None = None
    keys: Keys = field(default_factory=Keys)

    @property
    def servers(self) -> tuple[AnyServer, ...]:
        """The servers to use, incoming first."""
        return tuple(server for server in (self.incoming, self.outgoing) if server is not None)

    def change(self, changed: Callable[[AnyServer], AnyServer]) -> None:
        """Change each of the servers."""
        self.incoming, self.outgoing = (
            None if server is None else changed(server) for server in (self.incoming, self.outgoing)
        )

    def call(self, login_name: str) -> None:
        """Log in under this name everywhere."""
        self.change(lambda server: replace(server, username=login_name))

    def fill_login_names(self, login_name: str) -> None:
        """Give a login name to servers that have none."""
        self.change(lambda server: replace(server, username=server.username or login_name))

    def prefer(self, word: Authentication, *servers: AnyServer) -> None:
        """Put a way of logging in first at servers where it was good: programs take the first."""
        for name in ("incoming", "outgoing"):
            server = getattr(self, name)
            if server in servers:
                others = tuple(other for other in server.authentication if other is not word)
                setattr(self, name, replace(server, authentication=(word, *others)))

    def provider(self) -> Provider:
        """A provider with these servers and no others, beside what else the real one has."""
        domain = self.address.domain
        base = self.found or Provider(
            id=domain, display_name=domain, short_name=domain, incoming=self.servers[:1]
        )
        return replace(
            base,
            incoming=() if self.incoming is None else (self.incoming,),
            outgoing=() if self.outgoing is None else (self.outgoing,),
        )


def spa(server: AnyServer) -> AnyServer:
    """The server with NTLM as the only way in."""
    return replace(server, authentication=(Authentication.NTLM,)) if isinstance(server, TcpServer) else server
