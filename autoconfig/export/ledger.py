"""What stands in a tree and is ours: one small database beside the documents.

A domain is entered before its first file is written, so that what an interrupted run left behind is known as
ours; a file of others never is.
"""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from autoconfig.errors import ExportError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_VERSION = 1
_SCHEMA = f"""
BEGIN;
CREATE TABLE domain (name TEXT PRIMARY KEY, source TEXT NOT NULL, facts BLOB, stamp TEXT) WITHOUT ROWID;
CREATE INDEX source ON domain (source);
PRAGMA user_version = {_VERSION};
COMMIT;
"""


class Row(NamedTuple):
    """A domain of the tree."""

    name: str
    source: str
    """Where its provider stood."""
    facts: bytes | None = None
    """The digest of what its documents were made from; None while they are being written."""
    stamp: str | None = None
    """What stood there afterwards, see Tree.stamp."""


class Ledger:
    """The database, opened by one run at a time. Raises ExportError where it cannot be read or written."""

    def __init__(self, path: str) -> None:
        self._path = path
        with self._sentences():
            self._database = sqlite3.connect(path, isolation_level=None)
            (version,) = self._database.execute("PRAGMA user_version").fetchone()
            if version == 0:
                self._database.executescript(_SCHEMA)
            elif version != _VERSION:
                raise ExportError(f"{path} was written by another version; export into a new directory.")
            # Names served by this run; beside the database, since there may be more than fit in memory.
            self._database.execute("CREATE TEMP TABLE seen (name TEXT PRIMARY KEY) WITHOUT ROWID")

    def close(self) -> None:
        """Close the database; what was not saved is lost."""
        self._database.close()

    def first_sight(self, name: str) -> bool:
        """Note that a domain is served; tell whether that was not known yet in this run."""
        with self._sentences():
            return self._database.execute("INSERT OR IGNORE INTO seen VALUES (?)", (name,)).rowcount == 1

    def find(self, name: str) -> Row | None:
        """A domain of the tree."""
        with self._sentences():
            row = self._database.execute("SELECT * FROM domain WHERE name = ?", (name,)).fetchone()
        return None if row is None else Row(*row)

    def knows_source(self, source: str) -> bool:
        """Whether any domain of the tree came from there."""
        with self._sentences():
            found = self._database.execute("SELECT 1 FROM domain WHERE source = ? LIMIT 1", (source,))
            return found.fetchone() is not None

    def save(self, rows: Iterable[Row]) -> None:
        """Enter domains, or what is known of them now; when this returns it outlasts a crash."""
        with self._transaction():
            self._database.executemany("INSERT OR REPLACE INTO domain VALUES (?, ?, ?, ?)", rows)

    def forget(self, names: Iterable[str]) -> None:
        """Take out domains whose files are removed."""
        with self._transaction():
            self._database.executemany("DELETE FROM domain WHERE name = ?", ((name,) for name in names))

    def count(self) -> int:
        """How many domains the tree has."""
        with self._sentences():
            (count,) = self._database.execute("SELECT count(*) FROM domain").fetchone()
        return int(count)

    def unseen_by_source(self) -> list[tuple[str, int]]:
        """How many domains of each source this run has not seen."""
        query = """SELECT source, count(*) FROM domain WHERE name NOT IN (SELECT name FROM seen)
                   GROUP BY source"""
        with self._sentences():
            return self._database.execute(query).fetchall()

    def unseen(self, after: str, most: int) -> list[Row]:
        """Domains of the tree that this run has not seen, in the order of their names, from one on."""
        query = """SELECT * FROM domain WHERE name > ? AND name NOT IN (SELECT name FROM seen)
                   ORDER BY name LIMIT ?"""
        with self._sentences():
            return [Row(*row) for row in self._database.execute(query, (after, most))]

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._sentences(), self._database:
            self._database.execute("BEGIN")
            yield

    @contextmanager
    def _sentences(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise ExportError(f"{self._path} cannot be used: {error}.") from None
