"""A folder of provider files: ``*.toml`` in our format, ``*.xml`` as the ISPDB writes them.

The folder is looked at twice a second. A file is read once it has been the same at two looks, so that one
that is still being written is left alone, and a change is served within two seconds. One bad file never
hurts another: it is left out, or its last good version stays, and ``health`` says which and why.
"""

from __future__ import annotations

import logging
import os
import stat
import threading
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from autoconfig.errors import FormatError, StoreError
from autoconfig.formats import mozilla, toml
from autoconfig.model import Remark
from autoconfig.stores.index import Index, same_ids
from autoconfig.stores.memory import FolderMemory
from autoconfig.stores.store import Entry, Health

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from autoconfig.formats.parsed import Parsed
    from autoconfig.stores.memory import Memory

logger = logging.getLogger(__name__)

LOOK_EVERY = 0.5
"""Seconds between two looks at the folder."""

MAX_FILE_BYTES = toml.MAX_BYTES

Signature = tuple[int, int, int, int]
"""Times of content and inode in nanoseconds, size in bytes, inode: what tells that a file has changed."""

_NO_STATUS: Signature = (0, 0, 0, 0)
"""A name that stands in the folder but leads to no file, such as a dangling link."""


@dataclass(slots=True)
class _File:
    """What is known of one file."""

    signature: Signature
    parsed: Parsed | None
    """The newest content, None where it cannot be read."""
    error: Remark | None
    served: Parsed | None = None
    """What was served last: it stays when the newest content cannot be used."""
    unread: bool = False
    """Whether the bytes could not be had at all, so that the next look tries again."""


class DirectoryStore:
    """The providers of one folder. Raises StoreError where there is no such folder.

    ``remembers`` whether digests that were published are noted in a hidden file of the folder.
    """

    def __init__(self, path: str | Path, *, remembers: bool = True) -> None:
        self.path = Path(path)
        self._memory = FolderMemory(self.path) if remembers else None
        self._files: dict[str, _File] = {}
        self._seen: dict[str, Signature] = {}
        self._index = Index()
        self.version = 0
        """Grows by one whenever the content of the folder has changed."""
        self._problems: tuple[Remark, ...] = ()
        self._remarks: tuple[Remark, ...] = ()
        self._lost: str | None = None
        self._refreshing = threading.Lock()
        self._stop = threading.Event()
        self._watching = False
        self._follows_forks = False
        try:
            self._seen = self._look()
        except OSError as error:
            raise StoreError(
                f"The provider folder {self.path} cannot be read: {_reason(error)}; "
                "check --providers or AUTOCONFIG_PROVIDERS."
            ) from None
        self._read(self._seen)

    def find(self, domain: str) -> Entry | None:
        """The provider of a mail or MX domain."""
        return self._index.find(domain)

    def find_by_mx(self, mx_domain: str) -> Entry | None:
        """The provider with that MX domain."""
        return self._index.find_by_mx(mx_domain)

    def entries(self) -> Iterable[Entry]:
        """Every provider served, by file name."""
        return self._index.entries

    def health(self) -> tuple[Health, ...]:
        """What is served, and every file that is left out or served in an older version."""
        problems = self._problems
        if self._lost is not None:
            problems = (Remark(message=self._lost, source=str(self.path)), *problems)
        index = self._index
        return (
            Health(
                source=str(self.path),
                usable=self._lost is None or bool(index.entries),
                providers=len(index.entries),
                domains=index.domains,
                problems=problems,
                remarks=self._remarks,
            ),
        )

    def memory(self, _domain: str) -> Memory | None:
        """What the folder remembers of the digests that were published."""
        return self._memory

    def watch(self) -> None:
        """Follow the folder in a thread of its own, also in processes forked later."""
        if self._watching:
            return
        self._watching = True
        self._start_watching()
        if not self._follows_forks:
            self._follows_forks = True
            os.register_at_fork(after_in_child=self._start_watching)

    def close(self) -> None:
        """Stop following the folder."""
        self._watching = False
        self._stop.set()

    def refresh(self) -> bool:
        """Look at the folder and take over what has come to rest; tell whether anything changed."""
        with self._refreshing:
            try:
                seen = self._look()
            except OSError as error:
                self._report_lost(error)
                return False
            if self._lost is not None:
                logger.warning("provider folder %s can be read again", self.path)
                self._lost = None
            before, self._seen = self._seen, seen
            known = {name: file.signature for name, file in self._files.items()}
            wanted = {name: signature for name, signature in seen.items() if before.get(name) == signature}
            # A file still being written, or gone only a moment ago (editors save so), stays until it rests.
            wanted |= {name: known[name] for name in known if before.get(name) != seen.get(name)}
            if wanted == known and not any(file.unread for file in self._files.values()):
                return False
            return self._read(wanted)

    def _look(self) -> dict[str, Signature]:
        return dict(_provider_files(self.path))

    def _report_lost(self, error: OSError) -> None:
        message = f"The folder cannot be read: {_reason(error)}; what was read before is still served."
        if self._lost != message:
            logger.error("provider folder %s: %s", self.path, message)
        self._lost = message

    def _start_watching(self) -> None:
        if not self._watching:
            return
        self._stop = threading.Event()
        self._refreshing = threading.Lock()
        threading.Thread(target=self._follow, args=(self._stop,), name="providers", daemon=True).start()

    def _follow(self, stop: threading.Event) -> None:
        while not stop.wait(LOOK_EVERY):
            try:
                self.refresh()
                if self._memory is not None:
                    self._memory.keep()
            except Exception:
                logger.exception("looking at the provider folder %s failed; trying again", self.path)

    def _read(self, wanted: dict[str, Signature]) -> bool:
        """Read what is new or changed, then build the table anew and swap it in; tell whether it did."""
        files: dict[str, _File] = {}
        for name in sorted(wanted):
            known = self._files.get(name)
            if known is not None and known.signature == wanted[name] and not known.unread:
                files[name] = known
            else:
                files[name] = self._read_file(name, wanted[name], known)
        if self.version and files == self._files:
            return False
        index, problems = _build(self.path, files)
        served = (file.served for file in files.values() if file.served is not None)
        remarks = [remark for parsed in served for remark in parsed.remarks]
        for problem in set(problems) - set(self._problems):
            logger.error("%s", problem)
        self._problems = tuple(problems)
        self._remarks = (*remarks, *same_ids(index.entries))
        self._index = index
        self.version += 1
        # Last, so that a process forked meanwhile reads the change again instead of missing it.
        self._files = files
        return True

    def _read_file(self, name: str, signature: Signature, known: _File | None) -> _File:
        path = self.path / name
        served = known.served if known is not None else None
        try:
            parsed = read_provider_file(path)
        except FormatError as error:
            remark = Remark(message=str(error), path=error.path, line=error.line, source=str(path))
            return _File(signature, None, remark, served)
        except OSError as error:
            remark = Remark(message=f"The file cannot be read: {_reason(error)}.", source=str(path))
            return _File(signature, None, remark, served, unread=True)
        return _File(signature, parsed, None, served)


