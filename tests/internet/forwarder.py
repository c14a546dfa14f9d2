"""Two network namespaces joined by a line on which every packet takes its time; run as a program by delay.py.

Linux's own way, the netem queue, is missing from many kernels; two TUN devices and this loop need nothing.
The program makes the namespaces, prints the numbers of its file descriptors that stand for them (client, then
server), and forwards until its standard input is closed. They vanish with it.
"""

from __future__ import annotations

import collections
import contextlib
import ctypes
import fcntl
import os
import select
import struct
import subprocess
import sys
import time

CLIENT = "198.19.0.1"
"""The client's address."""
SERVERS = "198.18.0.0/16"
"""Addresses that servers may bind, all of them (RFC 2544: for benchmarks)."""

_CLONE_NEWNET = 0x40000000
_TUNSETIFF = 0x400454CA
_IFF_TUN, _IFF_NO_PI = 0x0001, 0x1000
_DEVICE = "line"
_LONGEST_PACKET = 65536
_BURST = 64
"""Packets read from one end before the other gets its turn."""

_BOTH = f"link set lo up\nlink set {_DEVICE} up txqueuelen 10000\n"
_CLIENT_SETUP = f"{_BOTH}address add {CLIENT}/32 dev {_DEVICE}\nroute add {SERVERS} dev {_DEVICE}\n"
_SERVER_SETUP = f"{_BOTH}route add local {SERVERS} dev lo\nroute add {CLIENT}/32 dev {_DEVICE}\n"


class End:
    """One end of the line: the device in its namespace, and the packets on their way to it."""

    def __init__(self, setup: str) -> None:
        """Move this process into a new namespace and put a device there. Raises OSError."""
        if ctypes.CDLL(None, use_errno=True).unshare(_CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "no network namespace can be made")
        self.namespace = os.open("/proc/self/ns/net", os.O_RDONLY)
        self.device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
        fcntl.ioctl(self.device, _TUNSETIFF, struct.pack("16sH", _DEVICE.encode(), _IFF_TUN | _IFF_NO_PI))
        subprocess.run(["ip", "-batch", "-"], input=setup.encode(), check=True)
        self._coming: collections.deque[tuple[float, bytes]] = collections.deque()

    def take(self, other: End, delay: float) -> None:
        """Read what left the other end; it arrives here ``delay`` seconds later."""
        with contextlib.suppress(BlockingIOError):
            for _ in range(_BURST):
                packet = os.read(other.device, _LONGEST_PACKET)
                self._coming.append((time.monotonic() + delay, packet))

    def deliver(self) -> float:
        """Hand over what has arrived; return the seconds until the next packet does, at most one."""
        while self._coming:
            left = self._coming[0][0] - time.monotonic()
            if left > 0:
                return min(left, 1.0)
            with contextlib.suppress(OSError):  # a full queue drops packets, as lines do
                os.write(self.device, self._coming.popleft()[1])
        return 1.0


def main() -> None:
    """Forward until the parent closes our standard input."""
    delay = float(sys.argv[1])
    client, server = End(_CLIENT_SETUP), End(_SERVER_SETUP)
    print(client.namespace, server.namespace, flush=True)
    wait = 1.0
    while True:
        ready, _, _ = select.select([0, client.device, server.device], [], [], wait)
        if 0 in ready:
            return
        if client.device in ready:
            server.take(client, delay)
        if server.device in ready:
            client.take(server, delay)
        wait = min(client.deliver(), server.deliver())


if __name__ == "__main__":
    main()
