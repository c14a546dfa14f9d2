"""A TOML table that knows its path, checks what is taken from it, and notices what nobody took."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING, Any, TypeVar

from autoconfig.errors import DomainError, FormatError, ValueRefused
from autoconfig.model import Remark, normalize_domain

if TYPE_CHECKING:
    from collections.abc import Callable

Value = TypeVar("Value")

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


class Table:
    """One table of a provider file. Every getter raises FormatError with the path and the value."""

    def __init__(self, content: dict[str, Any], path: str = "", remarks: list[Remark] | None = None) -> None:
        self._content = content
        self._path = path
        self._asked: set[str] = set()
        self._children: list[Table] = []
        self.remarks: list[Remark] = [] if remarks is None else remarks

    def has(self, key: str) -> bool:
        """Whether the key is written at all; asking makes it a key that is known."""
        self._asked.add(key)
        return key in self._content

    def value(self, key: str) -> Any:
        """Whatever is written there, None where the key is not."""
        return self._get(key)

    def taken(self) -> dict[str, Any]:
        """All of the table as it stands, for whoever knows its keys."""
        self._asked.update(self._content)
        return self._content

    def keys(self) -> list[str]:
        """The keys in the order of the file."""
        return list(self._content)

    def error(self, key: str, message: str, value: object) -> FormatError:
        """An error about one key of this table."""
        shown = "" if value is None else f" (value {_shown(value)})"
        return FormatError(f"{message}{shown}", path=self._at(key))

    def make(self, build: Callable[[], Value]) -> Value:
        """Build a value of the model; what it refuses becomes an error with this table's path."""
        try:
            return build()
        except ValueRefused as error:
            raise FormatError(str(error), path=self._path) from None

    def string(self, key: str) -> str | None:
        """A text, or None where the key is not written."""
        value = self._get(key)
        if value is None:
            return None
        if not isinstance(value, str) or not value.strip():
            raise self.error(key, f"{key} is a text.", value)
        if _CONTROL.search(value):
            raise self.error(key, f"{key} holds a control character.", value)
        return value.strip()

    def text_or_empty(self, key: str) -> str:
        """A text that may be empty on purpose."""
        return "" if self._get(key) == "" else self.needed(key)

    def needed(self, key: str) -> str:
        """A text that must be there."""
        value = self.string(key)
        if value is None:
            raise self.error(key, f"{key} is missing.", None)
        return value

    def strings(self, key: str) -> list[str]:
        """A list of texts, empty where the key is not written."""
        value = self._get(key)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(entry, str) and entry for entry in value):
            raise self.error(key, f'{key} is a list of texts, such as ["example.com"].', value)
        return value

    def domains(self, key: str, texts: list[str]) -> tuple[str, ...]:
        """Fold domains, naming the entry that is none."""
        folded: dict[str, None] = {}
        for index, text in enumerate(texts):
            try:
                domain = normalize_domain(text)
            except DomainError as error:
                raise FormatError(str(error), path=self._at(f"{key}[{index}]")) from None
            if domain in folded:
                message = "The domain stands here twice."
                self.remarks.append(Remark(message=message, path=self._at(f"{key}[{index}]"), value=text))
            folded[domain] = None
        return tuple(folded)

    def number(self, key: str, *, least: int = 0, most: int) -> int | None:
        """A whole number within bounds, or None where the key is not written."""
        value = self._get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise self.error(key, f"{key} is a number from {least} to {most}.", value)
        return value

    def boolean(self, key: str) -> bool | None:
        """True or false, or None where the key is not written."""
        value = self._get(key)
        if value is None or isinstance(value, bool):
            return value
        raise self.error(key, f"{key} is true or false.", value)

    def table(self, key: str) -> Table | None:
        """A table, or None where the key is not written."""
        value = self._get(key)
        if value is None:
            return None
        if not isinstance(value, dict):
            raise self.error(key, f"{key} is a table, written [{self._at(key)}].", value)
        return self._child(value, self._at(key))

    def tables(self, key: str) -> list[Table]:
        """A list of tables (``[[key]]``); a single table counts as a list of one."""
        value = self._get(key)
        if value is None:
            return []
        entries = [value] if isinstance(value, dict) else value
        if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
            raise self.error(key, f"{key} is a list of tables, each written [[{self._at(key)}]].", value)
        return [self._child(entry, self._at(f"{key}[{index}]")) for index, entry in enumerate(entries)]

    def finish(self) -> None:
        """Remark on every key that nobody asked for, here and below, with the key it may have meant."""
        for key in self._content:
            if key in self._asked:
                continue
            near = difflib.get_close_matches(key, sorted(self._asked), n=1)
            hint = f"; did you mean {near[0]}?" if near else "."
            self.remarks.append(Remark(message=f"The key {key[:60]} is not known{hint}", path=self._at(key)))
        for child in self._children:
            child.finish()

    def _get(self, key: str) -> Any:
        self._asked.add(key)
        return self._content.get(key)

    def _child(self, content: dict[str, Any], path: str) -> Table:
        child = Table(content, path, self.remarks)
        self._children.append(child)
        return child

    def _at(self, key: str) -> str:
        return f"{self._path}.{key}" if self._path else key


def _shown(value: object) -> str:
    try:
        text = repr(value)
    except (ValueError, RecursionError):  # a number of more than 4,300 digits, tables in tables in tables
        text = f"a very long {type(value).__name__}"
    return text if len(text) <= 100 else text[:97] + "..."
