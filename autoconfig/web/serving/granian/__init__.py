"""granian, set up for this service: the same application at several times gunicorn's rate.

Its workers are processes with threads of their own, the network is done outside Python. Threads that wait
for strangers cost it little, so that there is one room for all.
"""

from __future__ import annotations

import multiprocessing
import socket
from functools import partial
from typing import TYPE_CHECKING, Any

from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server import Server

from autoconfig.signing import open_signer
from autoconfig.web.app import create_app
from autoconfig.web.logs import AccessLog, logging_for
from autoconfig.web.metrics import Meter
from autoconfig.web.serving.granian.insisting import heed_once, insist
from autoconfig.web.serving.granian.quiet import watch
from autoconfig.web.serving.granian.shortcut import shorten
from autoconfig.web.serving.scheduling import interrupt_nobody
from autoconfig.web.strangers import MOST_WAITING
from autoconfig.web.strangers.cache import MemoryCache, open_cache

if TYPE_CHECKING:
    import logging
    from wsgiref.types import WSGIApplication

    from autoconfig.settings import Settings
    from autoconfig.signing import Signer

HEAD_SECONDS = 10
"""For how long a client may take to send the head of a request, and be idle between two."""
CONNECTIONS = 1000
"""How many clients a worker is connected to at once, as under gunicorn; granian lets the next one wait at the
door, so that fewer would let a few idle ones keep everybody out."""
STOP_SECONDS = 30
"""For how long a worker may finish what it has begun."""
_RESPAWN_SECONDS = 1.0
"""Between the start of a new worker and the end of the old one, when the workers are renewed (SIGHUP)."""


def run(settings: Settings, *, host: str, port: int, workers: int, threads: int, access_log: bool) -> None:
    """Serve until told to stop. Raises OSError where the port is taken."""
    port = _free(host, port)
    forked = multiprocessing.get_start_method() == "fork"
    memory = None
    if settings.asks_network:
        # Before the fork: what one worker finds out all know, and a rate limit holds for all together.
        memory = MemoryCache()
        open_cache(settings.cache_url, memory).close()  # a wrong URL stops the start, not each worker
    signer = open_signer(settings)
    # Where workers are no forks they make all three themselves: none can be handed over.
    inherited = (memory, signer, Meter()) if forked else (None, None, None)
    insist()
    server = Server("autoconfig.web:create_app", **options_for(settings, host, port, workers, threads))
    server.serve(
        target_loader=partial(
            application, settings, *inherited, port=port, threads=threads, access_log=access_log
        ),
        wrap_loader=False,
    )


def application(
    settings: Settings,
    memory: MemoryCache | None,
    signer: Signer | None,
    meter: Meter | None,
    *,
    port: int,
    threads: int,
    access_log: bool,
) -> WSGIApplication:
    """The application of one worker."""
    interrupt_nobody()  # first: threads are started like the one that starts them
    watch(port)
    heed_once()
    app: WSGIApplication = create_app(settings, memory=memory, signer=signer, meter=meter, threads=threads)
    app = AccessLog(app, settings) if access_log else app
    shorten(app)
    return app


def options_for(settings: Settings, host: str, port: int, workers: int, threads: int) -> dict[str, Any]:
    """granian's settings, by its names."""
    waiting = MOST_WAITING + threads if settings.resolve != "off" else threads
    return {
        "address": host,
        "port": port,
        "interface": Interfaces.WSGI,
        "workers": workers,
        "blocking_threads": waiting,
        "backpressure": CONNECTIONS,
        "http": HTTPModes.http1,
        "http1_settings": HTTP1Settings(header_read_timeout=HEAD_SECONDS * 1000, max_buffer_size=16 * 1024),
        "websockets": False,
        "log_level": LogLevels(settings.log_level),
        "log_dictconfig": _logging(settings),
        "respawn_failed_workers": True,
        "respawn_interval": _RESPAWN_SECONDS,
        "workers_kill_timeout": STOP_SECONDS,
    }


def _logging(settings: Settings) -> dict[str, Any]:
    configuration = logging_for(settings.log_level, settings.log_format, "_granian")
    configuration["filters"] = {"useful": {"()": lambda: _is_useful}}
    configuration["handlers"]["err"]["filters"] = ["useful"]
    return configuration


def _is_useful(record: logging.LogRecord) -> bool:
    # That so many threads are much holds for threads that work; most of ours wait for strangers.
    return not record.getMessage().startswith("Configuration allows spawning up to")


def _free(host: str, port: int) -> int:
    """The port, or a free one for 0. Raises OSError where it is taken: granian would only log that."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise OSError(error.errno, error.strerror, f"{host}:{port}") from None
        found: int = probe.getsockname()[1]
    return found
