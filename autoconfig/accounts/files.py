"""Files of a person: looked at before they are touched, replaced in one step, and kept when they are."""

from __future__ import annotations

import difflib
import os
import re
import shutil
import stat
import tempfile
from dataclasses import dataclass
from enum import StrEnum
from itertools import count
from pathlib import Path

from autoconfig.errors import AutoconfigError

PRIVATE = 0o600
PRIVATE_FOLDER = 0o700
MAX_BYTES = 8 * 1024 * 1024
BACKUP = ".before-autoconfig"
MAX_SHOWN = 24
"""Lines of a difference."""

_SECRET = re.compile(r"pass|secret|token", re.IGNORECASE)
_HIDDEN = "(a line that may have a password in it)"


class CannotWrite(AutoconfigError):
    """A file cannot be read or written; the sentence names it."""


class State(StrEnum):
    """How a file stands to what is to be written."""

    NEW = "new"
    SAME = "as it is"
    DIFFERENT = "different"


class Existing(StrEnum):
    """What to do with a file that is there and says something else."""

    ASK = "ask"
    KEEP = "keep"
    REPLACE = "replace"
    APPEND = "append"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedFile:
    """A file to be written."""

    path: Path
    content: bytes
    account: str = ""
    """The address whose part of a shared file it is; empty where the file is all its own."""
    once: str = ""
    """A pattern of lines that the rest of the file may have already."""
    merged: bool = False
    """Whether ``content`` is what is there with something added, so that nothing is lost."""

    @property
    def appends(self) -> bool:
        """Whether it can be added to what is there."""
        return bool(self.account)

    def present(self) -> bytes | None:
        """What is in the file now; None where there is none. Raises CannotWrite."""
        try:
            with self.path.open("rb") as file:
                return file.read(MAX_BYTES)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise CannotWrite(f"{self.path} cannot be read: {_reason(error)}.") from None

    def state(self) -> State:
        """How the file is now. Raises CannotWrite."""
        present = self.present()
        if present is None or not present.strip():
            return State.NEW
        return (
            State.SAME if present in (self.content, self.alone, self.added_to(present)) else State.DIFFERENT
        )

    @property
    def alone(self) -> bytes:
        """The whole file where there is nothing else in it."""
        return self.added_to(b"")

    def added_to(self, present: bytes) -> bytes:
        """The file with this account's part between two marks; a part from an earlier time is replaced."""
        if not self.appends:
            return self.content
        begin, end = (f"# {mark} mail-autoconfig {self.account}\n".encode() for mark in (">>>", "<<<"))
        before, _, rest = present.partition(begin)
        _, found, after = rest.partition(end)
        if not found:
            before, after = present, b""  # no part, or one whose end somebody took away
        part = self._without_repeated(before + after)
        if before and not before.endswith(b"\n\n"):
            before += b"\n" if before.endswith(b"\n") else b"\n\n"
        return before + begin + part + end + after

    def _without_repeated(self, others: bytes) -> bytes:
        if not self.once:
            return self.content
        line = re.compile(rf"^{self.once}\n?".encode(), re.MULTILINE)
        return line.sub(b"", self.content) if line.search(others) else self.content


def difference(old: bytes, new: bytes) -> list[str]:
    """What would change, as a unified difference of bounded length, without what may be a password."""
    before, after = (data.decode("utf-8", "replace").splitlines() for data in (old, new))
    lines = list(difflib.unified_diff(before, after, lineterm="", n=1))[2:]
    shown = [line if line[:1] == "+" or not _SECRET.search(line) else line[:1] + _HIDDEN for line in lines]
    more = len(shown) - MAX_SHOWN
    return shown if more <= 0 else [*shown[:MAX_SHOWN], f"… {more} more lines"]


def write(path: Path, content: bytes) -> None:
    """Write a file in one step, private to its owner; an existing one keeps its mode. Raises CannotWrite.

    A link stays one: what it leads to is written.
    """
    target = Path(os.path.realpath(path))
    try:
        make_folder(target.parent)
        mode = stat.S_IMODE(target.stat().st_mode) if target.exists() else PRIVATE
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.chmod(name, mode)
            os.replace(name, target)
        except BaseException:
            os.unlink(name)
            raise
    except OSError as error:
        raise CannotWrite(f"{path} cannot be written: {_reason(error)}.") from None


def keep(path: Path) -> Path:
    """Copy a file beside itself under a name that is free; gives the copy. Raises CannotWrite."""
    names = (path.with_name(path.name + BACKUP + (f".{number}" if number else "")) for number in count())
    free = next(name for name in names if not name.exists())
    try:
        shutil.copy2(path, free)
    except OSError as error:
        raise CannotWrite(f"{path} cannot be copied to {free.name}: {_reason(error)}.") from None
    return free


def make_folder(path: Path) -> None:
    """Make a folder and those above it, private to their owner where they are new. Raises CannotWrite."""
    missing = [folder for folder in (path, *path.parents) if not folder.exists()]
    try:
        for folder in reversed(missing):
            folder.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
    except OSError as error:
        raise CannotWrite(f"{path} cannot be made: {_reason(error)}.") from None


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
