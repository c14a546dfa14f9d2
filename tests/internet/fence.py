"""A fence round the test process: connections to addresses outside the simulated internet fail and are noted.

It catches what the code under test should have refused (a redirect to 169.254.169.254, a private address from
the DNS) before a packet leaves, and lets the test say that it was not even tried.
"""

from __future__ import annotations

import errno
import ipaddress
import socket
import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

_WAYS_OUT = ("connect", "connect_ex", "sendto", "sendmsg")
_LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::1/128"))


class _Thread(threading.local):
    fenced = True


THIS_THREAD = _Thread()
"""One that is in a network namespace of its own has no way out, and is not fenced in."""


class Fence:
    """Stands between ``socket.socket`` and the network of the machine while it is up."""

    def __init__(self) -> None:
        self.tried: list[str] = []
        """Addresses outside, as "host:port", in the order they were tried."""
        self._open: dict[str, Callable[..., Any]] = {}

    def raise_up(self) -> None:
        """From now on only loopback addresses are reached from this process."""
        for name in _WAYS_OUT if not self._open else ():
            method = getattr(socket.socket, name)
            self._open[name] = method
            setattr(socket.socket, name, self._guarded(name, method))

    def take_down(self) -> None:
        """Sockets work as before."""
        for name, method in self._open.items():
            setattr(socket.socket, name, method)
        self._open.clear()

    def _guarded(self, name: str, method: Callable[..., Any]) -> Callable[..., Any]:
        def guarded(this: socket.socket, *args: Any) -> Any:
            address = _address(name, args) if THIS_THREAD.fenced else None
            if this.family in (socket.AF_INET, socket.AF_INET6) and address and not _is_inside(address[0]):
                # Connecting a datagram socket sends nothing: programs ask for routes that way.
                if not (name.startswith("connect") and this.type == socket.SOCK_DGRAM):
                    self.tried.append(f"{address[0]}:{address[1]}")
                if name == "connect_ex":
                    return errno.ENETUNREACH
                raise OSError(errno.ENETUNREACH, "Network is unreachable (outside the simulated internet)")
            return method(this, *args)

        return guarded


def _address(name: str, args: tuple[Any, ...]) -> Any:
    """The address argument of a socket method; None where it has none."""
    if name == "sendmsg":
        return args[3] if len(args) > 3 else None
    return args[-1] if args and isinstance(args[-1], tuple) else None


def _is_inside(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host in ("", "localhost")
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return any(address in network for network in _LOOPBACK)
