"""A network of its own for a few processes: nothing in it but loopback, with every port free.

Servers listen where the world expects them (465, 587, 993), under the names of the provider, so that a
rendered file is used as it is. Mounts are private too: the hosts file and the trusted certificates are those
of the test.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

PACKAGES = {
    "unshare": "util-linux",
    "nsenter": "util-linux",
    "setpriv": "util-linux",
    "mount": "mount",
    "ip": "iproute2",
}

_NEW = ("--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc")

_SETUP = """
set -e
ip link set lo up
while [ $# -gt 0 ]; do mount --bind "$1" "$2"; shift 2; done
echo ready
exec sleep infinity
"""


def unavailable() -> str:
    """Why there can be no namespace here; empty where there can."""
    for program, package in PACKAGES.items():
        if find(program) is None:
            return f"{program} is not installed (apt install {package})"
    if os.geteuid() != 0:
        return "only root can start Postfix and Dovecot in a network of their own"
    tried = subprocess.run([found("unshare"), *_NEW, "true"], capture_output=True, check=False)
    return "" if tried.returncode == 0 else "network namespaces are not allowed here"


def find(program: str) -> str | None:
    """The path of a program, those for administrators included."""
    return shutil.which(program, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")


def found(program: str) -> str:
    """The path of a program that is there."""
    path = find(program)
    assert path is not None, program
    return path


class Namespace:
    """A network and a view of the file system; ``mounts`` are laid over existing paths."""

    def __init__(self, mounts: dict[str, Path]) -> None:
        self._started: list[subprocess.Popen[bytes]] = []
        pairs = [str(part) for place, path in mounts.items() for part in (path, place)]
        # All processes inside end with the first one, and that one with this process, however it ends.
        mortal = [found("setpriv"), "--pdeathsig", "KILL", "--"]
        command = [*mortal, found("unshare"), *_NEW, "sh", "-c", _SETUP, "sh", *pairs]
        self._holder = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert self._holder.stdout is not None
        if self._holder.stdout.readline() != b"ready\n":
            _, errors = self._holder.communicate()
            raise RuntimeError(f"no namespace: {errors.decode()}")
        holder = self._holder.pid
        self._first = Path(f"/proc/{holder}/task/{holder}/children").read_text().strip()

    def command(self, *command: str) -> list[str]:
        """The same command, inside."""
        enter = [found("nsenter"), "--target", self._first, "--net", "--mount", "--pid", "--"]
        return [*enter, *command]

    def run(self, command: Sequence[str], **more: Any) -> subprocess.CompletedProcess[bytes]:
        """Run a command inside, whatever it returns."""
        options: dict[str, Any] = {"capture_output": True, "timeout": 120, "stdin": subprocess.DEVNULL}
        if "input" in more:
            del options["stdin"]
        return subprocess.run(self.command(*command), check=False, **{**options, **more})

    def start(self, command: Sequence[str]) -> subprocess.Popen[bytes]:
        """Start a server inside; what it prints goes nowhere."""
        streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        process = subprocess.Popen(self.command(*command), **streams)
        self._started.append(process)
        return process

    def stop(self) -> None:
        """End every process inside and let go of the network."""
        self._holder.kill()
        self._holder.communicate()
        for process in self._started:
            process.wait()
