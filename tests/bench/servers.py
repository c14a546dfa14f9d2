"""The servers of the benchmark: ours, a bare function with the same bytes, nginx, and what others start.

``python -m tests.bench.servers ours|uncounted|logged|bare PORT [granian]`` runs them alike in every setting.
"""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autoconfig.publish import Publisher
from autoconfig.settings import Settings
from autoconfig.stores import open_stores
from autoconfig.web import create_app
from autoconfig.web.front import Front, whole_headers
from autoconfig.web.logs import AccessLog
from tests.bench.load import free_port, pinned, resident, wait_until_served

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    Make = Callable[[Path], "Running"]

ROOT = Path(__file__).parents[2]
DOMAIN = "example.com"
ADDRESS = f"ada@{DOMAIN}"
PROVIDER = """\
name = "Example Mail"
domains = ["example.com"]
[[incoming]]
type = "imap"
hostname = "imap.example.com"
[[incoming]]
type = "pop3"
hostname = "pop.example.com"
[[outgoing]]
type = "smtp"
hostname = "smtp.example.com"
"""
"""Its document is about a kilobyte."""
THREADS = 8
GET = f"/mail/config-v1.1.xml?emailaddress={ADDRESS}"
POST = "/autodiscover/autodiscover.xml"

AUTOMX2_PYTHON = "BENCH_AUTOMX2_PYTHON"
"""Names the Python of an environment with automx2 and gunicorn."""


class Running:
    """A server that answers."""

    def __init__(self, name: str, port: int, process: subprocess.Popen[bytes], seconds: float) -> None:
        self.name = name
        self.port = port
        self.first_answer = seconds
        """Seconds from its start."""
        self.process = process

    def url(self, path: str) -> str:
        """Where a path is asked."""
        return f"http://127.0.0.1:{self.port}{path}"

    @property
    def memory(self) -> float:
        """MiB of its worker."""
        return resident(self.process.pid)

    def stop(self) -> None:
        """End it."""
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def start(name: str, command: list[str], port: int, path: str, **environment: str) -> Running:
    """Start a server on the measured core and wait for its first answer."""
    process = subprocess.Popen(
        [*pinned(0), *command], cwd=ROOT, env={**os.environ, **environment}, stdout=subprocess.DEVNULL
    )
    try:
        seconds = wait_until_served(f"http://127.0.0.1:{port}{path}", process)
    except BaseException:
        process.kill()
        process.wait()
        raise
    return Running(name, port, process, seconds)


def _gunicorn(kind: str, folder: Path) -> Running:
    port = free_port()
    command = [sys.executable, "-m", "tests.bench.servers", kind, str(port)]
    return start(f"{kind} under gunicorn", command, port, GET, AUTOCONFIG_PROVIDERS=str(_provider(folder)))


def _granian(kind: str, folder: Path) -> Running:
    port = free_port()
    command = [sys.executable, "-m", "tests.bench.servers", kind, str(port), "granian"]
    return start(f"{kind} under granian", command, port, GET, AUTOCONFIG_PROVIDERS=str(_provider(folder)))


def _nginx(name: str, settings: str, folder: Path) -> Running:
    port = free_port()
    (folder / "html").mkdir()
    document = Publisher(open_stores([str(_provider(folder))])).mozilla(DOMAIN)
    assert document is not None
    (folder / "html" / "config.xml").write_bytes(document.body)
    configuration = folder / "nginx.conf"
    configuration.write_text(
        f"daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/nginx.log;\n"
        "events { worker_connections 1024; }\n"
        f"http {{ access_log off; types {{ text/xml xml; }} sendfile on; tcp_nopush on; {settings}\n"
        f"keepalive_requests 1000000000; server {{ listen 127.0.0.1:{port}; root {folder}/html; }} }}\n"
    )
    for each in (folder.parent, folder):
        each.chmod(0o755)  # its worker is somebody else
    command = ["nginx", "-c", str(configuration), "-e", f"{folder}/nginx.log"]
    return start(name, command, port, "/config.xml", PATH=f"{os.environ['PATH']}:/usr/sbin")


