"""What a fault is: a domain, how it breaks, who is hit, what the doctor must advise, how it is mended."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tests.doctor.domain import PARTS, Domain

THUNDERBIRD, ANDROID, OUTLOOK, CLOUD, APPLE = (
    "thunderbird",
    "thunderbird-android",
    "outlook",
    "outlook-new",
    "apple",
)
DELTA_CHAT, EVOLUTION, KMAIL, NEXTCLOUD = "delta-chat", "evolution", "kmail", "nextcloud"
FAIREMAIL, PLAY, PIMALAYA = "fairemail", "fairemail-play", "pimalaya"
ALL = (
    THUNDERBIRD,
    ANDROID,
    OUTLOOK,
    CLOUD,
    APPLE,
    DELTA_CHAT,
    EVOLUTION,
    KMAIL,
    NEXTCLOUD,
    FAIREMAIL,
    PLAY,
    PIMALAYA,
)

CONFIGURES, PARTLY, ASKS, FAILS = "configures", "partly", "asks", "fails"

Mend = Callable[[], object]
Breaks = Callable[[Domain], Mend]


@dataclass(frozen=True)
class Base:
    """What a domain publishes, and which programs configure themselves from it; the others ask."""

    parts: tuple[str, ...]
    configure: tuple[str, ...]
    servers: bool = False
    """Whether the mail servers are looked at."""

    def outcomes(self) -> dict[str, str]:
        """The outcome of each program as long as nothing is broken."""
        return {key: CONFIGURES if key in self.configure else ASKS for key in ALL}


READERS = (THUNDERBIRD, ANDROID, DELTA_CHAT, EVOLUTION, KMAIL, NEXTCLOUD, FAIREMAIL, PIMALAYA)
"""Those that ask a provider's own site for autoconfig."""

SITE = Base(("autoconfig",), READERS)
BOTH = Base(("autoconfig", "well-known"), READERS)
WELL_KNOWN = Base(("well-known",), READERS)
POX = Base(("pox",), (THUNDERBIRD, OUTLOOK, DELTA_CHAT, FAIREMAIL))
SRV = Base(("srv",), (EVOLUTION, FAIREMAIL, PLAY, PIMALAYA))
PACC = Base(("pacc",), (PIMALAYA,))
PROFILE = Base(("profile",), (APPLE,))
MX = Base(("mx",), (THUNDERBIRD, ANDROID, EVOLUTION, NEXTCLOUD, FAIREMAIL, PIMALAYA))
"""Delta Chat, KMail and FairEmail's Play build do not ask whoever takes the mail for documents."""
ISPDB = Base(("ispdb",), (*READERS, PLAY))
EVERYTHING = Base(PARTS, tuple(key for key in ALL if key != CLOUD))
SITE_AND_POX = Base(("autoconfig", "pox"), (*READERS, OUTLOOK))


@dataclass(frozen=True)
class Case:
    """One fault."""

    name: str
    base: Base
    breaks: Breaks
    code: str
    becomes: Mapping[str, str]
    """The outcome of every program that the fault hits."""

    @property
    def expected(self) -> dict[str, str]:
        """The outcome of all twelve programs with the fault."""
        return self.base.outcomes() | dict(self.becomes)


CASES: list[Case] = []


def fault(base: Base, code: str, **becomes: tuple[str, ...]) -> Callable[[Breaks], Breaks]:
    """Marks what breaks a domain and gives back what mends it; ``fails=(…)`` says who is hit and how."""

    def register(breaks: Breaks) -> Breaks:
        hit = {key: outcome for outcome, keys in becomes.items() for key in keys}
        CASES.append(Case(breaks.__name__, base, breaks, code, hit))
        return breaks

    return register
