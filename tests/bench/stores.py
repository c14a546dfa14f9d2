"""How a store of a million domains serves; needs wrk and PostgreSQL.

Run as ``python -m tests.bench.stores [DOMAINS]`` or by make bench. The same domains are also
served from a folder of files, in memory: the ratio to that is what counts, and both servers take turns.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tests.bench import load
from tests.bench.servers import start
from tests.databases.postgresql import PostgreSQL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.bench.servers import Running

ROUNDS = 15
SECONDS = 1
SMALL = 1000

FIRST_ANSWER = 2.0
IMPORT_RATE = 20_000
RATE_RATIO = 0.5
COST_RATIO = 1.3
MEMORY = 150.0

_PROVIDER = """id = "host.example"
name = "Host"
[[incoming]]
type = "imap"
hostname = "imap.host.example"
[[incoming]]
type = "pop3"
hostname = "pop.host.example"
[[outgoing]]
type = "smtp"
hostname = "smtp.host.example"
"""

# Seeded by the second: what is measured again shall not ask for what is kept by now.
_RANDOM = """
math.randomseed(os.time())
request = function()
  return wrk.format("GET", "/mail/config-v1.1.xml?emailaddress=ada@d" .. math.random(0, {last}) .. ".example")
end
"""


def main() -> None:
    """Print every figure; exit 1 where a bar is missed."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    missed: list[str] = []

    def judge(name: str, value: float, bar: float, *, least: bool) -> str:
        good = value >= bar if least else value <= bar
        if not good:
            missed.append(name)
        return "" if good else "  MISSED"

    with tempfile.TemporaryDirectory() as folder, _databases(Path(folder)) as databases:
        root = Path(folder)
        memory_store = _files(root, count)
        print(f"{count:,} domains, each look-up one that was not asked before\n")
        print(f"{'store':<12}{'import/s':>10}{'first s':>9}{'find us':>9}{'at 1000':>9}{'ratio':>7}")
        for name, (url, small, settle) in databases.items():
            _import(root, SMALL, small)
            rate = count / _import(root, count, url)
            settle()
            first = _first_answer(url, count)
            large, little = _costs(url, count, small, SMALL)
            verdicts = judge(f"{name}: import", rate, IMPORT_RATE, least=True)
            verdicts += judge(f"{name}: first answer", first, FIRST_ANSWER, least=False)
            verdicts += judge(f"{name}: cost", large / little, COST_RATIO, least=False)
            print(
                f"{name:<12}{rate:>10.0f}{first:>9.2f}{large:>9.1f}{little:>9.1f}"
                f"{large / little:>7.2f}{verdicts}"
            )
        how = f"{load.CONNECTIONS} connections, random domains, {ROUNDS} rounds of {SECONDS} s"
        print(f"\none worker, 8 threads, {how}\n")
        print(f"{'store':<12}{'documents/s':>12}{'in memory/s':>12}{'ratio':>7}{'MiB':>6}")
        for name, (url, _, _) in databases.items():
            with _server(url) as ours, _server(str(memory_store)) as memory:
                pairs = [(_wrk(root, ours, count), _wrk(root, memory, count)) for _ in range(ROUNDS)]
                mine, theirs = (statistics.median(column) for column in zip(*pairs, strict=True))
                ratio = statistics.median(one / other for one, other in pairs)
                resident = ours.memory
            verdicts = judge(f"{name}: rate", ratio, RATE_RATIO, least=True)
            verdicts += judge(f"{name}: memory", resident, MEMORY, least=False)
            print(f"{name:<12}{mine:>12.0f}{theirs:>12.0f}{ratio:>7.2f}{resident:>6.0f}{verdicts}")
    print(f"\nthe bars: {'MISSED: ' + ', '.join(missed) if missed else 'reached'}")
    sys.exit(1 if missed else 0)


class _PostgreSQL(PostgreSQL):
    """On the core of wrk and of whoever looks up; left to the kernel it is elsewhere in every run."""

    def command(self) -> list[str]:
        return [*load.pinned(1), *super().command()]


class _Database(NamedTuple):
    url: str
    small: str
    """The URL of another one, for few domains."""
    settle: Callable[[], object]
    """Does now what the server does by itself within minutes of an import."""


