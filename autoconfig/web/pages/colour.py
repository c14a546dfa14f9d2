"""A provider's colour, made fit to be read: WCAG 2.2 asks 4.5 to 1 of text on its ground (1.4.3)."""

from __future__ import annotations

from typing import NamedTuple

CONTRAST = 4.6
"""A little more than asked for, so that rounding never falls below."""

BLACK, WHITE = "#000000", "#ffffff"
LIGHT_GROUNDS = ("#ffffff", "#f3f2ed")
"""What the colour must be readable on by day; the lightest and darkest of page.css."""
DARK_GROUNDS = ("#12161b", "#232a33")
"""The same by night."""


class Shades(NamedTuple):
    """A colour for links and buttons, and what is written on it."""

    accent: str
    on_accent: str


def by_day(colour: str) -> Shades:
    """The colour, darkened as far as it must be."""
    return _fit(colour, LIGHT_GROUNDS, BLACK)


def by_night(colour: str) -> Shades:
    """The colour, lightened as far as it must be."""
    return _fit(colour, DARK_GROUNDS, WHITE)


def style_sheet(colour: str) -> str:
    """What replaces the accent of page.css."""
    day, night = by_day(colour), by_night(colour)
    light = f":root{{--accent:{day.accent};--on-accent:{day.on_accent}}}"
    dark = f":root{{--accent:{night.accent};--on-accent:{night.on_accent}}}"
    return f"{light}\n@media (prefers-color-scheme:dark){{{dark}}}\n"


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, from 1 to 21 (WCAG 2.2, relative luminance)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _fit(colour: str, grounds: tuple[str, ...], towards: str) -> Shades:
    """Mix in as little of black or white as makes it readable on every ground."""
    for part in range(0, 101, 2):
        mixed = _mixed(colour, towards, part / 100)
        if all(contrast(mixed, ground) >= CONTRAST for ground in grounds):
            break
    return Shades(mixed, max((WHITE, BLACK), key=lambda ink: contrast(ink, mixed)))


def _mixed(colour: str, other: str, part: float) -> str:
    pairs = zip(_channels(colour), _channels(other), strict=True)
    return "#" + "".join(f"{round(one + (two - one) * part):02x}" for one, two in pairs)


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(channel / 255) for channel in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)
