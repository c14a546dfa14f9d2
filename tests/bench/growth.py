"""What a million domains cost: rate, work, memory and the first answer by their number.

Run: ``python -m tests.bench.growth``. Random domains are asked for, so that no table of finished documents
helps, each time by another user: else the few URLs of few domains would be found in a table of urllib's.
Ours runs under gunicorn with one worker, on a folder of compact files. A server is started several times, for
two of the same differ by some hundredths as long as they live.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tests.bench import load, servers

if TYPE_CHECKING:
    from collections.abc import Iterator

COUNTS = (10, 1_000, 100_000, 1_000_000)
BAR = 0.9
"""The least that is left of the rate at the smallest count."""
STARTS, TURNS = 5, 3
"""How often each server is started, and measured each time."""
_PER_FILE = 100_000

_SCRIPT = """
math.randomseed(os.time())
request = function()
  local address = "u" .. math.random(100000, 999999) .. "@d" .. math.random(0, {last}) .. ".example"
  return wrk.format("GET", "/mail/config-v1.1.xml?emailaddress=" .. address)
end
"""

_COMMANDS = {
    "autoconfig --help": ["--help"],
    "autoconfig render": ["render", "mozilla", "ada@orange.fr"],
    "autoconfig resolve, local": ["resolve", "ada@orange.fr"],
}


def main() -> None:
    """Print every figure; exit 1 where the bar is missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.growth")
    parser.add_argument("counts", nargs="*", type=int, default=COUNTS, metavar="DOMAINS")
    parser.add_argument("--starts", type=load.positive, default=STARTS)
    options = parser.parse_args()
    if complaint := load.missing(["wrk"]):
        sys.exit(f"bench: {complaint}")
    for name, command in _COMMANDS.items():
        print(f"{name:<28}{_seconds(command):>8.2f} s")
    left = _rates(tuple(options.counts), options.starts)
    print(f"\nleft of the rate at {options.counts[0]:,} domains: {left:.2f}, bar {BAR}")
    sys.exit(0 if left >= BAR else 1)


def _seconds(command: list[str]) -> float:
    """The quickest of five runs."""
    times = []
    for _ in range(5):
        start = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "autoconfig", *command], stdout=subprocess.DEVNULL, check=True, timeout=60
        )
        times.append(time.perf_counter() - start)
    return min(times)


def _rates(counts: tuple[int, ...], starts: int) -> float:
    """Measure the smallest and each other in turns of a second; return the worst share of the first."""
    print(f"\n{'domains':>9}{'GET/s':>9}{'work us':>9}{'share':>7}{'MiB':>6}{'first answer s':>16}")
    shares = []
    for count in counts[1:]:
        pairs: list[tuple[load.Load, load.Load]] = []
        for _ in range(starts):
            with _serving(counts[0]) as (first, first_script), _serving(count) as (other, script):
                turns = [(_asked(first, first_script), _asked(other, script)) for _ in range(TURNS + 1)]
                pairs += turns[1:]
                servers_now = ((counts[0], first, first.memory), (count, other, other.memory))
        shares.append(statistics.median(small.work / large.work for small, large in pairs))
        for (number, server, memory), loads, share in zip(
            servers_now, zip(*pairs, strict=True), (1, shares[-1]), strict=True
        ):
            rate, work = (
                statistics.median(column)
                for column in zip(*((each.rate, each.work) for each in loads), strict=True)
            )
            print(
                f"{number:>9,}{rate:>9,.0f}{work:>9.1f}{share:>7.2f}{memory:>6.0f}{server.first_answer:>16.2f}"
            )
    return min(shares)


def _asked(server: servers.Running, script: Path) -> load.Load:
    return load.wrk(server.url("/"), server.process.pid, script, seconds=1)


@contextmanager
def _serving(count: int) -> Iterator[tuple[servers.Running, Path]]:
    """A service with that many domains of one provider, and the script that asks for them at random."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        for start in range(0, count, _PER_FILE):
            end = min(count, start + _PER_FILE)
            domains = ", ".join(f'"d{number}.example"' for number in range(start, end))
            text = servers.PROVIDER.replace('"example.com"', domains, 1)
            (folder / f"host{start}.toml").write_text(text)
        script = folder / "random.lua"
        script.write_text(_SCRIPT.format(last=count - 1))
        port = load.free_port()
        command = [sys.executable, "-m", "tests.bench.servers", "ours", str(port)]
        path = "/mail/config-v1.1.xml?emailaddress=ada@d0.example"
        server = servers.start("ours", command, port, path, AUTOCONFIG_PROVIDERS=str(folder))
        try:
            yield server, script
        finally:
            server.stop()


if __name__ == "__main__":
    main()