@contextmanager
def _databases(folder: Path) -> Iterator[dict[str, _Database]]:
    """Empty databases, by name."""
    server = _PostgreSQL(folder / "postgresql")
    server.start()
    try:
        many, few = server.new_database("many"), server.new_database("few")
        yield {
            "SQLite": _Database(f"sqlite:///{folder}/many.db", f"sqlite:///{folder}/few.db", lambda: None),
            "PostgreSQL": _Database(many, few, partial(_settle, server)),
        }
    finally:
        server.stop()


def _settle(server: PostgreSQL) -> None:
    for database in ("many", "few"):
        server.sql("VACUUM ANALYZE; CHECKPOINT", database)


def _files(root: Path, count: int) -> Path:
    """The same domains in a folder, for the store in memory."""
    folder = root / "files"
    folder.mkdir()
    for first in range(0, count, 100_000):
        names = ", ".join(f'"d{number}.example"' for number in range(first, min(count, first + 100_000)))
        text = _PROVIDER.replace('"host.example"', f'"host{first}.example"', 1)
        (folder / f"{first}.toml").write_text(f"domains = [{names}]\n{text}")
    return folder


def _import(root: Path, count: int, url: str) -> float:
    """Import so many domains; the seconds it took, the start of the program included."""
    provider, domains = root / "host.toml", root / f"{count}.txt"
    provider.write_text(_PROVIDER)
    with domains.open("w") as file:
        file.writelines(f"d{number}.example\n" for number in range(count))
    _autoconfig("providers", "import", str(provider), "--into", url)
    started = time.perf_counter()
    _autoconfig("providers", "import", str(domains), "--provider", "host.example", "--into", url)
    return time.perf_counter() - started


def _autoconfig(*arguments: str) -> None:
    command = [sys.executable, "-m", "autoconfig", *arguments]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=Path(__file__).parents[2])


def _first_answer(url: str, count: int) -> float:
    """Seconds from the start of the server to its first document; the median of three starts."""
    times = []
    for turn in range(3):
        with _server(url, f"d{count * (turn + 1) // 4}.example") as server:
            times.append(server.first_answer)
    return statistics.median(times)


def _costs(url: str, count: int, small: str, small_count: int) -> tuple[float, float]:
    """Microseconds of one look-up in the large and in the small store, which take turns."""
    command = [sys.executable, "-c", _COST, url, str(count), small, str(small_count)]
    output = subprocess.run([*load.pinned(1), *command], capture_output=True, text=True, check=True).stdout
    large, little = map(float, output.split())
    return large, little


_COST = """
import random, statistics, sys, time
from autoconfig.stores import open_store
costs = ([], [])
for _ in range(10):
    stores = [open_store(sys.argv[1]), open_store(sys.argv[3])]
    names = [random.sample(range(int(count)), 1000) for count in (sys.argv[2], sys.argv[4])]
    for turn in range(1000):
        for store, numbers, found in zip(stores, names, costs):
            name = f"d{numbers[turn]}.example"
            start = time.perf_counter()
            entry = store.find(name)
            taken = time.perf_counter() - start
            assert entry is not None
            if turn >= 50:  # the connection and the statement are made by then
                found.append(taken)
    for store in stores:
        store.close()
print(*(statistics.median(found) * 1e6 for found in costs))
"""


@contextmanager
def _server(store: str, domain: str = "d1.example") -> Iterator[Running]:
    port = load.free_port()
    command = [sys.executable, "-m", "autoconfig", "serve", "--port", str(port), "--workers", "1"]
    command += ["--no-access-log", "--providers", store]
    environment = {"AUTOCONFIG_RESOLVE": "off", "AUTOCONFIG_LOG_LEVEL": "warning"}
    server = start("ours", command, port, f"/v1.1/{domain}", **environment)
    try:
        yield server
    finally:
        server.stop()


def _wrk(root: Path, server: Running, count: int) -> float:
    """Documents a second, for domains drawn at random."""
    script = root / "random.lua"
    script.write_text(_RANDOM.format(last=count - 1))
    return load.wrk(server.url("/"), server.process.pid, script, seconds=SECONDS).rate


if __name__ == "__main__":
    main()
