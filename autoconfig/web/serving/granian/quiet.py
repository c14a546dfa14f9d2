"""Clients of granian that stop in the middle of a body, hung up on.

granian has a time for the head of a request and none for its body: a thread that reads one waits for as long
as the client likes, and as many clients as there are threads would hold the service up. Nothing in Python
ends such a wait; but the system knows for how long nothing has come from a client.
"""

from __future__ import annotations

import os
import socket
import struct
import threading
import time
from contextlib import suppress

QUIET_SECONDS = 25
"""More than the longest answer takes (a look-up that the page shows while it runs, 20); granian itself hangs
up on who is idle or sends no head."""
LOOK_EVERY = 5
"""Seconds."""

_LAST_RECEIVED = struct.Struct("=52xL")  # milliseconds since data came, in Linux's struct tcp_info


def watch(port: int) -> None:
    """Hang up on quiet clients of this process from now on; only Linux tells who they are."""
    if os.path.isdir("/proc/self/fd"):
        threading.Thread(target=_follow, args=(port,), name="quiet", daemon=True).start()


def hang_up(port: int, seconds: float) -> None:
    """End the connections to a port of ours on which nothing has come for so long."""
    for name in os.listdir("/proc/self/fd"):
        with suppress(OSError):  # it is closed already, or no connection
            # A copy, so that it is the same connection as long as it is looked at.
            copy = os.dup(int(name))
            try:
                connection = socket.socket(fileno=copy)
            except OSError:
                os.close(copy)
                continue
            with connection:
                if _is_quiet(connection, port, seconds):
                    # What is being said to the client is said to the end.
                    connection.shutdown(socket.SHUT_RD)


def _is_quiet(connection: socket.socket, port: int, seconds: float) -> bool:
    if connection.family not in (socket.AF_INET, socket.AF_INET6) or connection.type != socket.SOCK_STREAM:
        return False
    if connection.getsockname()[1] != port:
        return False
    connection.getpeername()  # fails for the socket that listens
    told = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _LAST_RECEIVED.size)
    (milliseconds,) = _LAST_RECEIVED.unpack(told)
    return bool(milliseconds > seconds * 1000)


def _follow(port: int) -> None:
    while True:
        time.sleep(LOOK_EVERY)
        with suppress(OSError):  # no descriptor is left to look with; later one may be
            hang_up(port, QUIET_SECONDS)
