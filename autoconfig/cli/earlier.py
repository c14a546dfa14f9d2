"""The output of an earlier run over the same input: read in step with it, then written on.

Both are in one order, so that nothing of either has to be kept in memory.
"""

from __future__ import annotations

import json
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, BinaryIO

from autoconfig.errors import AddressError, SettingsError
from autoconfig.model import EmailAddress

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from autoconfig.cli.progress import Tally


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

    async def skip(self, entries: AsyncIterator[str], tally: Tally) -> AsyncIterator[str]:
        """The entries that have no line in the file; those that have are counted.

        Raises SettingsError where the lines are not those of the entries.
        """
        end = 0
        for number, line in enumerate(self._file, 1):
            if not line.endswith(b"\n"):
                break
            answer = self._read(line, number)
            entry = await anext(entries, None)
            if entry is None or answer.get("address") != _address(entry):
                raise SettingsError(
                    f"--resume: line {number} of {self._path} is not about the address that stands "
                    "in the input there; give the input of the earlier run."
                )
            tally.add(found=answer.get("found") is True)
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


def _address(entry: str) -> str:
    """How the address of an entry is written into the output."""
    try:
        return str(EmailAddress.parse(entry))
    except AddressError:
        return entry
