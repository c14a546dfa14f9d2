"""The fixture under test."""

from tests.internet.fixtures import internet

__all__ = ["internet"]
