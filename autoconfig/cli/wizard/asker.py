"""Asking a person, one question a line; where nobody can be asked, options and defaults answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn, TypeVar

import click

from autoconfig.cli.screen import Screen, printable, show, wrapped
from autoconfig.errors import AutoconfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from autoconfig.cli.screen import Line

Value = TypeVar("Value")

INDENT = "   "


@dataclass
class Asker:
    """Somebody at a terminal, or nobody. Words and numbers only: a screen reader reads it in order."""

    present: bool
    screen: Screen
    _step: int = 0

    def step(self, title: str) -> None:
        """Begin the next step."""
        self._step += 1
        show([(), ((f"{self._step}  ", "cyan"), (title, "bold"))])

    def tell(self, text: str, style: str = "") -> None:
        """Say something, on as many lines as it needs."""
        width = None if self.screen.width is None else self.screen.width - len(INDENT)
        show([((INDENT + line, style),) for line in wrapped(printable(text), width)])

    def line(self, text: str, style: str = "") -> None:
        """Say something that must stay on one line, such as a command to copy."""
        show([((INDENT + printable(text), style),)])

    def show(self, lines: Sequence[Line]) -> None:
        """Show lines that are made already."""
        show([((INDENT, ""), *line) for line in lines])

    def text(self, question: str, default: str, read: Callable[[str], Value], *, option: str = "") -> Value:
        """Ask until ``read`` takes the answer; it raises AutoconfigError for one that will not do."""
        while self.present:
            answer = click.prompt(INDENT + question, default=default or None, type=str)
            try:
                return read(answer)
            except AutoconfigError as error:
                self.tell(str(error), "yellow")
        return read(default) if default else self.nobody(option)

    def yes(self, question: str, *, default: bool) -> bool:
        """Ask for a yes or a no."""
        return click.confirm(INDENT + question, default=default) if self.present else default

    def one_of(self, question: str, choices: Mapping[str, str], default: str) -> str:
        """Ask for one of the choices by its number or its name; gives the name."""
        if not self.present or len(choices) == 1:
            return default
        self._list(choices)
        names = list(choices)
        while True:
            answer = click.prompt(INDENT + question, default=str(names.index(default) + 1), type=str)
            chosen = _chosen(answer, names)
            if chosen is not None:
                return chosen
            self.tell(f"Type a number from 1 to {len(names)}.", "yellow")

    def some_of(self, question: str, choices: Mapping[str, str]) -> tuple[str, ...]:
        """Ask for one or more of the choices."""
        self._list(choices)
        names = list(choices)
        while True:
            answer = click.prompt(INDENT + question, type=str)
            chosen = [_chosen(word, names) for word in answer.replace(",", " ").split()]
            if chosen and None not in chosen:
                return tuple(dict.fromkeys(name for name in chosen if name is not None))
            self.tell(f"Type numbers from 1 to {len(names)}, separated by spaces.", "yellow")

    def nobody(self, option: str) -> NoReturn:
        """There is no answer and nobody to ask. Raises UsageError."""
        raise click.UsageError(f"There is nobody to ask; give {option}.")

    def _list(self, choices: Mapping[str, str]) -> None:
        width = len(str(len(choices)))
        for number, text in enumerate(choices.values(), 1):
            self.tell(f"{number:{width}})  {text}")


def _chosen(answer: str, names: Sequence[str]) -> str | None:
    """The choice that an answer means."""
    word = answer.strip().lower()
    if word.isascii() and word.isdigit() and 1 <= int(word[:6]) <= len(names):
        return names[int(word) - 1]
    return word if word in names else None
