"""PostgreSQL, a cluster of its own in a temporary folder."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from pathlib import Path

from tests.databases.server import Server, found, unprivileged, wait_until_stopped

PASSWORD = "p%40ss-w0rd"
"""As it stands in a URL; the password itself has an @."""


class PostgreSQL(Server):
    """A server with one superuser; sockets in its own folder, TCP on the loopback interface."""

    stop_signal = signal.SIGINT  # "fast": it waits for no client

    def __init__(self, folder: Path) -> None:
        places = tuple(str(path) for path in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True))
        self._postgres = found("postgres", places, "postgresql")
        super().__init__(folder)
        password = folder.parent / f"{folder.name}.password"
        password.write_text("p@ss-w0rd\n")
        password.chmod(0o644)
        initdb = [str(Path(self._postgres).with_name("initdb")), "-D", str(self.folder), "-U", "postgres"]
        initdb += [
            "--auth=scram-sha-256",
            f"--pwfile={password}",
            "--no-sync",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
        ]
        subprocess.run(unprivileged(initdb), check=True, stdout=subprocess.DEVNULL, cwd="/")

    def command(self) -> list[str]:
        """The server itself, no control program between."""
        command = [self._postgres, "-D", str(self.folder), "-p", str(self.port), "-k", str(self.folder)]
        for setting in (
            "listen_addresses=127.0.0.1",
            "fsync=off",
            "shared_buffers=128MB",
            "max_connections=60",
        ):
            command += ["-c", setting]
        return unprivileged(command)

    def is_ready(self) -> bool:
        """Whether it takes statements."""
        return super().is_ready() and self.sql("SELECT 1", check=False) == "1"

    def url(self, database: str = "postgres", user: str = "postgres") -> str:
        """Where it is."""
        return f"postgresql+psycopg://{user}:{PASSWORD}@127.0.0.1:{self.port}/{database}"

    def sql(self, text: str, database: str = "postgres", *, check: bool = True) -> str:
        """Run statements as the superuser, and return what they print."""
        psql = ["psql", "-X", "-q", "-t", "-A", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1"]
        psql += ["-p", str(self.port), "-U", "postgres", "-d", database, "-f", "-"]
        done = subprocess.run(
            psql,
            input=text,
            capture_output=True,
            text=True,
            check=False,
            env=os.environ | {"PGPASSWORD": "p@ss-w0rd"},
        )
        assert done.returncode == 0 or not check, done.stderr
        return done.stdout.strip()

    def new_database(self, name: str) -> str:
        """An empty database; its URL."""
        self.sql(f'CREATE DATABASE "{name}"')
        return self.url(name)

    def stop_at_once(self) -> None:
        """Stop it in the middle of everything, but leave no process of it behind ("immediate")."""
        self._end(signal.SIGQUIT)

    def pause_all(self) -> None:
        """Let it hang, with every process that serves a connection."""
        for process in self._each(signal.SIGSTOP):
            wait_until_stopped(process)

    def go_on_all(self) -> None:
        """End that pause."""
        self._each(signal.SIGCONT)

    def _each(self, number: signal.Signals) -> list[int]:
        """Signal every process; return those that are there."""
        assert self._process is not None
        pid = self._process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        there = []
        for process in (pid, *map(int, children)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, number)
                there.append(process)
        return there
