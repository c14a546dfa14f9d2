"""The answer: settings, where each came from, how far to trust them, and every question asked on the way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from autoconfig.model import TcpServer

if TYPE_CHECKING:
    from autoconfig.model import AnyServer, EmailAddress, Provider
    from autoconfig.resolver.outcome import Trust


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One line of the trace. Times are in milliseconds from the start of the resolution."""

    method: str
    target: str
    outcome: str
    """found, nothing, failed."""
    detail: str
    started_ms: int
    elapsed_ms: int

    def as_dict(self) -> dict[str, Any]:
        """The JSON of one line."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerFound:
    """A server and which method named it."""

    server: AnyServer
    method: str
    trust: Trust

    def as_dict(self) -> dict[str, Any]:
        """The JSON of one server: host, port and socket type, or a URL."""
        server = self.server
        place = (
            {"hostname": server.hostname, "port": server.port, "socket_type": str(server.socket_type)}
            if isinstance(server, TcpServer)
            else {"url": server.url}
        )
        return {
            "type": str(server.type),
            **place,
            "authentication": [str(word) for word in server.authentication],
            "username": server.username,
            "method": self.method,
            "trust": str(self.trust),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """Two sources that say different things about one kind of server."""

    type: str
    chosen: ServerFound
    other: ServerFound

    def as_dict(self) -> dict[str, Any]:
        """The JSON of one contradiction."""
        return {"type": self.type, "chosen": self.chosen.as_dict(), "other": self.other.as_dict()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """What is known about an address. ``provider`` is None where nothing was found."""

    address: EmailAddress
    provider: Provider | None = None
    method: str = ""
    source: str = ""
    trust: Trust | None = None
    detail: str = ""
    confirm: tuple[str, ...] = ()
    """Registrable domains to show the user before a password goes there."""
    elapsed_ms: int = 0
    incoming: tuple[ServerFound, ...] = ()
    outgoing: tuple[ServerFound, ...] = ()
    other: tuple[ServerFound, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    trace: tuple[Asked, ...] = ()
    reason: str = ""
    """Where nothing was found: why, in one sentence."""
    offline: bool = False
    """Whether nobody at all could be reached."""

    @property
    def found(self) -> bool:
        """Whether there are settings."""
        return self.provider is not None

    def as_dict(self, *, trace: bool = True) -> dict[str, Any]:
        """The JSON of a resolution."""
        return {
            "address": str(self.address),
            "domain": self.address.domain,
            "found": self.found,
            "method": self.method or None,
            "source": self.source or None,
            "trust": str(self.trust) if self.trust is not None else None,
            "detail": self.detail or self.reason or None,
            "confirm": list(self.confirm),
            "elapsed_ms": self.elapsed_ms,
            "provider": _provider(self.provider),
            "incoming": [server.as_dict() for server in self.incoming],
            "outgoing": [server.as_dict() for server in self.outgoing],
            "other": [server.as_dict() for server in self.other],
            "oauth2": _oauth2(self.provider),
            "conflicts": [conflict.as_dict() for conflict in self.conflicts],
            "trace": [asked.as_dict() for asked in self.trace] if trace else [],
        }


def _provider(provider: Provider | None) -> dict[str, Any] | None:
    if provider is None:
        return None
    return {
        "id": provider.id,
        "name": provider.display_name,
        "short_name": provider.short_name,
        "documentation": [
            {"url": page.url, "text": {entry.language or "und": entry.text for entry in page.texts}}
            for page in provider.documentation
        ],
    }


def _oauth2(provider: Provider | None) -> dict[str, Any] | None:
    if provider is None or provider.oauth2 is None:
        return None
    oauth2 = provider.oauth2
    return {
        "issuer": oauth2.issuer_url,
        "auth_url": oauth2.auth_url,
        "token_url": oauth2.token_url,
        "scope": list(oauth2.scope),
    }
