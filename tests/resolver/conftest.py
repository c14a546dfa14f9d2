"""A resolver on the simulated internet."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.internet.fixtures import internet
from tests.resolver.asking import Resolve, World

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.internet import Internet

__all__ = ["internet"]


@pytest.fixture
def for_now(internet: Internet) -> Iterator[Internet]:
    """The simulated internet; servers that a test starts are stopped after it."""
    with internet.for_now():
        yield internet


@pytest.fixture
def resolve(for_now: Internet, monkeypatch: pytest.MonkeyPatch) -> Resolve:
    """Resolves addresses against the simulated internet; what is outside of it was never tried."""
    monkeypatch.setenv("SSL_CERT_FILE", for_now.ca_file)
    return Resolve(for_now)


@pytest.fixture
def world(for_now: Internet) -> World:
    """A fresh mail domain and one call for each way it may publish its settings."""
    return World(for_now)
