"""The settings: one frozen value, read once from the AUTOCONFIG_* environment variables."""

from __future__ import annotations

import ipaddress
import os
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from autoconfig.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

LOG_LEVELS = ("debug", "info", "warning", "error")
LOG_FORMATS = ("text", "json")

RESOLVE = ("off", "api", "directory")

_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400}
_SHARED_CACHES = ("redis", "rediss", "valkey", "valkeys")

_SHORTEST_KEY = 16

_YES = ("yes", "on", "true", "1")
_NO = ("no", "off", "false", "0")

_ORIGIN = re.compile(r"https?://(?:\*\.)?[a-z0-9.-]+(?::[0-9]{1,5})?", re.ASCII | re.IGNORECASE)
_WITH_PORT = re.compile(r"(\[[^]]+\]|[^:]+):([0-9]{1,5})")


class RateLimit(NamedTuple):
    """How many requests one client may send in so many seconds."""

    requests: int
    seconds: int


USUAL_RATE = RateLimit(60, 60)


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
    """Peers whose X-Forwarded-Host, X-Forwarded-Proto and X-Forwarded-For are believed."""
    log_level: str = "info"
    log_format: str = "text"
    """How the lines of the logs are written."""
    log_key: str | None = field(default=None, repr=False)
    """A secret: with it the JSON log names who was asked about by a keyed hash; without it nobody."""
    ispdb_urls: tuple[str, ...] | None = None
    """Databases of providers the resolver asks, in this order; None takes the resolver's own."""
    nameservers: tuple[str, ...] = ()
    """Recursive name servers the resolver asks; empty takes those of the machine."""
    doh_url: str | None = None
    """A DNS server over HTTPS (RFC 8484) to ask instead of name servers."""
    allow_private_networks: bool = False
    """Whether the resolver may connect to loopback, private and other special addresses."""
    allow_http: bool = False
    """Whether the resolver may fetch documents without TLS."""
    resolve: str = "api"
    """Whose questions about domains nobody lists are answered: nobody's, the API's, the directory's too."""
    mx_rule: bool | None = None
    """Whether a domain nobody lists is served where its MX is ours; None where ``resolve`` is not off."""
    cache_url: str = "memory://"
    """Where what was found out is kept: in the memory of this server, or in a Redis or Valkey."""
    rate_limit: RateLimit | None = USUAL_RATE
    """For questions about strangers, by client; None where there is no limit."""
    signing_cert: str | None = None
    """A PEM file that signs Apple profiles: the signer's own certificate first, then the intermediates."""
    signing_key: str | None = None
    """The PEM file of its key, without a password."""
    embed_origins: tuple[str, ...] = ()
    """The web sites that may show the page for people in a frame of theirs."""

    def __post_init__(self) -> None:
        files = {"AUTOCONFIG_SIGNING_CERT": self.signing_cert, "AUTOCONFIG_SIGNING_KEY": self.signing_key}
        missing = [variable for variable, file in files.items() if file is None]
        if len(missing) == 1:
            (given,) = files.keys() - missing
            raise SettingsError(f"{given} is set, but {missing[0]} is not; a signature needs both.")

    @property
    def follows_mx(self) -> bool:
        """Whether the MX rule holds."""
        return self.resolve != "off" if self.mx_rule is None else self.mx_rule

    @property
    def asks_network(self) -> bool:
        """Whether the web service asks anybody about domains that nobody lists."""
        return self.resolve != "off" or self.follows_mx

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
    if not _is_url(text, ("http", "https"), unwanted="?#@"):
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


def ispdb_urls(variable: str, text: str) -> tuple[str, ...]:
    """Read base URLs separated by spaces, each as it is written. Raises SettingsError."""
    for word in text.split():
        if not _is_url(word, ("https", "http"), unwanted="#@"):
            raise SettingsError(
                f"{variable} holds {word!r}, which is not a URL such as https://ispdb.example.com/v1.1/."
            )
    return tuple(text.split())


def nameservers(variable: str, text: str) -> tuple[str, ...]:
    """Read addresses of name servers separated by spaces, each with its port or not. Raises SettingsError."""
    words = text.replace(",", " ").split()
    for word in words:
        if not _is_name_server(word):
            raise SettingsError(
                f"{variable} holds {word!r}, which is not a name server such as 192.0.2.1 or 127.0.0.1:5353."
            )
    return tuple(words)


