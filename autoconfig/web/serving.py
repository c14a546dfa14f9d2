"""gunicorn, set up for this service: threads, graceful reload, recycled workers, logs without addresses."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger

from autoconfig.web.app import create_app

if TYPE_CHECKING:
    import datetime

    from flask import Flask

    from autoconfig.settings import Settings

# No peer, no query string, no referrer: none of them is ours to keep.
ACCESS_LOG_FORMAT = '%(t)s "%(m)s %(U)s" %(s)s %(B)s %(M)sms "%(a)s"'

_ADDRESS = re.compile(r"[^/\s]*(?:@|%40)[^/\s]*", re.IGNORECASE)


def without_addresses(text: str) -> str:
    """The text with everything around an @ taken out: Autodiscover JSON has addresses in its path."""
    return _ADDRESS.sub("<address>", text)


class PrivateLogger(Logger):
    """gunicorn's logger, whose access lines hold no mail addresses."""

    def atoms(
        self, resp: Any, req: Any, environ: dict[str, Any], request_time: datetime.timedelta
    ) -> dict[str, Any]:
        """The values an access log line may hold, addresses taken out of path, request line and agent."""
        atoms: dict[str, Any] = super().atoms(resp, req, environ, request_time)
        for name in ("U", "r", "q", "f", "a"):
            value = atoms.get(name)
            if isinstance(value, str):
                atoms[name] = without_addresses(value)
        return atoms


class _Service(BaseApplication):
    """The service as gunicorn loads it: each worker makes its own application after the fork."""

    def __init__(self, settings: Settings, options: dict[str, Any]) -> None:
        self._settings = settings
        self._options = options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return create_app(self._settings)


def run(settings: Settings, *, host: str, port: int, workers: int, threads: int, access_log: bool) -> None:
    """Serve until told to stop."""
    bind = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    _Service(settings, options_for(bind, workers, threads, settings.log_level, access_log=access_log)).run()


def options_for(bind: str, workers: int, threads: int, log_level: str, *, access_log: bool) -> dict[str, Any]:
    """gunicorn's settings, by its names."""
    shared_memory = Path("/dev/shm")  # noqa: S108 - heartbeats of workers only, and never a disk to wait for
    return {
        "bind": bind,
        "workers": workers,
        "worker_class": "gthread",
        "threads": threads,
        "timeout": 30,
        "graceful_timeout": 30,
        "keepalive": 15,
        # Whatever leaks in a year shall not matter; the spread keeps workers from going all at once.
        "max_requests": 500_000,
        "max_requests_jitter": 50_000,
        "worker_tmp_dir": str(shared_memory) if shared_memory.is_dir() else None,
        "control_socket_disable": True,
        "accesslog": "-" if access_log else None,
        "access_log_format": ACCESS_LOG_FORMAT,
        "errorlog": "-",
        "loglevel": log_level,
        "logger_class": PrivateLogger,
        "proc_name": "mail-autoconfig",
    }
