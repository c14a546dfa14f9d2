"""The questions of a look-up, asked of PostgreSQL in libpq's own words.

psycopg's cursor is Python, and what it does for a statement takes longer than the answer. Its way to libpq is
C and documented (``psycopg.pq``). Where an answer has more than texts in it the cursor is asked.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from psycopg import errors
from psycopg.pq import ExecStatus

if TYPE_CHECKING:
    from collections.abc import Mapping, MutableMapping

    from autoconfig.stores.database import Question

_PLACE = re.compile(r"%(?:\((\w+)\)s|%)")
_TEXTS = frozenset({18, 19, 25, 1042, 1043})
"""The types char, name, text, bpchar and varchar (oid in pg_type)."""
_GOOD = (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK)
_FOR_THE_CURSOR = b""

Texts = list[tuple[Any, ...]]
"""Rows of texts, None for NULL."""


def texts(
    connection: Any, kept: MutableMapping[Any, Any], question: Question, values: Mapping[str, str], most: int
) -> Texts | None:
    """At most so many rows of an answer of texts alone; None where the cursor is to be asked.

    ``connection`` is one of psycopg's; ``kept`` lives as long as it and has what is prepared on it.
    Raises psycopg's errors.
    """
    encoding = connection.info.encoding
    try:
        name = kept.get(question)
        if name is None:
            name = kept[question] = _prepared(connection, question)
        if name == _FOR_THE_CURSOR:
            return None
        bound = [values[each].encode(encoding) for each in question.parameters]
        result = _checked(connection.pgconn.exec_prepared(name, bound), encoding)
    except (errors.InvalidSqlStatementName, errors.DuplicatePreparedStatement):
        # A pooler between us and the database: what was prepared is at another connection of it.
        kept[question] = _FOR_THE_CURSOR
        return None
    columns = range(result.nfields)
    return [
        tuple(_text(result.get_value(row, column), encoding) for column in columns)
        for row in range(min(result.ntuples, most))
    ]


def _prepared(connection: Any, question: Question) -> bytes:
    """Prepare a statement for a question, and return its name."""
    places = {name: f"${number}" for number, name in enumerate(question.parameters, 1)}
    sql = _PLACE.sub(lambda place: places[place[1]] if place[1] else "%", question.text)
    encoding = connection.info.encoding
    name = f"autoconfig_{abs(hash(question)):x}".encode()
    _checked(connection.pgconn.prepare(name, sql.encode(encoding)), encoding)
    described = _checked(connection.pgconn.describe_prepared(name), encoding)
    types = {described.ftype(column) for column in range(described.nfields)}
    return name if types <= _TEXTS else _FOR_THE_CURSOR


def _checked(result: Any, encoding: str) -> Any:
    if result.status in _GOOD:
        return result
    raise errors.error_from_result(result, encoding)


def _text(value: bytes | None, encoding: str) -> str | None:
    return None if value is None else value.decode(encoding)
