"""gunicorn, set up for this service: threads, graceful reload, recycled workers, logs without addresses."""

from __future__ import annotations

import logging.config
import re
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.errors import HaltServer
from gunicorn.glogging import Logger

from autoconfig.signing import open_signer
from autoconfig.web.app import create_app
from autoconfig.web.logs import AccessLog, logging_for, without_addresses
from autoconfig.web.logs.setup import JsonFormatter
from autoconfig.web.metrics import Meter
from autoconfig.web.serving.gunicorn.unreadable import answer_in_plain_text
from autoconfig.web.serving.gunicorn.worker import is_stopping, lose_no_stop, stopping
from autoconfig.web.strangers.cache import MemoryCache, open_cache

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

    from autoconfig.settings import Settings

_PEER = re.compile(r" from ip=[0-9a-fA-F.:]*[0-9a-fA-F]")

_LOOK_EVERY = 1.0
"""Seconds between two looks at the workers."""

_WORKERS = {
    "off": "autoconfig.web.serving.gunicorn.worker.PatientWorker",
    "api": "autoconfig.web.serving.gunicorn.waiting.WaitingWorker",
    "directory": "autoconfig.web.serving.gunicorn.waiting.DirectoryWorker",
}


class PrivateLogger(Logger):
    """gunicorn's logger, whose lines hold no addresses, neither of mail nor of clients."""

    def setup(self, cfg: Any) -> None:
        """Set up the error log, which repeats requests that cannot be read.

        The access log is the application's, and gunicorn's own (``accesslog``) is not switched on.
        """
        super().setup(cfg)
        for log in (self.error_log, self.access_log):
            log.addFilter(_take_addresses_out)


class JsonLogger(PrivateLogger):
    """The same, each line a JSON object."""

    def setup(self, cfg: Any) -> None:
        """Set up the error log."""
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(JsonFormatter())


def _take_addresses_out(record: logging.LogRecord) -> bool:
    record.msg, record.args = _PEER.sub("", without_addresses(record.getMessage())), ()
    return True


class _Master(Arbiter):
    """gunicorn's master, which lets its workers know that the service stops, some time before it does."""

    def __init__(self, app: BaseApplication, drain: int) -> None:
        self._drain_seconds = drain
        super().__init__(app)

    def stop(self, graceful: bool = True) -> None:
        """Stop the workers, and with them the service."""
        if not (self.reexec_pid or self.master_pid or self.systemd or self.cfg.reuse_port):
            stopping()
            if graceful and self.WORKERS:
                self._drain()
        super().stop(graceful)

    def _drain(self) -> None:
        """Serve until proxies have seen in ``/readyz`` that they shall ask another replica."""
        until = time.monotonic() + self._drain_seconds
        while (left := until - time.monotonic()) > 0:
            if {signal.SIGINT, signal.SIGQUIT} & set(self.wait_for_signals(min(left, _LOOK_EVERY))):
                return
            try:
                # As ever: a worker that dies meanwhile, or hangs, has a successor.
                self.reap_workers()
                self.murder_workers()
                self.manage_workers()
            except HaltServer:  # none comes to life any more
                return


class _Service(BaseApplication):
    """The service as gunicorn loads it: each worker makes its own application after the fork."""

    def __init__(
        self, settings: Settings, options: dict[str, Any], *, access_log: bool, drain: int = 0
    ) -> None:
        self._settings = settings
        self._drain = drain
        self._threads: int = options["threads"]
        self._access_log = access_log
        self._memory: MemoryCache | None = None
        if settings.asks_network:
            # Before the fork: what one worker finds out all know, and a rate limit holds for all together.
            self._memory = MemoryCache()
            open_cache(settings.cache_url, self._memory).close()  # a wrong URL stops the start
        # Read once, at the start: a certificate that runs out later must not keep a new worker from starting.
        self._signer = open_signer(settings)
        # Before the fork too: the counts of all workers together are what Prometheus is told.
        self._meter = Meter()
        self._options = options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> WSGIApplication:
        app = create_app(
            self._settings,
            memory=self._memory,
            signer=self._signer,
            meter=self._meter,
            threads=self._threads,
            is_stopping=is_stopping,
        )
        return AccessLog(app, self._settings) if self._access_log else app

    def run(self) -> None:
        _Master(self, self._drain).run()


def run(
    settings: Settings,
    *,
    host: str,
    port: int,
    workers: int,
    threads: int,
    access_log: bool,
    drain: int = 0,
) -> None:
    """Serve until told to stop, and ``drain`` seconds longer, in which ``/readyz`` says so."""
    lose_no_stop()
    answer_in_plain_text()
    bind = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    options = options_for(
        bind, workers, threads, settings.log_level, settings.log_format, resolve=settings.resolve
    )
    logging.config.dictConfig(logging_for(settings.log_level, settings.log_format))
    _Service(settings, options, access_log=access_log, drain=drain).run()


def options_for(
    bind: str, workers: int, threads: int, log_level: str, log_format: str = "text", *, resolve: str = "off"
) -> dict[str, Any]:
    """gunicorn's settings, by its names."""
    shared_memory = Path("/dev/shm")  # noqa: S108 - heartbeats of workers only, and never a disk to wait for
    return {
        "bind": bind,
        "workers": workers,
        "worker_class": _WORKERS[resolve],
        "threads": threads,
        "timeout": 30,
        "graceful_timeout": 30,
        "keepalive": 15,
        # Whatever leaks in a year shall not matter; the spread keeps workers from going all at once.
        "max_requests": 500_000,
        "max_requests_jitter": 50_000,
        "worker_tmp_dir": str(shared_memory) if shared_memory.is_dir() else None,
        "control_socket_disable": True,
        # Who may speak for a client is a setting of ours (TrustedProxies), not "anybody on this machine".
        "forwarded_allow_ips": "",
        "errorlog": "-",
        "loglevel": log_level,
        "logger_class": JsonLogger if log_format == "json" else PrivateLogger,
        "proc_name": "mail-autoconfig",
    }
