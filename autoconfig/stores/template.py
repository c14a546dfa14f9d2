"""A provider file with ``{variables}`` in it, filled from what a database or directory says.

The file is parsed first and filled afterwards, so that no value can become more than a value; what comes out
is checked like any provider file.
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from autoconfig.errors import DomainError, FormatError
from autoconfig.formats import toml
from autoconfig.model import normalize_domain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from autoconfig.model import Provider

VARIABLE = re.compile(r"\{([a-z][a-z0-9_]*)\}")

USUAL: dict[str, Any] = {
    "name": "{domain}",
    "incoming": [
        {"type": "imap", "hostname": "{host}", "username": "{login}"},
        {"type": "pop3", "hostname": "{host}", "username": "{login}"},
    ],
    "outgoing": [{"type": "smtp", "hostname": "{host}", "username": "{login}"}],
}
"""What is served where a mapping brings no template: IMAP, POP3 and submission, implicit TLS, on one host."""


class Template:
    """One provider, its variables open. ``content`` is a provider file as TOML parses it."""

    def __init__(self, content: dict[str, Any], default_id: str) -> None:
        self._content = content
        self.id: str = str(content.get("id") or default_id)
        self.variables = frozenset(_variables(content))
        self.mx_domains = frozenset(_listed(content.get("mx")))

    def filled(self, values: Mapping[str, str]) -> Provider:
        """The provider with these values. Raises FormatError where they fit no provider file."""
        content = _filled(self._content, values)
        return toml.parse_content(content, default_id=self.id).provider


def _variables(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield from VARIABLE.findall(value)
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _variables(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _variables(inner)


def _listed(value: Any) -> Iterator[str]:
    for text in value if isinstance(value, list) else ():
        with suppress(DomainError):
            yield normalize_domain(str(text))


def _filled(value: Any, values: Mapping[str, str], key: str = "") -> Any:
    if isinstance(value, dict):
        return {name: _filled(inner, values, name) for name, inner in value.items()}
    if isinstance(value, list):
        return [_filled(inner, values) for inner in value]
    if not isinstance(value, str) or "{" not in value:
        return value
    text = VARIABLE.sub(lambda found: _value(found[1], values), value)
    # TOML tells numbers from texts, and a port out of a database may be either.
    return int(text) if key == "port" and text.isascii() and text.isdigit() and len(text) <= 5 else text


def _value(name: str, values: Mapping[str, str]) -> str:
    if name not in values:
        raise FormatError(f"Nothing says what {{{name}}} is.")
    return values[name]
