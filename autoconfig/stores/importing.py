"""Copying providers and domains into a database of our own tables.

The source is first written into tables of its own, in pieces that are committed as they come, so that an
import that was interrupted goes on where it was. Then one transaction moves it all over: readers see what
was there before, or everything. Importing the same again changes nothing.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import delete, func, insert, select, text
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from autoconfig.errors import StoreError
from autoconfig.stores import schema
from autoconfig.stores.database import parsed_url, reason_of, shown, writer
from autoconfig.stores.schema import DOMAINS, MX_DOMAINS, STAGED_NAMES, STAGED_PROVIDERS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from sqlalchemy.engine import Connection

PIECE = 20_000
"""Names written in one transaction: what an interruption costs at most."""

CONFLICTS_TOLD = 1000


class NewProvider(NamedTuple):
    """A provider to be written; ``document`` is None where only names are added to one that is there."""

    id: str
    document: str | None
    source: str


class NewName(NamedTuple):
    """A name of a provider."""

    kind: str
    """domain or mx."""
    name: str
    provider: str


Item = NewProvider | NewName


@dataclass(frozen=True, slots=True)
class Conflict:
    """A name that stayed with whom it belonged to; ``str()`` is one sentence."""

    kind: str
    name: str
    wanted: str
    owner: str

    def __str__(self) -> str:
        what = "The MX domain" if self.kind == "mx" else "The domain"
        return f"{what} {self.name} belongs to {self.owner} and was not given to {self.wanted}."


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What an import did."""

    providers: int
    """Providers read from the source."""
    written: int
    """Providers that are new or say something else than before."""
    names: int
    """Names read from the source."""
    added: int
    moved: int
    removed: int
    resumed: int
    """Names that an earlier, interrupted run had written already."""
    conflicts: tuple[Conflict, ...]
    conflicts_total: int


class Importer:
    """Writes into one database; makes its tables if it must. Raises StoreError."""

    def __init__(self, url: str) -> None:
        parsed = parsed_url(url)
        self.name = shown(parsed)
        self._secret = parsed.password
        self._engine = writer(parsed)

    def run(
        self,
        import_id: str,
        items: Iterable[Item],
        *,
        replace: bool,
        move: bool = False,
        progress: Callable[[int], None] = lambda _names: None,
    ) -> Imported:
        """Import the items. ``import_id`` is the same for the same source as it stands now.

        With ``replace`` the imported providers keep no name that the source does not give them; with ``move``
        names are taken from the providers that have them. ``progress`` is told how many names are read.
        """
        try:
            with self._engine.begin() as connection:
                _prepare(connection)
            resumed = self._stage(import_id, items, progress)
            with self._engine.begin() as connection:
                imported = _take_over(connection, import_id, resumed, replace=replace, move=move)
            if imported.added or imported.removed:
                with self._engine.begin() as connection:
                    _settle(connection)
        except IntegrityError as error:
            raise StoreError(self._sentence(error)) from None
        except SQLAlchemyError as error:
            raise StoreError(f"The database {self.name} failed: {reason_of(error, self._secret)}.") from None
        return imported

    def close(self) -> None:
        """Let go of connections."""
        self._engine.dispose()

    def _sentence(self, error: IntegrityError) -> str:
        reason = reason_of(error, self._secret)
        return f"The database {self.name} refused a row ({reason}); is the same import running twice?"

    def _stage(self, import_id: str, items: Iterable[Item], progress: Callable[[int], None]) -> int:
        """Write down what is not written yet; return how many names were."""
        with self._engine.begin() as connection:
            _forget_others(connection, import_id)
            written = connection.scalar(
                select(func.max(STAGED_NAMES.c.position)).where(STAGED_NAMES.c.import_id == import_id)
            )
        done = int(written or 0)
        position = 0
        for piece in _pieces(items):
            names = [item for item in piece if isinstance(item, NewName)]
            first, position = position, position + len(names)
            fresh = names[max(done - first, 0) :]
            providers = [item for item in piece if isinstance(item, NewProvider)]
            with self._engine.begin() as connection:
                _write_providers(connection, import_id, providers)
                _write_names(connection, import_id, position - len(fresh), fresh)
            progress(position)
        return min(done, position)


