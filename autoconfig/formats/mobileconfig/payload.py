"""One account of a profile, which knows its place: what is odd about it becomes a remark."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from autoconfig.errors import ValueRefused
from autoconfig.model import Remark

if TYPE_CHECKING:
    from collections.abc import Callable

Value = TypeVar("Value")


class Payload:
    """A dictionary of a profile; ``remarks`` is shared by all of them."""

    def __init__(self, content: dict[str, Any], path: str, remarks: list[Remark]) -> None:
        self._content = content
        self._path = path
        self._remarks = remarks

    def text(self, key: str) -> str | None:
        """The text of a key without the space around it; None where there is none."""
        value = self._content.get(key)
        return value.strip() or None if isinstance(value, str) else None

    def needed(self, key: str) -> str:
        """A text the payload cannot do without. Raises ValueRefused."""
        text = self.text(key)
        if text is None:
            raise ValueRefused(f"no {key}.")
        return text

    def flag(self, key: str, default: bool) -> bool:
        """Whether something is so."""
        value = self._content.get(key)
        return value if isinstance(value, bool) else default

    def port(self, key: str, default: int) -> int:
        """A port, which some write as a text. Raises ValueRefused."""
        value = self._content.get(key)
        if isinstance(value, str) and value.isascii() and value.isdigit():
            value = int(value[:6])
        if not isinstance(value, int) or isinstance(value, bool):
            self.remark(f"No port is named; {default} is assumed.", key)
            return default
        if not 1 <= value <= 65535:
            raise ValueRefused(f"{key} is not a port.")
        return value

    def made(self, make: Callable[[Payload], Value]) -> Value | None:
        """What ``make`` makes of the payload; None with a remark where its values cannot be used."""
        try:
            return make(self)
        except ValueRefused as error:
            self.remark(f"Left out: {error}")
            return None

    def remark(self, message: str, key: str = "", value: str | None = None) -> None:
        """Note what is odd about the payload or one key of it."""
        path = f"{self._path}.{key}" if key else self._path
        self._remarks.append(Remark(message=message, path=path, value=value))