def read_provider_file(path: Path) -> Parsed:
    """Read one provider file by its ending. Raises FormatError or OSError."""
    with path.open("rb") as file:
        data = file.read(MAX_FILE_BYTES + 1)
    if path.suffix.lower() == ".xml":
        return mozilla.parse(data, max_bytes=MAX_FILE_BYTES).from_source(str(path))
    return toml.parse(data, default_id=path.stem).from_source(str(path))


def _provider_files(folder: Path) -> Iterator[tuple[str, Signature]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            name = entry.name
            if name.startswith(".") or not name.lower().endswith((".toml", ".xml")):
                continue
            try:
                status = entry.stat()
            except OSError:
                # A link that leads nowhere, say: reading it says what is wrong, the other files are served.
                yield name, _NO_STATUS
                continue
            if stat.S_ISREG(status.st_mode):
                yield name, (status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino)


def _build(folder: Path, files: dict[str, _File]) -> tuple[Index, list[Remark]]:
    """Index the files by name; the first to name a domain has it, a later one is left out."""
    index = Index()
    problems: list[Remark] = []
    for name, file in files.items():
        source = str(folder / name)
        problem = file.error
        candidates = [parsed for parsed in (file.parsed, file.served) if parsed is not None]
        file.served = None
        for parsed in candidates:
            taken = index.conflict(parsed.provider)
            if taken is None:
                file.served = parsed
                index.add(Entry(provider=parsed.provider, source=source))
                break
            domain, other = taken
            message = f"The domain is served by {other.source} already."
            problem = problem or Remark(message=message, path="domains", value=domain, source=source)
        if problem is not None:
            consequence = (
                "The last good version of this file is served." if file.served else "This file is left out."
            )
            problems.append(replace(problem, message=f"{problem.message} {consequence}"))
    return index, problems


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