def _prepare(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        # Readers go on reading while the last step writes.
        connection.exec_driver_sql("PRAGMA journal_mode = wal")
    schema.create(connection)


def _pieces(items: Iterable[Item]) -> Iterator[list[Item]]:
    iterator = iter(items)
    while piece := list(itertools.islice(iterator, PIECE)):
        yield piece


def _forget_others(connection: Connection, import_id: str) -> None:
    """Other imports that never came to their end: their sources have changed meanwhile."""
    for table in (STAGED_NAMES, STAGED_PROVIDERS):
        connection.execute(delete(table).where(table.c.import_id != import_id))


def _write_providers(connection: Connection, import_id: str, providers: list[NewProvider]) -> None:
    rows = {provider.id: provider._asdict() | {"import_id": import_id} for provider in reversed(providers)}
    for some in _batches(list(rows), 500):
        known = (STAGED_PROVIDERS.c.import_id == import_id) & STAGED_PROVIDERS.c.id.in_(some)
        for provider_id in connection.scalars(select(STAGED_PROVIDERS.c.id).where(known)):
            del rows[provider_id]
    if rows:
        connection.execute(insert(STAGED_PROVIDERS), list(rows.values()))


def _write_names(connection: Connection, import_id: str, before: int, names: list[NewName]) -> None:
    if not names:
        return
    rows = (
        (import_id, position, name.kind, name.name, name.provider)
        for position, name in enumerate(names, start=before + 1)
    )
    columns = [column.name for column in STAGED_NAMES.c]
    if connection.dialect.name == "postgresql":
        driver: Any = connection.connection.driver_connection
        with (
            driver.cursor() as cursor,
            cursor.copy(f"COPY {STAGED_NAMES.name} ({', '.join(columns)}) FROM STDIN") as copy,
        ):
            for row in rows:
                copy.write_row(row)
        return
    connection.execute(insert(STAGED_NAMES), [dict(zip(columns, row, strict=True)) for row in rows])


def _take_over(
    connection: Connection, import_id: str, resumed: int, *, replace: bool, move: bool
) -> Imported:
    """Move everything over, within one transaction."""

    def run(sql: str, table: str = "", kind: str = "") -> int:
        statement = text(sql.format(table=table)).execution_options(preserve_rowcount=True)
        return connection.execute(statement, {"import_id": import_id, "kind": kind}).rowcount

    _check_providers(connection, import_id)
    if connection.dialect.name == "postgresql":
        _prepare_postgresql(connection, move=move)
    changed = run(_CHANGE_PROVIDERS) + run(_ADD_PROVIDERS)
    added = moved = removed = total = 0
    conflicts: list[Conflict] = []
    for kind, table in (("domain", DOMAINS.name), ("mx", MX_DOMAINS.name)):
        removed += run(_REMOVE, table, kind) if replace else 0
        moved += run(_MOVE, table, kind) if move else 0
        added += run(_ADD, table, kind)
        found, count = _conflicts(connection, import_id, table, kind)
        conflicts += found
        total += count
    read = run(_FORGET_NAMES)
    providers = run(_FORGET_PROVIDERS)
    if move and connection.dialect.name == "postgresql":
        connection.execute(text("DROP INDEX autoconfig_for_move"))
    if changed or added or moved or removed:
        schema.changed(connection)
    return Imported(
        providers=providers,
        written=changed,
        names=read,
        added=added,
        moved=moved,
        removed=removed,
        resumed=resumed,
        conflicts=tuple(conflicts),
        conflicts_total=total,
    )


def _prepare_postgresql(connection: Connection, *, move: bool) -> None:
    # A table that was small when it was counted is joined row by row with the very rows that are being
    # added to it: hours instead of seconds.
    connection.execute(text("SET LOCAL enable_nestloop = off"))
    if move:
        # Others do not see it before this transaction ends, and it is dropped by then.
        connection.execute(
            text(f"CREATE INDEX autoconfig_for_move ON {STAGED_NAMES.name} (name, import_id, kind)")
        )


def _settle(connection: Connection) -> None:
    """Let the database count what is new: it plans a look-up in a million names otherwise than in none."""
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"ANALYZE {DOMAINS.name}"))


def _check_providers(connection: Connection, import_id: str) -> None:
    """Names can be added to a provider that is there, or that comes along. Raises StoreError."""
    missing = connection.execute(text(_MISSING_PROVIDERS), {"import_id": import_id}).first()
    if missing is not None:
        raise StoreError(
            f"There is no provider {missing[0]!r} in the database; import its provider file first."
        )


