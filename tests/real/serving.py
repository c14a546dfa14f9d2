"""A real server process, and ways to ask it that no client library tidies."""

from __future__ import annotations

import contextlib
import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tests.processes import children_of

if TYPE_CHECKING:
    from collections.abc import Iterator

START_SECONDS = 30
STOP_SECONDS = 20

WORKERS = 2
THREADS = 4

_LISTENING = re.compile(r"Listening at: http://127\.0\.0\.1:(\d+)")


class Reply(NamedTuple):
    """What came back over a connection."""

    status: int
    media_type: str | None
    body: bytes


@dataclass
class Server:
    """A running service and where it writes."""

    process: subprocess.Popen[bytes]
    port: int
    folder: Path
    access_log: Path
    error_log: Path

    def connect(self) -> http.client.HTTPConnection:
        """A connection that is kept open between requests."""
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)

    def get(self, path: str, host: str = "localhost") -> Reply:
        """Ask once, on a connection of its own."""
        connection = self.connect()
        try:
            return ask(connection, path, host)
        finally:
            connection.close()

    def send(self, data: bytes, *, seconds: float = 10) -> bytes:
        """Send these very bytes and return all that comes back until the server closes."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=seconds) as connection:
            with contextlib.suppress(OSError):
                connection.sendall(data)
                connection.shutdown(socket.SHUT_WR)
            return read_all(connection)

    def workers(self) -> list[int]:
        """The pids of its workers."""
        return children_of(self.process.pid)

    def scheduling(self) -> set[int]:
        """The scheduling policies of all threads of its workers (os.SCHED_OTHER and its like)."""
        policies = set()
        for pid in self.workers():
            for thread in Path(f"/proc/{pid}/task").iterdir():
                with contextlib.suppress(ProcessLookupError):  # it has ended
                    policies.add(os.sched_getscheduler(int(thread.name)))
        return policies

    def access_lines(self, mark: str) -> list[str]:
        """The lines of the access log that hold a mark, once the log has one."""
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            lines = [line for line in self.access_log.read_text().splitlines() if mark in line]
            if lines:
                return lines
            time.sleep(0.05)
        raise AssertionError(f"no line with {mark!r} in the access log")

    def stop(self) -> int:
        """Ask the server to stop (SIGTERM, by its own pid) and return its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(STOP_SECONDS)


@contextlib.contextmanager
def running(
    directory: Path, *options: str, providers: bool = True, ready: int = 200, **settings: str
) -> Iterator[Server]:
    """Start the command on a free port with the folder ``directory/providers``, and stop it at the end.

    Without ``providers`` the stores are those of the settings. ``ready`` is what ``/readyz`` shall say first.
    """
    folder = directory / "providers"
    folder.mkdir(exist_ok=True)
    access_log, error_log = directory / "access.log", directory / "error.log"
    command = [sys.executable, "-m", "autoconfig", "serve", "--host", "127.0.0.1", "--port", "0"]
    command += ["--workers", str(WORKERS), "--threads", str(THREADS), *options]
    command += ["--providers", str(folder)] if providers else []
    with access_log.open("wb") as out, error_log.open("wb") as err:
        process = subprocess.Popen(command, stdout=out, stderr=err, env=environment(**settings))
    server = Server(process, 0, folder, access_log, error_log)
    try:
        _wait_until_ready(server, ready)
        yield server
    finally:
        try:
            server.stop()
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise


def environment(**settings: str) -> dict[str, str]:
    """The environment without any setting of ours but these."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AUTOCONFIG_")}
    return {**kept, **settings}


def ask(connection: http.client.HTTPConnection, path: str, host: str = "localhost") -> Reply:
    """GET a path on a connection that is open already, or opens now."""
    connection.request("GET", path, headers={"Host": host})
    response = connection.getresponse()
    return Reply(response.status, response.getheader("Content-Type"), response.read())


def read_all(connection: socket.socket) -> bytes:
    """Everything the server says until it closes the connection; silence longer than the timeout raises."""
    received = b""
    with contextlib.suppress(ConnectionError):
        while chunk := connection.recv(65536):
            received += chunk
    return received


def _wait_until_ready(server: Server, status: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        log = server.error_log.read_text()
        if server.process.poll() is not None:
            raise AssertionError(f"the server ended with {server.process.returncode}:\n{log}")
        found = _LISTENING.search(log)
        if found:
            server.port = int(found[1])
            with contextlib.suppress(OSError, http.client.HTTPException):
                if server.get("/readyz").status == status:
                    return
        time.sleep(0.05)
    raise AssertionError(f"the server is not ready after {START_SECONDS} seconds:\n{log}")


def provider_text(domain: str, host: str) -> str:
    """A provider file for one domain; ``host`` tells one version of it from another."""
    return f"""
domains = ["{domain}"]
[[incoming]]
type = "imap"
hostname = "{host}.mail.example"
[[incoming]]
type = "ews"
url = "https://{host}.mail.example/EWS"
[[outgoing]]
type = "smtp"
hostname = "{host}.mail.example"
"""


def replace_file(path: Path, text: str) -> None:
    """Put a file in its place in one step, as careful programs do."""
    draft = path.with_name(f".{path.name}.draft")
    draft.write_text(text)
    draft.replace(path)
