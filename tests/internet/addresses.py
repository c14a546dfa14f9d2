"""Addresses of the machine's own loopback network, handed out so that no two test processes share one."""

from __future__ import annotations

import ipaddress
import os
import socket
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_LOCK_PORT = 40_009
"""Bound on a block's first address for as long as the block is ours; nothing is ever sent to it."""
_BLOCK_SIZE = 24
_SPREAD = 17
"""Blocks between the first tries of neighbouring pytest-xdist workers, so that they seldom meet."""


class Addresses:
    """Fresh addresses of a network; whole blocks are claimed from other processes by a bound socket."""

    def __init__(self, network: str) -> None:
        self.network = ipaddress.IPv4Network(network)
        blocks = list(self.network.subnets(new_prefix=_BLOCK_SIZE))
        first = _worker_number() * _SPREAD % len(blocks)
        self._blocks = iter(blocks[first:] + blocks[:first])
        self._free: Iterator[ipaddress.IPv4Address] = iter(())
        self._locks: list[socket.socket] = []

    def take(self) -> str:
        """An address nobody had before. Raises RuntimeError when the network is used up."""
        address = next(self._free, None)
        if address is None:
            self._free = self._claim().hosts()
            address = next(self._free)
        return str(address)

    def _claim(self) -> ipaddress.IPv4Network:
        for block in self._blocks:
            lock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            try:
                lock.bind((str(block.network_address), _LOCK_PORT))
            except OSError:
                lock.close()
                continue
            self._locks.append(lock)
            return block
        raise RuntimeError(f"every address of {self.network} is in use")

    def close(self) -> None:
        """Let other processes have the blocks."""
        for lock in self._locks:
            lock.close()


def _worker_number() -> int:
    """The N of pytest-xdist's worker "gwN"; 0 without xdist."""
    return int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw") or 0)


def worker_name() -> str:
    """The name of this pytest-xdist worker, "gw0" without xdist."""
    return os.environ.get("PYTEST_XDIST_WORKER", "gw0")
