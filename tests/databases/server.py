"""What the servers have in common: started once, killed and started again by tests, stopped at the end."""

from __future__ import annotations

import contextlib
import os
import pwd
import random
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

START_SECONDS = 30
STOP_SECONDS = 15

ACCOUNT = "nobody"
"""Databases refuse to run as root."""


class NotInstalled(Exception):
    """A server that is not on this machine; ``str()`` says which Debian package has it."""


def found(program: str, places: tuple[str, ...], package: str) -> str:
    """The path of a program. Raises NotInstalled."""
    path = shutil.which(program, path=os.pathsep.join([*places, os.environ.get("PATH", "")]))
    if path is None:
        raise NotInstalled(f"{program} is not installed (apt install {package})")
    return path


def unprivileged(command: list[str]) -> list[str]:
    """The command as an account that owns nothing else; as it is where we are nobody already."""
    if os.geteuid() != 0:
        return command
    return ["setpriv", f"--reuid={ACCOUNT}", f"--regid={_group()}", "--clear-groups", *command]


def own_folder(folder: Path) -> Path:
    """Give a folder to the account of the servers, the way to it open."""
    folder.mkdir(parents=True, exist_ok=True)
    if os.geteuid() == 0:
        os.chown(folder, pwd.getpwnam(ACCOUNT).pw_uid, _group())
        for parent in folder.parents:
            mode = parent.stat().st_mode & 0o7777
            if not mode & 0o001 and parent.stat().st_uid == 0:
                parent.chmod(mode | 0o011)
    return folder


def _group() -> int:
    return pwd.getpwnam(ACCOUNT).pw_gid


def lasting_port() -> int:
    """A free port that no connection takes for its own end while the server is away (below the ephemeral)."""
    for port in random.sample(range(20_000, 32_000), 100):
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
    raise AssertionError("a hundred ports are taken")


class Server:
    """One server process. Subclasses say how it is started and when it is ready."""

    def __init__(self, folder: Path) -> None:
        self.folder = own_folder(folder)
        self.port = lasting_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._log = folder.parent / f"{folder.name}.log"

    def command(self) -> list[str]:
        """What is run."""
        raise NotImplementedError

    def is_ready(self) -> bool:
        """Whether it answers."""
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
        except OSError:
            return False
        return True

    def start(self) -> None:
        """Start it, where it is not running, and wait until it answers."""
        if self._process is not None and self._process.poll() is None:
            return
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(self.command(), stdout=log, stderr=log, cwd="/")
        deadline = time.monotonic() + START_SECONDS
        while not self.is_ready():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"{self.command()[-1]} did not start:\n{self._log.read_text()[-2000:]}")
            time.sleep(0.05)

    def kill(self) -> None:
        """End it in the middle of everything, as a power cut does."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Stop it."""
        self._end(self.stop_signal)

    def pause(self) -> None:
        """Let it hang: it takes connections and says nothing."""
        self._signal(signal.SIGSTOP)
        assert self._process is not None
        wait_until_stopped(self._process.pid)

    def go_on(self) -> None:
        """End the pause."""
        self._signal(signal.SIGCONT)

    stop_signal = signal.SIGTERM

    def _signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    def _end(self, number: signal.Signals) -> None:
        if self._process is None or self._process.poll() is not None:
            return
        self._process.send_signal(number)
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(STOP_SECONDS)


def wait_until_stopped(pid: int) -> None:
    """Wait until no thread of a process runs: SIGSTOP takes its time, an answer may come meanwhile."""
    tasks = Path(f"/proc/{pid}/task")
    for _ in range(500):
        states = {path.read_text().rpartition(")")[2].split()[0] for path in tasks.glob("*/stat")}
        if states <= {"T", "t", "Z"}:
            return
        time.sleep(0.01)
    raise AssertionError(f"process {pid} does not stop")
