"""What is odd about a document, said without refusing it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """One finding about one place of a document: where, what, and the value that caused it."""

    message: str
    path: str = ""
    """The place inside the document: ``incoming[0].port`` or ``emailProvider/incomingServer[2]``."""
    value: str | None = None
    line: int | None = None
    """Line of the document, 1 for the first; None where the format has no lines."""
    source: str = ""
    """The file or address the document came from."""
    severity: Literal["warning", "note"] = "warning"
    """A warning is for somebody to mend; a note is good to know, and all is well."""

    def __str__(self) -> str:
        """Everything on one line, the way compilers say it: source:line: note: path: message (value)."""
        where = self.source + (f":{self.line}" if self.line else "")
        kind = "note" if self.severity == "note" else ""
        parts = [part for part in (where, kind, self.path) if part]
        text = ": ".join([*parts, self.message])
        return f"{text} (value {self.value!r})" if self.value is not None else text
