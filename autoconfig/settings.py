"""The settings: one frozen value, read once from the AUTOCONFIG_* environment variables."""

from __future__ import annotations

import ipaddress
import os
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from autoconfig.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

LOG_LEVELS = ("debug", "info", "warning", "error")


def shipped_providers() -> Path:
    """The folder of the provider database that ships with this package."""
    beside_the_package = Path(__file__).resolve().parent.parent / "providers"
    if beside_the_package.is_dir():
        return beside_the_package
    return Path(sys.prefix) / "share" / "mail-autoconfig" / "providers"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What an operator may set. Raises SettingsError, in one sentence that names the variable."""

    providers: tuple[str, ...] = field(default_factory=lambda: (str(shipped_providers()),))
    """Stores, the first that knows a domain wins."""
    base_url: str | None = None
    """Where the public reaches this service, without a final slash; None takes it from each request."""
    trusted_proxies: tuple[Network, ...] = ()
    """Peers whose X-Forwarded-Host and X-Forwarded-Proto are believed."""
    log_level: str = "info"

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Read the environment; an empty variable counts as not set."""
        given = os.environ if environment is None else environment
        found: dict[str, object] = {}
        for name, read in _READERS.items():
            text = given.get(f"AUTOCONFIG_{name.upper()}", "").strip()
            if text:
                found[name] = read(f"AUTOCONFIG_{name.upper()}", text)
        return cls(**found)  # type: ignore[arg-type]


def _stores(_variable: str, text: str) -> tuple[str, ...]:
    return tuple(text.split())


def _base_url(variable: str, text: str) -> str:
    try:
        parts = urlsplit(text)
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        usable = False
    # urlsplit takes line breaks out in silence, but the text goes into documents as it stands.
    if not text.isprintable() or any(mark in text for mark in ' "<>\\?#@'):
        usable = False
    if not usable:
        raise SettingsError(
            f"{variable} is {text!r}, which is not a URL such as https://autoconfig.example.com."
        )
    return text.rstrip("/")


def _networks(variable: str, text: str) -> tuple[Network, ...]:
    networks = []
    for word in text.replace(",", " ").split():
        try:
            networks.append(ipaddress.ip_network(word, strict=False))
        except ValueError:
            raise SettingsError(
                f"{variable} holds {word!r}, which is not an address range such as 10.0.0.0/8."
            ) from None
    return tuple(networks)


def _log_level(variable: str, text: str) -> str:
    if text.lower() not in LOG_LEVELS:
        raise SettingsError(f"{variable} is {text!r}, which is not one of {', '.join(LOG_LEVELS)}.")
    return text.lower()


_READERS = {
    "providers": _stores,
    "base_url": _base_url,
    "trusted_proxies": _networks,
    "log_level": _log_level,
}
