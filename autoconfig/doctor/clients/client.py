"""A mail program as the doctor replays it: its manners on the web, and the list of the ways it looks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from autoconfig.doctor.look import Find

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from autoconfig.advice.clients.reading import ReadServer
    from autoconfig.doctor.browser import Browser
    from autoconfig.doctor.look import Encode, Look, Way

ISPDB = "https://autoconfig.thunderbird.net/v1.1/{domain}"
"""Thunderbird's database under the name that most programs still ask it by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What a program takes of all it found."""

    incoming: tuple[ReadServer, ...] = ()
    outgoing: tuple[ReadServer, ...] = ()
    looks: tuple[Look, ...] = ()
    """Where it comes from."""


def first(looks: Sequence[Look]) -> Choice:
    """The first find has it all."""
    look = next((look for look in looks if look.find is Find.FOUND), None)
    if look is None or look.reading is None:
        return Choice()
    return Choice(incoming=look.reading.incoming, outgoing=look.reading.outgoing, looks=(look,))


def each_direction(looks: Sequence[Look]) -> Choice:
    """The first find with servers of a direction has that direction."""
    finds = [look for look in looks if look.find is Find.FOUND and look.reading is not None]
    receives = next((look for look in finds if look.reading and look.reading.incoming), None)
    sends = next((look for look in finds if look.reading and look.reading.outgoing), None)
    return Choice(
        incoming=receives.reading.incoming if receives and receives.reading else (),
        outgoing=sends.reading.outgoing if sends and sends.reading else (),
        looks=tuple(dict.fromkeys(look for look in (receives, sends) if look is not None)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """One mail program."""

    key: str
    """What ``--client`` takes."""
    name: str
    browser: Browser
    ways: tuple[Way, ...]
    """The look-up order."""
    missing: str
    """The fix for a domain that publishes nothing this program looks for; empty where there is none."""
    encode: Encode
    choose: Callable[[Sequence[Look]], Choice] = first
    contented: bool = True
    """Whether the first find is enough for it; else it goes every way."""
    oauth2: bool = False
    """Whether it takes OAuth2 wherever it is named, though it knows few issuers."""


def as_it_is(address: str) -> str:
    """The address without any encoding: a + arrives as a space."""
    return address


def encoded(address: str) -> str:
    """Everything encoded but letters, digits and ``-._~``."""
    return quote(address, safe="")
