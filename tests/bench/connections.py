"""Whether a worker's memory stays flat over connections. Run: ``python -m tests.bench.connections``.

Each connection is opened, asks one question, and is closed.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from tests.bench import load, servers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.bench.servers import Running

CONNECTIONS = 100_000
WARMING = 10_000
"""Connections after which the memory is what it shall stay."""
BAR = 1.0
"""MiB."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the memory as it goes; exit 1 where it grows."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.connections")
    parser.add_argument("kinds", nargs="*", default=["ours-gunicorn", "ours-granian"], metavar="SERVER")
    options = parser.parse_args(arguments)
    if complaint := load.missing(["wrk"]):
        sys.exit(f"bench: {complaint}")
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        grown = [_grown(kind, Path(folder) / kind) for kind in options.kinds]
    sys.exit(0 if max(grown) <= BAR else 1)


def _grown(kind: str, folder: Path) -> float:
    """MiB that a worker grew by."""
    with servers.running(servers.KINDS[kind], folder) as server:
        made = _connect(server, WARMING)
        first = last = server.memory
        print(f"{server.name}: {first:.1f} MiB after {made:,} connections", end="", flush=True)
        for _ in range(5):
            made += _connect(server, CONNECTIONS // 5)
            last = server.memory
            print(f", {last:.1f} after {made:,}", end="", flush=True)
    print(f"; bar: {BAR} more  {'reached' if last - first <= BAR else 'MISSED'}")
    return last - first


def _connect(server: Running, least: int) -> int:
    """Open and close at least so many connections; return how many there were. Raises RuntimeError."""
    made = 0
    command = ["wrk", "-t1", "-c16", "-d2s", "-H", "Connection: close", server.url(servers.GET)]
    while made < least:
        output = subprocess.run(
            [*load.pinned(1), *command],
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        ).stdout
        answered = re.search(r"(\d+) requests in", output)
        if answered is None or "Non-2xx" in output or int(answered[1]) == 0:
            raise RuntimeError(output)
        made += int(answered[1])
    return made


if __name__ == "__main__":
    main()
