"""A command on a pseudo-terminal, and somebody who answers its questions."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pexpect

if TYPE_CHECKING:
    from collections.abc import Sequence

SECONDS = 30
COLUMNS = 80


class Terminal:
    """Runs ``autoconfig``, or another command that does."""

    def __init__(self, *arguments: str, command: Sequence[str] = (sys.executable,)) -> None:
        program, *more = [*command, "-m", "autoconfig", *arguments]
        self.child = pexpect.spawn(
            program, more, encoding="utf-8", dimensions=(40, COLUMNS), timeout=SECONDS, echo=True
        )
        self.child.delaybeforesend = None

    def answer(self, question: str, answer: str = "") -> None:
        """Wait for a question and answer it; just Enter takes what is offered."""
        self.child.expect_exact(question)
        if "Password" in question:
            self.child.waitnoecho(SECONDS)  # what is typed before that would be seen
        self.child.sendline(answer)

    def until(self, text: str) -> str:
        """Wait for a text; gives what came before it."""
        self.child.expect_exact(text)
        return str(self.child.before)

    def interrupt(self) -> None:
        """Press Ctrl-C."""
        self.child.sendintr()

    def ended(self) -> tuple[int | None, str]:
        """The exit status, and what was still said."""
        said = self.child.read()
        self.child.close()
        return self.child.exitstatus, said
