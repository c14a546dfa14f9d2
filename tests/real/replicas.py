"""Replicas of the service: processes on ports that stay theirs, killed, stopped, started again by tests."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tests.databases.server import lasting_port
from tests.processes import children_of
from tests.real.serving import START_SECONDS, STOP_SECONDS, WORKERS, Reply, ask, environment

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

DRAIN_SECONDS = 2
"""As compose.yaml has it."""

MANY_LOOKS = 8 * WORKERS
"""Questions in a row, each on a connection of its own, that are as good as certain to reach every worker."""


class Replica:
    """``autoconfig serve`` in a process group of its own."""

    def __init__(self, directory: Path, settings: dict[str, str]) -> None:
        directory.mkdir()
        self.port = lasting_port()
        self._settings = settings
        self._access_log = directory / "access.log"
        self._error_log = directory / "error.log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it answers at all; whether it is ready is another question."""
        self.begin()
        assert self._process is not None
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            with contextlib.suppress(OSError, http.client.HTTPException):
                if self.get("/healthz").status == 200:
                    return
            time.sleep(0.02)
        raise AssertionError(f"the replica does not answer:\n{self.log()}")

    def begin(self) -> None:
        """Start it, where it is not running, and do not wait."""
        if self._process is not None and self._process.poll() is None:
            return
        command = [sys.executable, "-m", "autoconfig", "serve", "--host", "127.0.0.1"]
        command += ["--port", str(self.port), "--workers", str(WORKERS), "--drain", str(DRAIN_SECONDS)]
        with self._access_log.open("ab") as out, self._error_log.open("ab") as err:
            self._process = subprocess.Popen(
                command, stdout=out, stderr=err, env=environment(**self._settings), start_new_session=True
            )

    def kill(self) -> None:
        """End all its processes in the middle of everything, as a power cut does."""
        if self._process is None or self._process.poll() is not None:
            return
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(STOP_SECONDS)

    def stop(self) -> int:
        """Ask it to stop, and return its exit code."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(STOP_SECONDS)

    def renew_workers(self) -> None:
        """Let it replace its workers, and wait until the old ones are gone."""
        assert self._process is not None
        old = set(self.workers())
        self._process.send_signal(signal.SIGHUP)
        deadline = time.monotonic() + START_SECONDS
        while old & set(self.workers()) or len(self.workers()) != WORKERS:
            assert time.monotonic() < deadline, f"the old workers stay:\n{self.log()}"
            time.sleep(0.05)

    def log(self) -> str:
        """What it wrote that is no access."""
        return self._error_log.read_text()

    def accesses(self) -> int:
        """How many requests it has answered, those of the proxy for its health aside."""
        lines = self._access_log.read_text().splitlines()
        return sum('"GET /healthz"' not in line and '"GET /readyz"' not in line for line in lines)

    def get(self, path: str) -> Reply:
        """Ask it and not the proxy, on a connection of its own."""
        connection = self._connect()
        try:
            return ask(connection, path)
        finally:
            connection.close()

    def state(self) -> str:
        """What ``/readyz`` says; the status goes with it."""
        reply = self.get("/readyz")
        status = str(json.loads(reply.body)["status"])
        assert reply.status == (200 if status in ("ready", "degraded") else 503)
        return status

    def until(self, wanted: str, *, within: float) -> float:
        """Wait until every worker says so, and return how long it took (seconds)."""
        started = time.monotonic()
        in_a_row = 0
        while in_a_row < MANY_LOOKS:
            said = self.state()
            in_a_row = in_a_row + 1 if said == wanted else 0
            if said != wanted:
                assert time.monotonic() - started < within, f"not {wanted} but {said}:\n{self.log()}"
                time.sleep(0.05)
        return time.monotonic() - started

    def warm(self, paths: Iterable[str]) -> None:
        """Ask every worker for all of these."""
        wanted = list(paths)
        with contextlib.ExitStack() as stack:
            reached: dict[int, http.client.HTTPConnection] = {}
            for _ in range(20 * MANY_LOOKS):
                connection = stack.enter_context(contextlib.closing(self._connect()))
                ask(connection, "/healthz")
                reached.setdefault(self._worker_of(connection), connection)
                if len(reached) == WORKERS:
                    break
            assert len(reached) == WORKERS, "a worker takes up no connection"
            for connection in reached.values():
                assert {ask(connection, path).status for path in wanted} == {200}

    def workers(self) -> list[int]:
        """The pids of its workers."""
        assert self._process is not None
        return children_of(self._process.pid)

    def _worker_of(self, connection: http.client.HTTPConnection) -> int:
        """The pid of the worker at the other end of a connection that it has answered."""
        # Both ends: the same port of a client may stand there once more, towards another server.
        ends = [f"0100007F:{port:04X}" for port in (self.port, connection.sock.getsockname()[1])]
        lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()]
        (inode,) = (line[9] for line in lines if line[1:3] == ends)
        holders = [pid for pid in self.workers() if f"socket:[{inode}]" in _open_files(pid)]
        (worker,) = holders
        return worker

    def _connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)


def _open_files(pid: int) -> Iterator[str]:
    for link in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(OSError):  # closed meanwhile
            yield os.readlink(link)


@contextlib.contextmanager
def replicas(number: int, directory: Path, settings: dict[str, str]) -> Iterator[list[Replica]]:
    """So many replicas with the same settings, all gone at the end however the test went."""
    made = [Replica(directory / f"replica-{count}", settings) for count in range(1, number + 1)]
    try:
        for replica in made:
            replica.begin()
        for replica in made:
            replica.start()
        yield made
    finally:
        for replica in made:
            replica.kill()
