"""Copying providers and domains into a database of our own tables.

The source is first written into tables of its own, in pieces that are committed as they come, so that an
import that was interrupted goes on where it was. Then one transaction moves it all over: readers see what
was there before, or everything. Importing the same again changes nothing.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import delete, func, insert, select, text
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from autoconfig.errors import StoreError
from autoconfig.stores import schema
from autoconfig.stores.connections import parsed_url, reason_of, shown, writer
from autoconfig.stores.schema import DOMAINS, STAGED_NAMES, STAGED_PROVIDERS
from autoconfig.stores.takeover import Imported, take_over

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from sqlalchemy.engine import Connection

PIECE = 20_000
"""Names written in one transaction: what an interruption costs at most."""


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
                imported = take_over(connection, import_id, resumed, replace=replace, move=move)
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
    mark = "?" if connection.dialect.paramstyle == "qmark" else "%s"
    places = ", ".join([mark] * len(columns))
    statement = f"INSERT INTO {STAGED_NAMES.name} ({', '.join(columns)}) VALUES ({places})"  # noqa: S608
    connection.exec_driver_sql(statement, list(rows))


def _settle(connection: Connection) -> None:
    """Let the database count what is new: it plans a look-up in a million names otherwise than in none."""
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"ANALYZE {DOMAINS.name}"))


def _batches(rows: list[str], size: int) -> Iterator[list[str]]:
    return (rows[start : start + size] for start in range(0, len(rows), size))
