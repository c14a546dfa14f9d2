"""Workers of these tests log as gunicorn does."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def _loggers() -> Iterator[None]:
    """gunicorn's loggers are as before when a test is over."""
    loggers = [logging.getLogger(name) for name in ("gunicorn.error", "gunicorn.access")]
    before = [(found.propagate, found.handlers[:], found.level, found.filters[:]) for found in loggers]
    yield
    for found, (propagate, handlers, level, filters) in zip(loggers, before, strict=True):
        found.propagate, found.handlers, found.filters = propagate, handlers, filters
        found.setLevel(level)
