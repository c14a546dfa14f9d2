"""The one way out of the package, in the simulated internet."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.internet.fixtures import internet
from tests.net.sessions import Talk
from tests.net.way import Way

if TYPE_CHECKING:
    from tests.internet import Internet

__all__ = ["internet"]


@pytest.fixture
def way(internet: Internet, monkeypatch: pytest.MonkeyPatch) -> Way:
    """Asks the simulated internet and trusts its authority."""
    monkeypatch.setenv("SSL_CERT_FILE", internet.ca_file)
    return Way(internet)


@pytest.fixture
def host(internet: Internet) -> str:
    """A host name that has no address yet."""
    return f"www.{internet.domain()}"


@pytest.fixture
def talk(internet: Internet, way: Way, host: str) -> Talk:
    """Conversations with a mail server on ``host``."""
    return Talk(internet, way, host)
