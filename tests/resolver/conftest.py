"""A resolver on the simulated internet."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.internet.fixtures import internet
from tests.resolver.asking import Resolve, World

if TYPE_CHECKING:
    from tests.internet import Internet

__all__ = ["internet"]


@pytest.fixture
def resolve(internet: Internet, monkeypatch: pytest.MonkeyPatch) -> Resolve:
    """Resolves addresses against the simulated internet; what is outside of it was never tried."""
    monkeypatch.setenv("SSL_CERT_FILE", internet.ca_file)
    return Resolve(internet)


@pytest.fixture
def world(internet: Internet) -> World:
    """A fresh mail domain and one call for each way it may publish its settings."""
    return World(internet)
