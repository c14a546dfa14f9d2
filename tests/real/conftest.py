"""One server process for all tests of a worker that only ask it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.real.serving import provider_text, running

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.real.serving import Server


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A service with one provider; tests may add files for domains of their own."""
    directory = tmp_path_factory.mktemp("server")
    folder = directory / "providers"
    folder.mkdir()
    folder.joinpath("example.com.toml").write_text(provider_text("example.com", "one"))
    with running(directory) as server:
        yield server
