"""Probes on the simulated internet."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.internet.fixtures import internet
from tests.probes.looking import Looking

if TYPE_CHECKING:
    from tests.internet import Internet

__all__ = ["internet"]


@pytest.fixture
def looking(internet: Internet, monkeypatch: pytest.MonkeyPatch) -> Looking:
    """Looks at servers of the simulated internet, whose authority is trusted."""
    monkeypatch.setenv("SSL_CERT_FILE", internet.ca_file)
    return Looking(internet, f"mail.{internet.domain()}")
