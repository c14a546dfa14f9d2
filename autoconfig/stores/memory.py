"""What a folder of provider files remembers: which digest of a domain's PACC document was published last.

One hidden file in the folder, which no store takes for a provider. Everything about it is optional: where it
cannot be written or read, nothing is remembered and nobody notices. Requests only note what they made, in
memory; the thread that follows the folder writes it down.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import logging
import os
import re
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from autoconfig.formats.pacc import PastDigest

if TYPE_CHECKING:
    from collections.abc import Iterator

logger = logging.getLogger(__name__)

FILE_NAME = ".pacc-digests.json"
MAX_DOMAINS = 10_000
"""Domains remembered; a command that tells another one makes those that changed longest ago forgotten."""
MAX_PAST = 2
"""Digests remembered of one domain beside the newest."""
MAX_BYTES = 8 * 1024 * 1024
FORGET_SECONDS = 7 * 86_400
"""For how long it is known that a digest may go."""

_DIGEST = re.compile(r"[A-Za-z0-9+/]{43}=")
_VERSION = 1
_LATEST = 10**11
"""Seconds of the epoch: beyond it no calendar goes."""

_Entry = dict[str, Any]
"""``{"digest": …, "past": [[digest, until], …]}``, the newest first."""


class Memory(Protocol):
    """What remembers which digest each domain's document had. Nothing of it raises."""

    def published(self, domain: str, digest: str) -> None:
        """Note that a domain's document has this digest now. Waits for nothing."""

    def past(self, domain: str, digest: str) -> tuple[PastDigest, ...]:
        """The digests published before this one, the newest first."""

    def keep(self, *, make_room: bool = False) -> bool:
        """Write down what was noted; False where somebody else is writing, and it is to be tried again.

        Where there is no room for another domain, one is forgotten only with ``make_room``.
        """


@runtime_checkable
class Remembers(Protocol):
    """A store that has such a memory, perhaps."""

    def memory(self, domain: str) -> Memory | None:
        """The memory for a domain; None where nothing is remembered."""


def memory_of(store: object, domain: str) -> Memory | None:
    """The memory of any store for a domain; None where it has none."""
    return store.memory(domain) if isinstance(store, Remembers) else None


class FolderMemory:
    """The digests of one folder. Safe to use from many threads and processes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._noted: dict[str, str] = {}
        self._refused = False
        self._full: frozenset[str] | None = None
        """The domains of a file without room for others, so that it need not be read for those."""

    def published(self, domain: str, digest: str) -> None:
        """Note the digest of a domain's document, in the memory of this process alone."""
        if self._refused or len(self._noted) >= MAX_DOMAINS:
            return
        if self._full is None or domain in self._full:
            self._noted[domain] = digest

    def past(self, domain: str, digest: str) -> tuple[PastDigest, ...]:
        """The digests published before this one, the newest first.

        One that nobody has seen replaced yet was served until now, unless nobody will ever write that down.
        """
        entry = self._read().get(domain)
        if entry is None:
            return ()
        if entry["digest"] != digest and not os.access(self._folder, os.W_OK):
            entry = {"digest": digest, "past": entry["past"]}
        past = _after(entry, digest, time.time())["past"]
        return tuple(PastDigest(found, until) for found, until in past)

    def keep(self, *, make_room: bool = False) -> bool:
        """Write down what was noted, where that can be done; False where another process is writing.

        Requests for ever new domains make no room, so that they cannot keep the disk busy.
        """
        if not self._noted:
            return True
        try:
            with self._locked() as locked:
                if locked:
                    self._write(make_room=make_room)
                return locked
        except OSError as error:
            # A folder mounted for reading, say, is no other one later; a full disk may be.
            self._refused = error.errno in (errno.EROFS, errno.EACCES, errno.EPERM)
            self._noted.clear()
            logger.debug("no digests are remembered in %s: %s", self._folder, error.strerror)
            return True

    @contextlib.contextmanager
    def _locked(self) -> Iterator[bool]:
        """Whether this process may write; the lock is on the folder itself, so that none is left behind."""
        folder = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            try:
                fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
                return
            except OSError:
                pass  # a file system without locks: of two that write at once one is lost, and noted again
            yield True
        finally:
            os.close(folder)

    def _write(self, *, make_room: bool) -> None:
        entries = self._read()
        now = time.time()
        changed = False
        while self._noted:
            domain, digest = self._noted.popitem()
            entry = entries.get(domain)
            full = entry is None and len(entries) >= MAX_DOMAINS and not make_room
            if full or (entry is not None and entry["digest"] == digest):
                continue
            changed = True
            entries.pop(domain, None)  # moves it to the end: the latest change
            entries[domain] = {"digest": digest, "past": []} if entry is None else _after(entry, digest, now)
        self._full = frozenset(entries) if len(entries) >= MAX_DOMAINS else None
        if changed:
            kept = dict(list(entries.items())[-MAX_DOMAINS:])
            _replace(self._folder / FILE_NAME, {"version": _VERSION, "domains": kept})

    def _read(self) -> dict[str, _Entry]:
        """The entries of the file; none where it is not there or was written by nobody we know."""
        try:
            with (self._folder / FILE_NAME).open("rb") as file:
                content = json.loads(file.read(MAX_BYTES))
            domains = content["domains"] if content["version"] == _VERSION else {}
            return {domain: entry for domain, entry in domains.items() if _is_entry(entry)}
        except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return {}


def _after(entry: _Entry, digest: str, now: float) -> _Entry:
    """The entry once a digest is the newest: the one before it was served until now."""
    before = [] if entry["digest"] == digest else [[entry["digest"], now]]
    past = [
        [found, until]
        for found, until in (*before, *entry["past"])
        if found != digest and until > now - FORGET_SECONDS
    ]
    return {"digest": digest, "past": past[:MAX_PAST]}


def _is_entry(entry: Any) -> bool:
    return (
        isinstance(entry, dict)
        and _is_digest(entry.get("digest"))
        and isinstance(entry.get("past"), list)
        and all(
            isinstance(past, list)
            and len(past) == 2
            and _is_digest(past[0])
            and isinstance(past[1], int | float)
            and 0 <= past[1] <= _LATEST
            for past in entry["past"]
        )
    )


def _is_digest(value: Any) -> bool:
    return isinstance(value, str) and _DIGEST.fullmatch(value) is not None


def _replace(path: Path, content: dict[str, Any]) -> None:
    """Write a file in one step: who reads it meanwhile sees the old one or the new one. Raises OSError."""
    handle, draft = tempfile.mkstemp(prefix=f"{FILE_NAME}.", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(content, file, indent=1)
        # For every user that serves or looks after the folder: nothing in it is a secret.
        Path(draft).chmod(0o644)
        Path(draft).replace(path)
    except OSError:
        Path(draft).unlink(missing_ok=True)
        raise
