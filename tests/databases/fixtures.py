"""The servers as fixtures: one of each for all tests of a process, a database of its own for each test."""

from __future__ import annotations

import contextlib
import itertools
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import pytest

from tests.databases.mariadb import MariaDB
from tests.databases.postgresql import PostgreSQL
from tests.databases.server import NotInstalled, Server
from tests.internet.fixtures import need

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

AServer = TypeVar("AServer", bound=Server)

_numbers = itertools.count(1)


@contextlib.contextmanager
def made(make: Callable[[Path], AServer]) -> Iterator[AServer]:
    """A server that is not running yet; skipped where it is not installed, which fails under ``CI=true``.

    Not in pytest's folders: those are for root alone, again with every pytest that starts on this machine.
    """
    with tempfile.TemporaryDirectory(prefix="autoconfig-") as folder:
        try:
            server = make(Path(folder) / "data")
        except NotInstalled as error:
            need(str(error))
            raise
        try:
            yield server
        finally:
            server.stop()


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    """A PostgreSQL for all tests."""
    with made(PostgreSQL) as server:
        server.start()
        yield server


@pytest.fixture(scope="session")
def mariadb() -> Iterator[MariaDB]:
    """A MariaDB for all tests."""
    with made(MariaDB) as server:
        server.start()
        yield server


def new_url(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database of a kind."""
    if kind == "sqlite":
        return f"sqlite:///{tmp_path}/providers.db"
    server: PostgreSQL | MariaDB = request.getfixturevalue(kind)
    return server.new_database(f"test{next(_numbers)}")


ENGINES = [
    "sqlite",
    pytest.param("postgresql", marks=pytest.mark.real),
    pytest.param("mariadb", marks=pytest.mark.real),
]


@pytest.fixture(params=ENGINES)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of each kind in turn."""
    return new_url(request.param, request, tmp_path)
