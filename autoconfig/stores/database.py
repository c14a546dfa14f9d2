"""Asking a database, on connections that can only read.

SQLAlchemy makes the connections, keeps them and knows the dialects. Questions go to the driver's own cursor,
to PostgreSQL in libpq's words: what SQLAlchemy does for a statement costs more than the look-up itself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from autoconfig.stores.connections import Limits, errors_of, reader, reason_of, shown
from autoconfig.stores.guard import Guard
from autoconfig.stores.pulse import SourceFailed, after_fork

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlalchemy.engine import URL

Value = TypeVar("Value")
Row = tuple[Any, ...]

_UNTOLD = re.compile("[\0\ud800-\udfff]")
"""What no database takes in a text."""
_MYSQL_VALUE_ERRORS = (1267, 1270, 1271, 3988)
"""ER_CANT_AGGREGATE_2COLLATIONS, its kin, ER_IMPOSSIBLE_STRING_CONVERSION: letters a column cannot have."""


@dataclass(frozen=True, slots=True)
class Question:
    """A statement in the words of one driver; ``parameters`` are the names it binds."""

    text: str
    parameters: tuple[str, ...]
    by_place: bool

    def bound(self, values: Mapping[str, str]) -> Any:
        """The values as the driver takes them; they never become part of the text."""
        if self.by_place:
            return tuple(values[name] for name in self.parameters)
        return {name: values[name] for name in self.parameters}


class Database:
    """Asks a database, from many threads, on connections that can only read."""

    def __init__(self, url: URL, limits: Limits | None = None) -> None:
        self.name = shown(url)
        self._engine = reader(url, limits or Limits())
        self._secret = url.password
        self._errors = errors_of(self._engine)
        self._texts: Callable[..., list[Row] | None] | None = None
        if self._engine.dialect.driver == "psycopg":
            from autoconfig.stores.prepared import texts  # which needs it

            self._texts = texts
        seconds = (limits or Limits()).statement_seconds
        self._guard = Guard(seconds + 1) if url.get_backend_name() == "postgresql" else None
        after_fork(self._forked)

    def question(self, sql: str) -> Question:
        """Compile a statement with ``:name`` parameters. Raises StoreError."""
        from sqlalchemy import text

        compiled = text(sql).compile(dialect=self._engine.dialect)
        places = compiled.positiontup
        names = tuple(places if places is not None else compiled.params)
        return Question(str(compiled), names, places is not None)

    def rows(self, question: Question, values: Mapping[str, str], most: int = 1000) -> list[Row]:
        """At most so many rows of the answer. Raises SourceFailed."""

        def some(connection: Any) -> list[Row]:
            if self._texts is not None:
                found = self._texts(connection.driver_connection, connection.info, question, values, most)
                if found is not None:
                    return found
            return self._by_cursor(connection, question, values, lambda cursor: list(cursor.fetchmany(most)))

        return self._asked(values, some) or []

    def row(self, question: Question, values: Mapping[str, str]) -> dict[str, Any] | None:
        """The first row by the names of its columns, None where there is none. Raises SourceFailed."""

        def first(cursor: Any) -> dict[str, Any] | None:
            row = cursor.fetchone()
            return None if row is None else dict(zip(_names(cursor), row, strict=True))

        return self._asked(values, lambda connection: self._by_cursor(connection, question, values, first))

    def columns(self, question: Question, values: Mapping[str, str]) -> tuple[str, ...]:
        """The names of the columns of an answer, whether it has rows or not. Raises SourceFailed."""
        names = self._asked(values, lambda connection: self._by_cursor(connection, question, values, _names))
        return names or ()

    def has_table(self, name: str) -> bool:
        """Whether there is a table of that name. Raises SourceFailed."""
        from sqlalchemy import inspect
        from sqlalchemy.exc import SQLAlchemyError

        try:
            return inspect(self._engine).has_table(name)
        except SQLAlchemyError as error:
            raise self._failed(error, unreachable=True) from None

    def close(self) -> None:
        """Close the connections that are kept."""
        self._engine.dispose()

    def _forked(self) -> None:
        # The connections belong to the parent: closing them here would say goodbye in its name.
        self._engine.dispose(close=False)

    def _by_cursor(
        self, connection: Any, question: Question, values: Mapping[str, str], read: Callable[[Any], Value]
    ) -> Value:
        cursor = connection.cursor()
        cursor.execute(question.text, question.bound(values))
        answer = read(cursor)
        cursor.close()
        return answer

    def _asked(self, values: Mapping[str, str], ask: Callable[[Any], Value]) -> Value | None:
        """What is answered on a connection; None for values that can stand nowhere in this database."""
        for value in values.values():
            if _UNTOLD.search(value):
                return None
        try:
            return self._asked_once(ask)
        except _Disconnected:
            # A restart of the database breaks every connection that is kept; one on a new one decides.
            self._engine.dispose()
        try:
            return self._asked_once(ask)
        except _Disconnected as error:
            raise self._failed(error.cause, unreachable=True) from None

    def _asked_once(self, ask: Callable[[Any], Value]) -> Value | None:
        try:
            connection = self._engine.raw_connection()
        except self._errors as error:
            raise self._failed(error, unreachable=True) from None
        try:
            answer = self._guarded(connection, ask)
        except self._errors as error:
            dialect, raw = self._engine.dialect, connection.driver_connection
            lost = dialect.is_disconnect(error, raw, None)  # type: ignore[arg-type]
            if not lost and self._is_about_a_value(error):
                return None
            connection.invalidate()
            if lost:
                raise _Disconnected(error) from None
            raise self._failed(error, unreachable=False) from None
        finally:
            connection.close()
        return answer

    def _is_about_a_value(self, error: BaseException) -> bool:
        """Whether the database has no letters for what was asked, so that it cannot have the thing either."""
        data_error: type[BaseException] = self._engine.dialect.loaded_dbapi.DataError
        code = error.args[0] if error.args else None
        return isinstance(error, data_error) or code in _MYSQL_VALUE_ERRORS

    def _guarded(self, connection: Any, ask: Callable[[Any], Value]) -> Value:
        guard = self._guard
        if guard is None:
            return ask(connection)
        number = guard.begin(connection.driver_connection.fileno())
        try:
            return ask(connection)
        finally:
            guard.end(number)

    def _failed(self, error: BaseException, *, unreachable: bool) -> SourceFailed:
        return SourceFailed(reason_of(error, self._secret), unreachable=unreachable)


class _Disconnected(Exception):
    """The connection is gone; ``cause`` is what the driver says."""

    def __init__(self, cause: BaseException) -> None:
        super().__init__()
        self.cause = cause


def _names(cursor: Any) -> tuple[str, ...]:
    return tuple(column[0] for column in cursor.description or ())
