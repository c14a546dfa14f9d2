"""The fixture ``internet``: import it into the conftest.py of tests that need one."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.internet.world import Internet, unavailable

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def internet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Internet]:
    """A simulated internet for this process; skipped where it cannot be, which fails under ``CI=true``."""
    need(unavailable())
    simulated = Internet(tmp_path_factory.mktemp("internet"))
    simulated.fence()
    try:
        yield simulated
    finally:
        simulated.stop()


def need(reason: str) -> None:
    """Skip the test where there is a reason to, or fail it under ``CI=true``."""
    if reason and os.environ.get("CI") == "true":
        pytest.fail(reason)
    if reason:
        pytest.skip(reason)
