"""The simulated internet with Thunderbird's database in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.doctor.domain import ISPDB_HOSTS, NOTHING
from tests.internet.fixtures import internet

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.internet import Answer, Internet, Request

__all__ = ["internet"]


@pytest.fixture(scope="session")
def ispdb(internet: Internet) -> dict[str, Answer]:
    """The database, empty: documents by domain."""
    documents: dict[str, Answer] = {}

    def answer(request: Request) -> Answer:
        return documents.get(request.path.rpartition("/")[2], NOTHING)

    for host in ISPDB_HOSTS:
        internet.site(host, {"*": answer})
    return documents


@pytest.fixture
def world(
    internet: Internet, ispdb: dict[str, Answer], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Internet]:
    """The simulated internet, trusted; what a test starts is stopped after it."""
    monkeypatch.setenv("SSL_CERT_FILE", internet.ca_file)
    with internet.for_now():
        yield internet
