"""A parsed document as sections: children by name without case, and a list of remarks shared by all."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from autoconfig.errors import ValueRefused
from autoconfig.formats import xml
from autoconfig.model import Remark

if TYPE_CHECKING:
    from collections.abc import Callable

Value = TypeVar("Value")


class Section:
    """An element seen as the clients see it; what is wrong with it goes into ``remarks``."""

    __slots__ = ("_children", "element", "name", "path", "remarks")

    def __init__(self, element: xml.Element, remarks: list[Remark], path: str = "") -> None:
        self.element = element
        self.remarks = remarks
        self.name = xml.local_name(element).lower()
        self.path = path
        self._children: dict[str, list[xml.Element]] = {}
        for child in element:
            self._children.setdefault(xml.local_name(child).lower(), []).append(child)

    @property
    def line(self) -> int | None:
        """The line the element starts on."""
        return self.element.sourceline

    @property
    def value(self) -> str | None:
        """The element's own text without the space around it; None with an element inside."""
        return xml.text_of(self.element)

    def all(self, name: str) -> list[Section]:
        """The children of that name, in the order of the document."""
        found = self._children.get(name.lower(), ())
        prefix = f"{self.path}/" if self.path else ""
        return [
            Section(child, self.remarks, f"{prefix}{name}[{index}]" if len(found) > 1 else f"{prefix}{name}")
            for index, child in enumerate(found, start=1)
        ]

    def first(self, name: str) -> Section | None:
        """The first child of that name."""
        found = self.all(name)
        return found[0] if found else None

    def texts(self, name: str) -> list[str]:
        """The texts of the children of that name, those with elements inside left out."""
        values = (xml.text_of(child) for child in self._children.get(name.lower(), ()))
        return [value for value in values if value]

    def text(self, name: str) -> str | None:
        """The first text among the children of that name."""
        return next(iter(self.texts(name)), None)

    def attribute(self, name: str) -> str | None:
        """An attribute without the space around it; None where it is absent or empty."""
        return (self.element.get(name) or "").strip() or None

    def needed(self, name: str) -> str:
        """An attribute that the section cannot do without. Raises ValueRefused."""
        value = self.attribute(name)
        if value is None:
            raise ValueRefused(f"{xml.local_name(self.element)} has no {name} attribute.")
        return value

    def remark(self, message: str, *, value: str | None = None) -> None:
        """Note what is odd about this section."""
        self.remarks.append(Remark(message=message, path=self.path, value=value, line=self.line))

    def made(self, make: Callable[[Section], Value], section: Section | None) -> Value | None:
        """What ``make`` makes of the section; None with a remark where its values cannot be used."""
        if section is None:
            return None
        try:
            return make(section)
        except ValueRefused as error:
            section.remark(f"Left out: {error}")
            return None
