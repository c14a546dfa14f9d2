"""What a million domains cost: rate, work, memory and the first answer by their number.

Run: ``python -m tests.bench.growth``. Random domains are asked for, so that no table of finished documents
helps. Ours runs under gunicorn with one worker, on a folder of compact files.
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
_PER_FILE = 100_000

_SCRIPT = """
math.randomseed(os.time())
request = function()
  return wrk.format("GET", "/mail/config-v1.1.xml?emailaddress=ada@d" .. math.random(0, {last}) .. ".example")
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
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()
    if complaint := load.missing(["wrk"]):
        sys.exit(f"bench: {complaint}")
    for name, command in _COMMANDS.items():
        print(f"{name:<28}{_seconds(command):>8.2f} s")
    left = _rates(tuple(options.counts), options.rounds)
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


def _rates(counts: tuple[int, ...], rounds: int) -> float:
    """Measure the smallest and each other in turns of a second; return the worst share of the first."""
    print(f"\n{'domains':>9}{'GET/s':>9}{'work us':>9}{'share':>7}{'MiB':>6}{'first answer s':>16}")
    shares = []
    for count in counts[1:]:
        with _serving(counts[0]) as (first, first_script), _serving(count) as (other, script):
            pairs = [(_asked(first, first_script), _asked(other, script)) for _ in range(rounds + 1)][1:]
            work = [
                statistics.median(figure.work for figure in column) for column in zip(*pairs, strict=True)
            ]
            rates = [
                statistics.median(figure.rate for figure in column) for column in zip(*pairs, strict=True)
            ]
            shares.append(statistics.median(small.work / large.work for small, large in pairs))
            for number, server, which in ((counts[0], first, 0), (count, other, 1)):
                share = shares[-1] if which else 1
                print(
                    f"{number:>9,}{rates[which]:>9,.0f}{work[which]:>9.1f}{share:>7.2f}"
                    f"{server.memory:>6.0f}{server.first_answer:>16.2f}"
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
