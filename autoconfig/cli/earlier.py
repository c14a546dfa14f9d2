"""The output of an earlier run over the same input: read in step with it, then written on.

Both are in one order, so that nothing of either has to be kept in memory.
"""

from __future__ import annotations

import json
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar

from autoconfig.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator
    from pathlib import Path

Entry = TypeVar("Entry")

_WHAT = {"id": "provider"}
"""What a key is the name of, where that is another word."""


class Earlier:
    """A file of JSON lines; a last line that was cut off is written anew."""

    def __init__(self, path: Path, file: BinaryIO) -> None:
        self._path = path
        self._file = file

    @classmethod
    @contextmanager
    def open(cls, path: Path) -> Iterator[Earlier]:
        """Open the file, or make it. Raises OSError."""
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        with open(descriptor, "r+b") as file:
            yield cls(path, file)

    @property
    def descriptor(self) -> int:
        """Where to write on."""
        return self._file.fileno()

    async def skip(
        self,
        entries: AsyncIterator[Entry],
        key: str,
        key_of: Callable[[Entry], str],
        seen: Callable[[dict[str, Any]], None],
    ) -> AsyncIterator[Entry]:
        """The entries that have no line in the file; ``seen`` is told the lines of those that have.

        An entry's line holds ``key_of(entry)`` under ``key``. Raises SettingsError where the lines are not
        those of the entries.
        """
        end = 0
        for number, line in enumerate(self._file, 1):
            if not line.endswith(b"\n"):
                break
            answer = self._read(line, number)
            entry = await anext(entries, None)
            if entry is None or answer.get(key) != key_of(entry):
                raise SettingsError(
                    f"--resume: line {number} of {self._path} is not about the {_WHAT.get(key, key)} that "
                    "stands in the input there; give the input of the earlier run."
                )
            seen(answer)
            end += len(line)
        self._write_on_at(end)
        async for entry in entries:
            yield entry

    def _read(self, line: bytes, number: int) -> dict[str, Any]:
        try:
            answer = json.loads(line)
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            raise SettingsError(
                f"--resume: line {number} of {self._path} is not JSON; give the output of an earlier run."
            )
        return answer

    def _write_on_at(self, end: int) -> None:
        # Past the buffer of the file object, which is not used any more.
        os.ftruncate(self.descriptor, end)
        os.lseek(self.descriptor, end, os.SEEK_SET)
