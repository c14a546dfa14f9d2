"""The answer of a web server, and what it was encrypted with."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urljoin

if TYPE_CHECKING:
    from collections.abc import Mapping

    import httpcore2

_REDIRECTS = (301, 302, 303, 307, 308)


class Encryption(NamedTuple):
    """What an answer was encrypted with."""

    version: str
    """As TLSv1.3."""
    expires: float
    """When the certificate expires, in seconds since 1970."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """An answer of a web server, any status."""

    url: str
    """Where it came from, after redirects."""
    status: int
    headers: Mapping[str, str]
    """By lower-case name."""
    body: bytes
    tls: Encryption | None = None
    """Known of what was asked for as a mail program does; None of anything that came over http."""

    @property
    def location(self) -> str | None:
        """Where the server sends the client, absolute if it is a URL at all; None where it does not."""
        target = self.headers.get("location")
        if not target or self.status not in _REDIRECTS:
            return None
        try:
            return urljoin(self.url, target)
        except ValueError:
            return target


def encryption_of(response: httpcore2.Response) -> Encryption | None:
    """What an answer comes encrypted with, as long as it is being read."""
    stream = response.extensions.get("network_stream")
    tls = None if stream is None else stream.get_extra_info("ssl_object")
    if tls is None:
        return None
    until = (tls.getpeercert() or {}).get("notAfter")
    return Encryption(tls.version() or "", ssl.cert_time_to_seconds(until) if until else 0.0)
