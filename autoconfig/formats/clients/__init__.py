"""Configuration of command-line mail programs, one module for each program.

A file never holds a password: the program runs a command that prints it. What comes from an address or a
provider is written only where it cannot be read as anything else; otherwise there is no file, and one
sentence says why.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from autoconfig.formats.clients.secrets import Secrets, checked_command

if TYPE_CHECKING:
    from autoconfig.model import EmailAddress, Provider

PROGRAMS = (
    "aerc",
    "env",
    "fetchmail",
    "getmail",
    "git",
    "himalaya",
    "mbsync",
    "msmtp",
    "neomutt",
    "offlineimap",
    "postfix",
)
"""Each is a module of this package with a function ``render``; loaded when it is needed."""

__all__ = ["PROGRAMS", "Secrets", "checked_command", "render"]


def render(program: str, provider: Provider, address: EmailAddress, secrets: Secrets | None = None) -> bytes:
    """Write the configuration of one of PROGRAMS for a mailbox at its provider.

    Raises NothingFound where the program cannot use the provider's servers, ValueRefused for a value that
    cannot be written safely.
    """
    module = import_module(f"autoconfig.formats.clients.{program}")
    content = module.render(provider, address, secrets or Secrets())
    assert isinstance(content, bytes)
    return content
