"""How many addresses a second ``autoconfig resolve -`` finds, and whether its memory stays flat.

Run as ``python -m tests.bench.many [COUNT]`` or by make bench. The simulated internet runs on the same two
cores and takes its share of them.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

BAR = 150.0
"""Addresses a second."""


def main() -> None:
    """Print rate and memory of a small and of a four times larger run; exit 1 below the bar."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    small = _run(count // 4)
    large = _run(count)
    print(f"{'addresses':>10}{'seconds':>10}{'per s':>8}{'MiB':>6}  found by")
    for number, (seconds, memory, methods) in ((count // 4, small), (count, large)):
        found = ", ".join(f"{name or 'nobody'} {total}" for name, total in methods.most_common())
        print(f"{number:>10}{seconds:>10.2f}{number / seconds:>8.0f}{memory:>6.0f}  {found}")
    reached = count / large[0] >= BAR
    print(f"the bar: {BAR:.0f} a second: {'reached' if reached else 'MISSED'}")
    sys.exit(0 if reached else 1)


def _run(count: int) -> tuple[float, float, Counter[str]]:
    """Seconds, the most memory of all its processes together in MiB, and what was found by which method."""
    world = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.world", str(count)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert world.stdin is not None
    assert world.stdout is not None
    try:
        described = json.loads(world.stdout.readline())
        addresses = "".join(f"ada@{domain}\n" for domain in described["domains"])
        start = time.perf_counter()
        command = [sys.executable, "-m", "autoconfig", "resolve", "-", "--no-guess"]
        command += ["--nameserver", described["dns"], "--allow-private-networks"]
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ | {"SSL_CERT_FILE": described["ca"]},
            text=True,
        )
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(addresses)  # fits the pipe and the reader's buffers: a few ten thousand bytes
        process.stdin.close()
        memory, lines = 0.0, []
        for line in process.stdout:
            lines.append(json.loads(line))
            if len(lines) % 50 == 0:
                memory = max(memory, _memory(process.pid))
        process.wait(60)
        return time.perf_counter() - start, memory, Counter(line.get("method") or "" for line in lines)
    finally:
        world.stdin.close()
        world.wait(20)


def _memory(pid: int) -> float:
    """The resident memory of a process and its children, in MiB."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return 0.0
    own = pages * os.sysconf("SC_PAGE_SIZE") / 2**20
    return own + sum(_memory(int(child)) for child in children)


if __name__ == "__main__":
    main()
