"""What asking in one way gives: settings, nothing, or a failure. Never anything else."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Self

from autoconfig.errors import LookupFailed

if TYPE_CHECKING:
    from autoconfig.errors import NetworkError
    from autoconfig.model import Provider


class Trust(StrEnum):
    """How far the settings can be trusted: by the weakest link between the address and them."""

    LOCAL = "local"
    """From the operator's own store."""
    PACC = "pacc"
    """A digest in the DNS matched the document."""
    HTTPS = "https"
    """From a web server of the address's registrable domain."""
    HTTPS_OTHER = "https-other"
    """From a web server of another registrable domain."""
    DNSSEC = "dnssec"
    """Named by a DNS answer that DNSSEC proves."""
    DNS = "dns"
    """Named by a DNS answer that anybody on the way could have changed."""
    HTTP = "http"
    """Passed through an unencrypted connection."""
    GUESS = "guess"
    """Nobody said so; a server of that name speaks the protocol."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Settings. Placeholders of the address are filled in already."""

    provider: Provider
    source: str
    """URL, ``SRV example.com``, a file."""
    trust: Trust
    detail: str = ""

    @property
    def has_mail(self) -> bool:
        """Whether there is a way to read mail; calendars alone do not make an account."""
        return bool(self.provider.incoming)


@dataclass(frozen=True, slots=True, kw_only=True)
class Nothing:
    """The question was answered: there is nothing."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """The question was not answered, or what came cannot be used."""

    reason: str
    unreachable: bool = False
    """Nobody was reached at all, as without a network."""

    @classmethod
    def by(cls, error: NetworkError) -> Self:
        """What an error of the network comes to; a name server that fails leaves everybody out of reach."""
        return cls(reason=str(error), unreachable=error.unreachable or isinstance(error, LookupFailed))


Outcome = Found | Nothing | Failed


def worst(outcomes: list[Outcome]) -> Outcome:
    """Of several ways that gave no settings, what to say: a failure before nothing."""
    failed = [outcome for outcome in outcomes if isinstance(outcome, Failed)]
    if failed:
        reachable = [outcome for outcome in failed if not outcome.unreachable]
        return (reachable or failed)[0]
    return outcomes[0] if outcomes else Nothing(reason="There was nothing to ask.")
