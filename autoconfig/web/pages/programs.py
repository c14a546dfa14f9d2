"""The programs the page explains, those of the reader's own system first."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from autoconfig.web.asking import parameter
from autoconfig.web.pages.languages import _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask import Request

PROGRAMS = (
    "apple",
    "thunderbird",
    "outlook-new",
    "outlook-classic",
    "outlook-mobile",
    "gmail",
    "android",
    "fairemail",
    "evolution",
    "kmail",
    "command-line",
    "other",
)

_OF_SYSTEM: Mapping[str, tuple[str, ...]] = {
    "ios": ("apple", "outlook-mobile", "other"),
    "macos": ("apple", "thunderbird", "other"),
    "android": ("gmail", "android", "fairemail", "outlook-mobile", "other"),
    "windows": ("outlook-new", "outlook-classic", "thunderbird", "other"),
    "linux": ("thunderbird", "evolution", "kmail", "command-line", "other"),
    "": ("other", "apple", "thunderbird", "outlook-new", "gmail"),
}
"""The usual programs of a system, the first of them shown where the reader chooses none."""

# Sec-CH-UA-Platform, which browsers of the Chromium family send by themselves.
_PLATFORMS: Mapping[str, str] = {
    "ios": "ios",
    "macos": "macos",
    "android": "android",
    "windows": "windows",
    "linux": "linux",
    "chrome os": "",
    "chromium os": "",
}
# An iPad says that it is a Mac; Apple's tab serves both. Android says Linux too.
_AGENTS = (
    ("ios", re.compile("iPhone|iPad|iPod")),
    ("android", re.compile("Android")),
    ("macos", re.compile("Macintosh|Mac OS X")),
    ("windows", re.compile("Windows")),
    ("linux", re.compile("Linux|X11|BSD")),
)


class Choice(NamedTuple):
    """The program shown, and those offered beside it."""

    program: str
    usual: tuple[str, ...]
    """What the reader's system has; the chosen one is among them."""
    others: tuple[str, ...]


def choice(request: Request) -> Choice:
    """The program of ``?program=``, else the first of the reader's system."""
    usual = _OF_SYSTEM[system_of(request)]
    asked = (parameter(request.args, "program") or "").strip().lower()
    program = asked if asked in PROGRAMS else usual[0]
    if program not in usual:
        usual = (*usual, program)
    return Choice(program, usual, tuple(name for name in PROGRAMS if name not in usual))


def system_of(request: Request) -> str:
    """The reader's system by client hint or User-Agent; empty where neither tells."""
    hint = request.headers.get("Sec-CH-UA-Platform", "").strip().strip('"').lower()
    if hint in _PLATFORMS:
        return _PLATFORMS[hint]
    agent = request.headers.get("User-Agent", "")
    return next((system for system, pattern in _AGENTS if pattern.search(agent)), "")


def name(program: str) -> str:
    """What a program is called."""
    return {
        "apple": "iPhone, iPad, Mac",
        "thunderbird": "Thunderbird",
        "outlook-new": _("Outlook (new)"),
        "outlook-classic": _("Outlook (classic)"),
        "outlook-mobile": _("Outlook (mobile)"),
        "gmail": _("Gmail app"),
        "android": _("Android mail"),
        "fairemail": "FairEmail",
        "evolution": "Evolution",
        "kmail": "KMail",
        "command-line": _("Command line"),
        "other": _("Any other program"),
    }[program]
