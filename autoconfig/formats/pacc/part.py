"""An object of a JSON document that knows its place: what is odd about it becomes a remark."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from autoconfig.errors import ValueRefused
from autoconfig.model import Remark

if TYPE_CHECKING:
    from collections.abc import Callable

Value = TypeVar("Value")


class Part:
    """One object of the document; ``remarks`` is shared by all of them. What is null is not there."""

    __slots__ = ("_content", "path", "remarks")

    def __init__(self, content: dict[str, Any], remarks: list[Remark], path: str = "") -> None:
        self._content = content
        self.remarks = remarks
        self.path = path

    def names(self) -> list[str]:
        """The names of the members, in the order of the document."""
        return [name for name, value in self._content.items() if value is not None]

    def has(self, name: str) -> bool:
        """Whether there is such a member."""
        return self._content.get(name) is not None

    def part(self, name: str) -> Part:
        """The object of that name; an empty one where there is none, with a remark for anything else."""
        value = self._content.get(name)
        if value is not None and not isinstance(value, dict):
            self.remark("This is not an object and left out.", name, value)
        return Part(value if isinstance(value, dict) else {}, self.remarks, self._at(name))

    def text(self, name: str) -> str | None:
        """The text of that name without the space around it; None where it is absent or empty."""
        value = self._content.get(name)
        if value is not None and not isinstance(value, str):
            self.remark("This is not a text and left out.", name, value)
        return value.strip() or None if isinstance(value, str) else None

    def texts(self, name: str) -> list[str]:
        """The texts of a list; a text alone counts as a list of one."""
        value = self._content.get(name)
        values = value if isinstance(value, list) else [] if value is None else [value]
        texts = [entry for entry in values if isinstance(entry, str)]
        if len(texts) < len(values):
            self.remark("What is not a text is left out.", name)
        return texts

    def flag(self, name: str) -> bool:
        """Whether something is so; what is neither true nor false is false, with a remark."""
        value = self._content.get(name)
        if value is not None and not isinstance(value, bool):
            self.remark("This is neither true nor false and taken for false.", name, value)
        return value is True

    def needed(self, name: str) -> str:
        """A text that the object cannot do without. Raises ValueRefused."""
        text = self.text(name)
        if text is None:
            raise ValueRefused(f"no {name}.")
        return text

    def made(self, make: Callable[[Part], Value]) -> Value | None:
        """What ``make`` makes of the object; None with a remark where its values cannot be used."""
        try:
            return make(self)
        except ValueRefused as error:
            self.remark(f"Left out: {error}")
            return None

    def remark(self, message: str, name: str = "", value: object = None) -> None:
        """Note what is odd about the object or one member of it."""
        self.remarks.append(Remark(message=message, path=self._at(name), value=_shown(value)))

    def _at(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path and name else self.path or name


def _shown(value: object) -> str | None:
    """A text or number as a remark can hold it: short, and without halves of surrogate pairs."""
    if value is None or isinstance(value, dict | list):
        return None
    return str(value)[:80].encode("utf-8", "backslashreplace").decode()
