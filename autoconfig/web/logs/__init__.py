"""Logs that hold no addresses, as text or as JSON, the same under every server."""

from autoconfig.web.logs.access import AccessLog
from autoconfig.web.logs.private import private_path, without_addresses
from autoconfig.web.logs.setup import logging_for

__all__ = ["AccessLog", "logging_for", "private_path", "without_addresses"]
