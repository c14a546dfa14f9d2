"""A simulated internet, for authorization servers and mail servers on it."""

from tests.internet.fixtures import internet

__all__ = ["internet"]