def _automx2(folder: Path) -> Running:
    """automx2 as its makers start it, with the example data it brings."""
    port = free_port()
    configuration = folder / "automx2.conf"
    configuration.write_text(f"[automx2]\nloglevel = WARNING\ndb_uri = sqlite:///{folder}/automx2.sqlite\n")
    command = [os.environ[AUTOMX2_PYTHON], "-m", "gunicorn", "--worker-class", "gthread", "--workers", "1"]
    command += ["--threads", str(THREADS), "--keep-alive", "15", "--bind", f"127.0.0.1:{port}"]
    command += ["--log-level", "critical", "automx2.server:app"]
    server = start("automx2 under gunicorn", command, port, "/", AUTOMX2_CONF=str(configuration))
    with urllib.request.urlopen(server.url("/initdb/"), timeout=10):
        pass
    return server


def _provider(folder: Path) -> Path:
    providers = folder / "providers"
    providers.mkdir(exist_ok=True)
    (providers / "example.com.toml").write_text(PROVIDER)
    return providers


def peer(name: str, command: str) -> Make:
    """Another server, started by a command in which ``{port}`` stands for the port."""

    def make(_folder: Path) -> Running:
        port = free_port()
        return start(name, shlex.split(command.replace("{port}", str(port))), port, GET)

    return make


KINDS: Mapping[str, Make] = {
    "bare-gunicorn": lambda folder: _gunicorn("bare", folder),
    "ours-gunicorn": lambda folder: _gunicorn("ours", folder),
    "uncounted-gunicorn": lambda folder: _gunicorn("uncounted", folder),
    "logged-gunicorn": lambda folder: _gunicorn("logged", folder),
    "automx2": _automx2,
    "bare-granian": lambda folder: _granian("bare", folder),
    "uncounted-granian": lambda folder: _granian("uncounted", folder),
    "ours-granian": lambda folder: _granian("ours", folder),
    "logged-granian": lambda folder: _granian("logged", folder),
    "nginx": lambda folder: _nginx("nginx, one file", "", folder),
    "nginx-open": lambda folder: _nginx("nginx, the file open", "open_file_cache max=1000;", folder),
}
"""Those that are compared stand beside each other."""


@contextmanager
def running(make: Make, folder: Path) -> Iterator[Running]:
    """One of the servers for as long as the context lasts; it may write into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    server = make(folder)
    try:
        yield server
    finally:
        server.stop()


def ours() -> WSGIApplication:
    """The service as its settings say."""
    return create_app(Settings.from_environment())


def uncounted() -> WSGIApplication:
    """The service that counts nothing: what metrics cost is the difference."""
    app = create_app(Settings.from_environment())
    front = app.wsgi_app
    assert isinstance(front, Front)
    front._count = lambda _path, _agent, _status, _seconds: None
    return app


def logged() -> WSGIApplication:
    """The service with its access log, to /dev/null here: what a line costs is the difference."""
    settings = Settings.from_environment()
    return AccessLog(create_app(settings), settings)


def bare() -> WSGIApplication:
    """The least a WSGI application can do: the same status, headers and bytes, nothing looked up."""
    document = Publisher(open_stores(Settings.from_environment().providers)).mozilla(DOMAIN)
    assert document is not None
    body = document.body
    headers = whole_headers(document)

    def application(_environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        start_response("200 OK", headers)
        return [body]

    return application


APPLICATIONS = {"ours": ours, "uncounted": uncounted, "logged": logged, "bare": bare}


def _serve_granian(kind: str, port: int) -> None:
    """Serve under granian until stopped."""
    from granian.server import Server

    from autoconfig.web.serving.granian import options_for
    from autoconfig.web.serving.granian.shortcut import shorten
    from autoconfig.web.serving.scheduling import interrupt_nobody

    def load() -> WSGIApplication:
        interrupt_nobody()
        application = APPLICATIONS[kind]()
        shorten(application)
        return application

    options = options_for(Settings.from_environment(), "127.0.0.1", port, 1, THREADS)
    Server("", **options).serve(target_loader=load, wrap_loader=False)


def _serve_gunicorn(kind: str, port: int) -> None:
    """Serve under gunicorn until stopped."""
    from gunicorn.app.base import BaseApplication

    from autoconfig.web.serving.gunicorn import options_for

    class Server(BaseApplication):  # type: ignore[misc]
        def load_config(self) -> None:
            options = options_for(f"127.0.0.1:{port}", 1, THREADS, "warning")
            for name, value in options.items():
                self.cfg.set(name, value)

        def load(self) -> Any:
            return APPLICATIONS[kind]()

    Server().run()


if __name__ == "__main__":
    serve = _serve_granian if sys.argv[3:] == ["granian"] else _serve_gunicorn
    serve(sys.argv[1], int(sys.argv[2]))
