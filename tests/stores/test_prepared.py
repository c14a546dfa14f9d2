"""Questions to PostgreSQL in libpq's own words answer as the driver's cursor does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from autoconfig.stores import prepared
from autoconfig.stores.connections import parsed_url
from autoconfig.stores.database import Database
from autoconfig.stores.pulse import SourceFailed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.databases.postgresql import PostgreSQL

pytestmark = pytest.mark.real

TABLE = """
CREATE TABLE words (name text PRIMARY KEY, short varchar(9), number int);
INSERT INTO words VALUES ('a', 'eins', 1), ('b', NULL, 2), ('bücher 100%', 'drei', 3);
"""


@pytest.fixture(scope="module")
def place(postgresql: PostgreSQL) -> str:
    url = postgresql.new_database("words")
    postgresql.sql(TABLE, "words")
    return url


@pytest.fixture
def database(place: str) -> Iterator[Database]:
    database = Database(parsed_url(place))
    yield database
    database.close()


@pytest.fixture
def by_texts(database: Database, monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What libpq said, None where the cursor was asked."""
    said: list[object] = []
    ask = prepared.texts

    def noted(*arguments: Any) -> object:
        said.append(ask(*arguments))
        return said[-1]

    monkeypatch.setattr(database, "_texts", noted)
    return said


ROWS = [
    ("SELECT name, short FROM words WHERE name = :name", "a", [("a", "eins")]),
    ("SELECT name, short FROM words WHERE name = :name", "b", [("b", None)]),
    ("SELECT name, short FROM words WHERE name = :name", "bücher 100%", [("bücher 100%", "drei")]),
    ("SELECT name FROM words WHERE name = :name OR short = :name", "drei", [("bücher 100%",)]),
    ("SELECT name FROM words WHERE name LIKE '%100%' AND name <> :name", "", [("bücher 100%",)]),
    ("SELECT name FROM words WHERE name = :name", "' OR 1=1 --", []),
]


@pytest.mark.parametrize(("sql", "name", "expected"), ROWS)
def test_texts_come_as_they_are(
    database: Database, by_texts: list[object], sql: str, name: str, expected: list[object]
) -> None:
    question = database.question(sql)
    for _ in range(2):
        assert database.rows(question, {"name": name}) == expected
    assert by_texts == [expected, expected]


def test_no_more_rows_come_than_are_wanted(database: Database) -> None:
    assert len(database.rows(database.question("SELECT name FROM words"), {}, most=2)) == 2


def test_numbers_are_left_to_the_cursor(database: Database, by_texts: list[object]) -> None:
    question = database.question("SELECT name, number FROM words WHERE name = :name")
    assert database.rows(question, {"name": "a"}) == [("a", 1)]
    assert by_texts == [None]


def test_a_statement_that_is_gone_is_left_to_the_cursor(database: Database, by_texts: list[object]) -> None:
    question = database.question("SELECT name FROM words WHERE name = :name")
    assert database.rows(question, {"name": "a"}) == [("a",)]
    database.rows(database.question("DEALLOCATE ALL"), {})
    assert database.rows(question, {"name": "a"}) == [("a",)]
    assert by_texts[-1] is None


def test_a_mistake_is_said_as_the_cursor_says_it(database: Database) -> None:
    with pytest.raises(SourceFailed, match='relation "nowhere" does not exist'):
        database.rows(database.question("SELECT name FROM nowhere"), {})
