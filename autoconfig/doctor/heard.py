"""What came back for one request: an answer of any status, or why there is none, in a word."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from autoconfig.errors import LookupFailed
from autoconfig.net.connections import NoSuchHost
from autoconfig.net.reasons import BadCertificate, BadTls, NotAllowed, TooSlow

if TYPE_CHECKING:
    from autoconfig.errors import NetworkError
    from autoconfig.net.fetched import Fetched

HOST_MISSING = "host-missing"
UNREACHABLE = "unreachable"
SLOW = "slow"

_CODES: tuple[tuple[type[NetworkError], str], ...] = (
    (NoSuchHost, HOST_MISSING),
    (LookupFailed, "dns-broken"),
    (NotAllowed, "private-address"),
    (BadTls, "tls-broken"),
    (TooSlow, SLOW),
)
_CERTIFICATE = (("expired", "certificate-expired"), ("mismatch", "certificate-name"))
"""OpenSSL's words; whatever else is wrong with a certificate is that nobody vouches for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One answer, or the error instead of it."""

    url: str
    fetched: Fetched | None = None
    error: NetworkError | None = None
    elapsed: float = 0.0
    """Seconds."""

    @property
    def host(self) -> str:
        """Who was asked."""
        return urlsplit(self.url).hostname or self.url

    @property
    def code(self) -> str:
        """What went wrong, as a fix is called; empty where there is an answer."""
        return "" if self.error is None else code_of(self.error)


def code_of(error: NetworkError) -> str:
    """The word for a failure of the network."""
    if isinstance(error, BadCertificate):
        problem = error.problem.lower()
        return next((code for word, code in _CERTIFICATE if word in problem), "certificate-untrusted")
    code = next((code for kind, code in _CODES if isinstance(error, kind)), "")
    return code or (UNREACHABLE if error.unreachable else "broken-off")