def _conflicts(connection: Connection, import_id: str, table: str, kind: str) -> tuple[list[Conflict], int]:
    """The first conflicts, and how many there are."""
    values = {"import_id": import_id, "kind": kind}
    first = f"SELECT s.name, s.provider, d.provider {_CONFLICTS} ORDER BY s.position LIMIT {CONFLICTS_TOLD}"
    rows = connection.execute(text(first.format(table=table)), values)
    found = [Conflict(kind, *row) for row in rows]
    if len(found) < CONFLICTS_TOLD:
        return found, len(found)
    return found, int(
        connection.scalar(text(f"SELECT count(*) {_CONFLICTS}".format(table=table)), values) or 0
    )


def _batches(rows: list[str], size: int) -> Iterator[list[str]]:
    return (rows[start : start + size] for start in range(0, len(rows), size))


_MISSING_PROVIDERS = """
SELECT s.id FROM autoconfig_staged_providers s
WHERE s.import_id = :import_id AND s.document IS NULL
AND NOT EXISTS (SELECT 1 FROM autoconfig_providers p WHERE p.id = s.id) ORDER BY s.id
"""
_CHANGE_PROVIDERS = """
UPDATE autoconfig_providers SET document = (
  SELECT s.document FROM autoconfig_staged_providers s
  WHERE s.import_id = :import_id AND s.id = autoconfig_providers.id)
WHERE EXISTS (
  SELECT 1 FROM autoconfig_staged_providers s
  WHERE s.import_id = :import_id AND s.id = autoconfig_providers.id
  AND s.document IS NOT NULL AND s.document <> autoconfig_providers.document)
"""
_ADD_PROVIDERS = """
INSERT INTO autoconfig_providers (id, document)
SELECT s.id, s.document FROM autoconfig_staged_providers s
WHERE s.import_id = :import_id AND s.document IS NOT NULL
AND NOT EXISTS (SELECT 1 FROM autoconfig_providers p WHERE p.id = s.id)
"""
_REMOVE = """
DELETE FROM {table}
WHERE EXISTS (
  SELECT 1 FROM autoconfig_staged_providers p WHERE p.import_id = :import_id AND p.id = {table}.provider)
AND NOT EXISTS (
  SELECT 1 FROM autoconfig_staged_names s WHERE s.import_id = :import_id AND s.kind = :kind
  AND s.name = {table}.domain AND s.provider = {table}.provider)
"""
_MOVE = """
UPDATE {table} SET provider = (
  SELECT s.provider FROM autoconfig_staged_names s
  WHERE s.import_id = :import_id AND s.kind = :kind AND s.name = {table}.domain
  AND s.position = (
    SELECT min(t.position) FROM autoconfig_staged_names t
    WHERE t.import_id = :import_id AND t.kind = :kind AND t.name = {table}.domain))
WHERE EXISTS (
  SELECT 1 FROM autoconfig_staged_names s
  WHERE s.import_id = :import_id AND s.kind = :kind AND s.name = {table}.domain
  AND s.provider <> {table}.provider
  AND s.position = (
    SELECT min(t.position) FROM autoconfig_staged_names t
    WHERE t.import_id = :import_id AND t.kind = :kind AND t.name = {table}.domain))
"""
_ADD = """
INSERT INTO {table} (domain, provider)
SELECT f.name, f.provider FROM (
  SELECT s.name, s.provider, row_number() OVER (PARTITION BY s.name ORDER BY s.position) AS place
  FROM autoconfig_staged_names s WHERE s.import_id = :import_id AND s.kind = :kind) f
WHERE f.place = 1 AND NOT EXISTS (SELECT 1 FROM {table} d WHERE d.domain = f.name)
ORDER BY f.name
"""
_CONFLICTS = """
FROM autoconfig_staged_names s JOIN {table} d ON d.domain = s.name
WHERE s.import_id = :import_id AND s.kind = :kind AND s.provider <> d.provider
"""
_FORGET_NAMES = "DELETE FROM autoconfig_staged_names WHERE import_id = :import_id"
_FORGET_PROVIDERS = "DELETE FROM autoconfig_staged_providers WHERE import_id = :import_id"
