"""Connections, and loggers that are as before."""

from __future__ import annotations

import logging
import socket
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


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    """The client, and the server's end of its connection."""
    client, server = socket.socketpair()
    yield client, server
    client.close()
    server.close()