def doh_url(variable: str, text: str) -> str:
    """Read the URL of a DNS server over HTTPS. Raises SettingsError."""
    if not _is_url(text, ("https",), unwanted="#@"):
        raise SettingsError(
            f"{variable} is {text!r}, which is not a URL such as https://dns.example.com/dns-query."
        )
    return text


def _is_url(text: str, schemes: tuple[str, ...], *, unwanted: str) -> bool:
    try:
        parts = urlsplit(text)
        named = parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    # urlsplit takes line breaks out in silence, but the text is used as it stands.
    return named and text.isprintable() and not any(mark in text for mark in f' "<>\\{unwanted}')


def _is_name_server(text: str) -> bool:
    host, port = text, "53"
    if found := _WITH_PORT.fullmatch(text):
        host, port = found.groups()
    if host.startswith("[") and host.endswith("]"):
        host = host[1:-1]
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return 1 <= int(port) <= 65535


def _yes_or_no(variable: str, text: str) -> bool:
    if text.lower() in _YES:
        return True
    if text.lower() in _NO:
        return False
    raise SettingsError(f"{variable} is {text!r}, which is neither yes nor no (on, off, true, false, 1, 0).")


def _log_level(variable: str, text: str) -> str:
    if text.lower() not in LOG_LEVELS:
        raise SettingsError(f"{variable} is {text!r}, which is not one of {', '.join(LOG_LEVELS)}.")
    return text.lower()


def _log_format(variable: str, text: str) -> str:
    if text.lower() not in LOG_FORMATS:
        raise SettingsError(f"{variable} is {text!r}, which is neither text nor json.")
    return text.lower()


def _log_key(variable: str, text: str) -> str:
    # Not repeated in the sentence. A short key could be guessed, and then addresses could be tried out.
    if len(text) < _SHORTEST_KEY:
        raise SettingsError(
            f"{variable} is shorter than {_SHORTEST_KEY} characters; make one: openssl rand -hex 16."
        )
    return text


def _resolve(variable: str, text: str) -> str:
    if text.lower() not in RESOLVE:
        raise SettingsError(f"{variable} is {text!r}, which is not one of {', '.join(RESOLVE)}.")
    return text.lower()


def _cache_url(variable: str, text: str) -> str:
    # Not repeated in the sentence: there may be a password in it.
    wrong = SettingsError(f"{variable} is not a URL such as memory:// or redis://localhost:6379/0.")
    try:
        parts = urlsplit(text)
        usable = parts.scheme in _SHARED_CACHES and parts.hostname and parts.port != 0
    except ValueError:
        raise wrong from None
    if text != "memory://" and not (usable and text.isprintable() and " " not in text):
        raise wrong
    return text


def _rate_limit(variable: str, text: str) -> RateLimit | None:
    if text.lower() == "off":
        return None
    number, _, unit = text.lower().partition("/")
    if not (number.isascii() and number.isdigit() and 1 <= int(number[:10]) <= 10**9 and unit in _SECONDS):
        raise SettingsError(f"{variable} is {text!r}, which is not a rate such as 60/minute, or off.")
    return RateLimit(int(number[:10]), _SECONDS[unit])


def _origins(variable: str, text: str) -> tuple[str, ...]:
    words = text.replace(",", " ").split()
    for word in words:
        # They end up in a header: an origin (RFC 6454 §6.1) and nothing more.
        if not _ORIGIN.fullmatch(word):
            raise SettingsError(
                f"{variable} holds {word!r}, which is not an origin such as https://www.example.com."
            )
    return tuple(words)


def _file(_variable: str, text: str) -> str:
    return text


_READERS = {
    "providers": _stores,
    "base_url": _base_url,
    "trusted_proxies": _networks,
    "log_level": _log_level,
    "log_format": _log_format,
    "log_key": _log_key,
    "ispdb_urls": ispdb_urls,
    "nameservers": nameservers,
    "doh_url": doh_url,
    "allow_private_networks": _yes_or_no,
    "allow_http": _yes_or_no,
    "resolve": _resolve,
    "mx_rule": _yes_or_no,
    "cache_url": _cache_url,
    "rate_limit": _rate_limit,
    "signing_cert": _file,
    "signing_key": _file,
    "embed_origins": _origins,
}
