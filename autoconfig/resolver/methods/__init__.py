"""The ways to find settings, each in a file of its own; their order here is their rank."""

from __future__ import annotations

from typing import TYPE_CHECKING

from autoconfig.resolver.methods import (
    autodiscover,
    guess,
    isp,
    ispdb,
    local,
    mailconf,
    mx,
    pacc,
    srv,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from autoconfig.resolver.inquiry import Options
    from autoconfig.resolver.methods.step import Step

_MODULES = (local, isp, pacc, ispdb, mx, srv, autodiscover, mailconf, guess)

METHODS = tuple(module.NAME for module in _MODULES)
"""Every method, the most trusted first."""


def steps_for(options: Options) -> tuple[Step, ...]:
    """The questions of all chosen methods, in their order."""
    return tuple(_chosen(options))


def _chosen(options: Options) -> Iterator[Step]:
    for module in _MODULES:
        if options.methods and module.NAME not in options.methods:
            continue
        if module is guess and not (options.guess or guess.NAME in options.methods):
            continue
        yield from module.steps(options)
