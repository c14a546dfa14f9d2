"""Connections to a database are kept, those of a busy moment too."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import event
from sqlalchemy.exc import TimeoutError as PoolTimeout

from autoconfig.stores.connections import POOL, Limits, parsed_url, reader

if TYPE_CHECKING:
    from pathlib import Path


def test_as_many_threads_as_there_are_make_no_connection_twice(tmp_path: Path) -> None:
    (tmp_path / "some.db").touch()
    engine = reader(parsed_url(f"sqlite:///{tmp_path}/some.db"), Limits(connect_seconds=1))
    made: list[object] = []
    event.listen(engine, "connect", lambda connection, _record: made.append(connection))
    for _ in range(3):
        busy = [engine.raw_connection() for _ in range(POOL * 2)]
        for connection in busy:
            connection.close()
    assert len(made) == POOL * 2

    busy = [engine.raw_connection() for _ in range(POOL * 2)]
    with pytest.raises(PoolTimeout):
        engine.raw_connection()
    for connection in busy:
        connection.close()
    engine.dispose()
