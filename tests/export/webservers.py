"""Real web servers over an exported tree, each with the configuration that the export wrote."""

from __future__ import annotations

import contextlib
import http.client
import os
import socket
import subprocess
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests.mailhost.namespace import find

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

START_SECONDS = 20

PACKAGES = {"nginx": "nginx", "caddy": "caddy", "apache2": "apache2"}
"""The Debian package of each program."""

_MODULES = "/usr/lib/apache2/modules"

# What Debian's Apache loads beside what the configuration asks for; mod_mime and mod_deflate must do no harm.
_APACHE_MODULES = (
    *("mpm_event", "authz_core", "authz_host", "mime", "dir", "env", "filter", "deflate", "negotiation"),
    *("setenvif", "autoindex", "alias", "headers", "rewrite"),
)


class Reply(NamedTuple):
    """What a web server said."""

    status: int
    headers: Mapping[str, str]
    """By name in lower case."""
    body: bytes


@dataclass(frozen=True)
class WebServer:
    """A running web server."""

    port: int
    log: Path
    pid: int

    def ask(self, path: str, host: str = "localhost", method: str = "GET", **headers: str) -> Reply:
        """Send one request exactly so, on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        with contextlib.closing(connection):
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            connection.putheader("Host", host)
            for name, value in headers.items():
                connection.putheader(name.replace("_", "-"), value)
            connection.endheaders()
            response = connection.getresponse()
            return Reply(
                response.status,
                {name.lower(): value for name, value in response.getheaders()},
                response.read(),
            )


def need(program: str) -> None:
    """Skip the test where a program is absent; under ``CI=true`` it fails."""
    if find(program) is None:
        reason = f"{program} is not installed (apt install {PACKAGES[program]})"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)


_CARELESS = "gzip on; gzip_types *; gzip_min_length 1; charset koi8-r; expires 30d;"
"""What somebody may have in the http block and must not reach the documents."""


@contextlib.contextmanager
def nginx(tree: Path, directory: Path) -> Iterator[WebServer]:
    """nginx with the tree's nginx.conf in its http block."""
    need("nginx")
    port = free_port()
    _adapt(
        tree / "server/nginx.conf",
        directory / "site.conf",
        {
            "listen 80;": f"listen 127.0.0.1:{port};",
            "listen [::]:80;": "",
            "/var/log/nginx": str(directory),
        },
    )
    with nginx_with(f"{_CARELESS} include {directory}/site.conf;", directory, port) as server:
        yield server


@contextlib.contextmanager
def nginx_with(
    http_block: str, directory: Path, port: int, before: Sequence[str] = ()
) -> Iterator[WebServer]:
    """nginx with any configuration in its http block, and Debian's settings around it.

    ``before`` stands before the command.
    """
    program = find("nginx")
    (directory / "nginx.conf").write_text(
        f"""daemon off; worker_processes 1; pid {directory}/nginx.pid; error_log {directory}/error.log;
        {"user root;" if os.geteuid() == 0 else ""}
        events {{ worker_connections 768; }}
        http {{
            sendfile on; tcp_nopush on; types_hash_max_size 2048;
            include /etc/nginx/mime.types; default_type application/octet-stream;
            access_log off;
            {" ".join(f"{kind}_temp_path {directory};" for kind in ("client_body", "proxy", "fastcgi"))}
            {" ".join(f"{kind}_temp_path {directory};" for kind in ("uwsgi", "scgi"))}
            {http_block}
        }}"""
    )
    command = [*before, str(program), "-c", f"{directory}/nginx.conf", "-e", f"{directory}/error.log"]
    with _running(command, port, directory) as server:
        yield server


@contextlib.contextmanager
def caddy(tree: Path, directory: Path) -> Iterator[WebServer]:
    """Caddy with the tree's Caddyfile as it is, on another port than 80."""
    need("caddy")
    port = free_port()
    text = (tree / "server/Caddyfile").read_text()
    with caddy_with(f"http_port {port}\nauto_https off", text, directory, port) as server:
        yield server


@contextlib.contextmanager
def caddy_with(options: str, text: str, directory: Path, port: int) -> Iterator[WebServer]:
    """Caddy with any Caddyfile."""
    (directory / "Caddyfile").write_text(f"{{\nadmin off\nskip_install_trust\n{options}\n}}\n{text}")
    command = [str(find("caddy")), "run", "--adapter", "caddyfile", "--config", str(directory / "Caddyfile")]
    home = {name: str(directory) for name in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME")}
    with _running(command, port, directory, **home) as server:
        yield server


@contextlib.contextmanager
def apache(tree: Path, directory: Path) -> Iterator[WebServer]:
    """Apache with the tree's apache.conf, and what Debian has beside it."""
    need("apache2")
    port = free_port()
    _adapt(tree / "server/apache.conf", directory / "site.conf", {"*:80": f"*:{port}"})
    modules = "\n".join(f"LoadModule {name}_module {_MODULES}/mod_{name}.so" for name in _APACHE_MODULES)
    enabled = "\n".join(
        f"Include /etc/apache2/mods-available/{name}.conf"
        for name in ("mime", "deflate", "negotiation", "dir")
    )
    (directory / "apache.conf").write_text(
        f"""ServerRoot {directory}\nServerName localhost\nPidFile {directory}/apache.pid
        Listen 127.0.0.1:{port}\nErrorLog {directory}/error.log\nDocumentRoot {directory}
        {modules}\n{enabled}\nTypesConfig /etc/mime.types
        {"User www-data" if os.geteuid() == 0 else ""}\n{"Group www-data" if os.geteuid() == 0 else ""}
        <Directory />\nRequire all denied\nAllowOverride None\n</Directory>
        AddDefaultCharset koi8-r\nOptions MultiViews Indexes ExecCGI
        Include {directory}/site.conf\n"""
    )
    command = [str(find("apache2")), "-f", f"{directory}/apache.conf", "-DFOREGROUND"]
    with _running(command, port, directory, APACHE_LOG_DIR=str(directory)) as server:
        yield server


KINDS: dict[str, Callable[..., contextlib.AbstractContextManager[WebServer]]] = {
    "nginx": nginx,
    "caddy": caddy,
    "apache2": apache,
}


@contextlib.contextmanager
def _running(command: list[str], port: int, directory: Path, **environment: str) -> Iterator[WebServer]:
    log = directory / "output.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=os.environ | environment
        )
    try:
        _wait_for(port, process, log)
        yield WebServer(port, log, process.pid)
    finally:
        process.terminate()
        process.wait(20)


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.02)
    raise AssertionError(f"the web server does not listen:\n{log.read_text()}")


def _adapt(source: Path, target: Path, replaced: dict[str, str]) -> None:
    """Copy a configuration with other ports and places; each must be there."""
    text = source.read_text()
    for before, after in replaced.items():
        assert before in text
        text = text.replace(before, after)
    target.write_text(text)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


def readable_by_all(directory: Path) -> Path:
    """Let the user of a web server reach a directory of pytest's, whose own are closed."""
    for folder in (directory, *directory.parents):
        if folder.owner() == directory.owner() and "pytest" in str(folder):
            folder.chmod(0o755)
    return directory
