"""Probes on the simulated internet."""

from __future__ import annotations

from tests.internet.fixtures import internet

__all__ = ["internet"]
