"""Servers that are 40 ms away: a client's and a server's network namespace, and a slow line between them.

::

    with apart(0.02) as line, line.internet(folder) as internet:       # 20 ms each way
        internet.site("autoconfig.example.com", {"*": xml("<clientConfig/>")})
        done = line.run_in_client([sys.executable, "-m", "autoconfig", "resolve", "ada@example.com",
                                   "--nameserver", internet.direct_dns, "--allow-private-networks"],
                                  env={"SSL_CERT_FILE": internet.ca_file})

The servers of ``line.internet()`` run in a thread of this process, the client in a process of its own. Other
servers: ``line.start_in_server(command)``, on any address of ``line.servers``. No namespace has a way out.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tests.internet.fence import THIS_THREAD
from tests.internet.forwarder import CLIENT, SERVERS
from tests.internet.world import Internet
from tests.internet.world import unavailable as no_internet

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

ONE_WAY = 0.02
"""Seconds a packet takes in each direction, unless told otherwise."""
STOP_SECONDS = 5

_PROGRAM = Path(__file__).with_name("forwarder.py")
_TUN = Path("/dev/net/tun")
_CLONE_NEWNET = 0x40000000
_OURS = "/proc/thread-self/ns/net"


def unavailable() -> str:
    """Why there can be no slow line here, and what to do about it; empty where there can."""
    for program, package in (("ip", "iproute2"), ("nsenter", "util-linux"), ("unshare", "util-linux")):
        if shutil.which(program) is None:
            return f"{program} is not installed (apt install {package})"
    if not os.access(_TUN, os.R_OK | os.W_OK):
        return f"{_TUN} cannot be opened"
    if subprocess.run(["unshare", "-n", "true"], check=False, stderr=subprocess.DEVNULL).returncode != 0:
        return "network namespaces need root, or: unshare -Urn"
    return no_internet()


class Line:
    """Both namespaces, for as long as the forwarder runs."""

    client = CLIENT
    servers = SERVERS

    def __init__(self, forwarder: subprocess.Popen[str]) -> None:
        assert forwarder.stdout is not None
        numbers = forwarder.stdout.readline().split()
        if len(numbers) != 2:
            raise RuntimeError("the forwarder did not start; its standard error says why")
        self.process_id = forwarder.pid
        self._client, self._server = (f"/proc/{forwarder.pid}/fd/{number}" for number in numbers)

    def run_in_client(
        self, command: Sequence[str], *, env: Mapping[str, str] | None = None, timeout: float = 60
    ) -> subprocess.CompletedProcess[str]:
        """Run a command to its end where the servers are far away; ``env`` is added to ours.

        Raises CalledProcessError and TimeoutExpired.
        """
        return subprocess.run(
            _inside(self._client, command),
            env={**os.environ, **(env or {})},
            timeout=timeout,
            check=True,
            text=True,
            capture_output=True,
        )

    @contextlib.contextmanager
    def start_in_server(self, *command: str, env: Mapping[str, str] | None = None) -> Iterator[int]:
        """Run a server where the servers are, and stop it at the end; gives its process id."""
        process = subprocess.Popen(_inside(self._server, command), env={**os.environ, **(env or {})})
        with process:
            try:
                yield process.pid
            finally:
                process.terminate()
                process.wait(STOP_SECONDS)

    @contextlib.contextmanager
    def internet(self, folder: Path) -> Iterator[Internet]:
        """A simulated internet at the far end; its files go into ``folder``."""
        simulated = Internet(
            folder, public="198.18.0.0/17", private="198.18.128.0/17", enter=lambda: _enter(self._server)
        )
        try:
            yield simulated
        finally:
            simulated.stop()

    @contextlib.contextmanager
    def as_client(self) -> Iterator[None]:
        """Sockets that this thread opens in the block start from the client's namespace."""
        ours = os.open(_OURS, os.O_RDONLY)
        try:
            _enter(self._client)
            yield
        finally:
            _set_namespace(ours)
            THIS_THREAD.fenced = True
            os.close(ours)


@contextlib.contextmanager
def apart(one_way: float = ONE_WAY) -> Iterator[Line]:
    """A client and servers so many seconds apart. Raises RuntimeError where that cannot be."""
    if reason := unavailable():
        raise RuntimeError(reason)
    command = [sys.executable, "-I", "-S", str(_PROGRAM), str(one_way)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as forwarder:
        assert forwarder.stdin is not None
        try:
            yield Line(forwarder)
        finally:
            forwarder.stdin.close()
            forwarder.wait(STOP_SECONDS)


def _inside(namespace: str, command: Sequence[str]) -> list[str]:
    return ["nsenter", f"--net={namespace}", "--", *command]


def _enter(namespace: str) -> None:
    """Move this thread, and no other, into a network namespace. Raises OSError."""
    descriptor = os.open(namespace, os.O_RDONLY)
    try:
        _set_namespace(descriptor)
        THIS_THREAD.fenced = False
    finally:
        os.close(descriptor)


def _set_namespace(descriptor: int) -> None:
    if ctypes.CDLL(None, use_errno=True).setns(descriptor, _CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "the network namespace cannot be entered")
