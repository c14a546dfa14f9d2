"""mail-autoconfig: mail clients find their settings."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from autoconfig.model import Provider
    from autoconfig.resolver import aresolve, resolve
    from autoconfig.web import create_app

__version__ = "0.1.0"

__all__ = ["Provider", "__version__", "aresolve", "create_app", "resolve"]

_HOMES = {
    "Provider": "autoconfig.model",
    "aresolve": "autoconfig.resolver",
    "create_app": "autoconfig.web",
    "resolve": "autoconfig.resolver",
}


def __getattr__(name: str) -> Any:
    """Load a name when it is first asked for, so that the command starts quickly."""
    if name not in _HOMES:
        raise AttributeError(f"module 'autoconfig' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
