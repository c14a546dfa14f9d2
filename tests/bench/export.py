"""How long the static export takes, and how fast nginx serves it. Run: ``python -m tests.bench.export``.

The trees are new, and deleted at the very end: for minutes ext4 gives the inodes of deleted files to nobody
and looks long for others. nginx on the tree and nginx on one plain file take turns, on one core with wrk on
another.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from tests.bench import load
from tests.bench.load import Load
from tests.export.webservers import nginx_with

SIZES = ((1_000, 100_000), (1, 100_000))
"""Providers and domains; the last tree is served."""
ROUNDS = 5
SECONDS = 3.0

BAR_SECONDS = 60.0
"""For a hundred thousand domains."""
BAR_AGAIN = 0.25
"""Of the first run's time, for one that finds nothing changed."""
BAR_RATE = 0.95
"""Of the rate of one plain file."""

_PROVIDER = """
name = "Hoster {number}"
domains = [{domains}]
[[incoming]]
type = "imap"
hostname = "imap.host{number}.example"
[[incoming]]
type = "pop3"
hostname = "pop.host{number}.example"
[[outgoing]]
type = "smtp"
hostname = "smtp.host{number}.example"
[[other]]
type = "caldav"
url = "https://dav.host{number}.example/calendars/"
"""

# Made before the first is sent: wrk shall not be the slower of the two.
_SCRIPT = """
local requests, last = {}, 0
function init(arguments)
  math.randomseed(os.time())
  for number = 1, 50000 do
    local domain = "d" .. math.random(0, tonumber(arguments[2]) - 1) .. ".example"
    local host = "autoconfig." .. domain
    requests[number] = wrk.format("GET", (arguments[1]:gsub("DOMAIN", domain)), {["Host"] = host})
  end
end
function request()
  last = last % #requests + 1
  return requests[last]
end
"""

_CONFIG = "/mail/config-v1.1.xml"
CASES = {
    "one plain file": ("plain", "/plain.xml", 1),
    "one document by host": ("tree", _CONFIG, 1),
    "100,000 plain files": ("plain", "/v1.1/DOMAIN", 100_000),
    "100,000 by host": ("tree", _CONFIG, 100_000),
    "100,000 by address": ("tree", f"{_CONFIG}?emailaddress=ada%40DOMAIN", 100_000),
    "100,000 by domain": ("tree", "/v1.1/DOMAIN", 100_000),
}
"""Which server block is asked for what, by how many hosts."""
PLAIN, *OURS = CASES


class Run(NamedTuple):
    """One export."""

    seconds: float
    work: float
    """Seconds of the processor, of all its processes."""
    memory: float
    """The most that its processes held together, MiB."""


def main() -> None:
    """Print every figure; exit 1 where a bar is missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.export")
    parser.add_argument("--directory", metavar="PATH", help="where the trees are written (6 GB)")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    options = parser.parse_args()
    if complaint := load.missing(["wrk", "nginx"]):
        sys.exit(f"bench: {complaint}")
    with tempfile.TemporaryDirectory(prefix="bench-", dir=options.directory) as folder:
        reached = _exports(Path(folder))
        reached &= _serving(Path(folder), options.rounds)
    sys.exit(0 if reached else 1)


def _exports(folder: Path) -> bool:
    print(f"{'providers':>9}{'domains':>9}{'':>14}{'seconds':>9}{'work s':>8}{'MiB':>6}")
    reached = True
    for providers, domains in SIZES:
        store, tree = folder / f"store-{providers}-{domains}", folder / f"tree-{providers}-{domains}"
        _write_store(store, providers, domains)
        first, again = _export(store, tree), _export(store, tree)
        for name, run in (("first", first), ("nothing new", again)):
            print(
                f"{providers:>9,}{domains:>9,}{name:>14}{run.seconds:>9.1f}{run.work:>8.1f}{run.memory:>6.0f}"
            )
        reached &= again.seconds <= BAR_AGAIN * first.seconds
        if domains == 100_000:
            reached &= first.seconds <= BAR_SECONDS
    verdict = "reached" if reached else "MISSED"
    print(f"bars: {BAR_SECONDS:.0f} s for 100,000 domains, {BAR_AGAIN} of it for nothing new: {verdict}\n")
    return reached


def _write_store(store: Path, providers: int, domains: int) -> None:
    store.mkdir()
    each = domains // providers
    for number in range(providers):
        names = ", ".join(f'"d{number * each + index}.example"' for index in range(each))
        (store / f"host{number}.toml").write_text(_PROVIDER.format(number=number, domains=names))


def _export(store: Path, tree: Path) -> Run:
    command = [sys.executable, "-m", "autoconfig", "export", str(tree), "--providers", str(store)]
    before, start, memory = _work(), time.perf_counter(), 0.0
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    while process.poll() is None:
        memory = max(memory, _memory(process.pid))
        time.sleep(0.05)
    seconds = time.perf_counter() - start
    if process.returncode != 0:
        sys.exit("bench: the export failed.")
    return Run(seconds, _work() - before, memory)


def _work() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _memory(pid: int) -> float:
    """The resident memory of a process and its children, in MiB."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20 + sum(_memory(int(child)) for child in children)


def _serving(folder: Path, rounds: int) -> bool:
    """Requests a second of nginx on the last tree against those of one plain file."""
    tree = folder / "tree-{}-{}".format(*SIZES[-1])
    document = (tree / "v1.1/d0.example").read_bytes()
    (tree / "plain.xml").write_bytes(document)
    (folder / "hosts.lua").write_text(_SCRIPT)
    ports = {"plain": load.free_port(), "tree": load.free_port()}
    block = f"""
        keepalive_requests 1000000000;
        server {{ listen 127.0.0.1:{ports["plain"]};
            location / {{ root "{tree}"; default_type text/xml; }} }}
        server {{ listen 127.0.0.1:{ports["tree"]};
            include "{tree}/server/nginx-documents.conf"; include "{tree}/server/nginx-alone.conf"; }}
    """
    found: dict[str, list[Load]] = {name: [] for name in CASES}
    with nginx_with(block, folder, ports["tree"], load.pinned(0)) as server:
        for turn in range(rounds + 1):
            for name, (kind, path, hosts) in CASES.items():
                url = f"http://127.0.0.1:{ports[kind]}/"
                arguments = ("--", path, str(hosts))
                figure = load.wrk(url, server.pid, folder / "hosts.lua", arguments, seconds=SECONDS)
                if turn:  # the first does not count: it fills the caches
                    found[name].append(figure)
    print(f"{'nginx serves':<22}{'per s':>9}{'ratio':>7}{'work us':>9}{'ratio':>7}{'p99 ms':>8}")
    for name, figures in found.items():
        rate, p99, work, _stolen = (statistics.median(column) for column in zip(*figures, strict=True))
        print(
            f"{name:<22}{rate:>9,.0f}{_ratio(found, name):>7.2f}{work:>9.2f}"
            f"{_work_ratio(found, name):>7.2f}{p99:>8.2f}"
        )
    reached = _ratio(found, OURS[0]) >= BAR_RATE
    print(f"bar: {BAR_RATE} of one plain file's rate for one document: {'reached' if reached else 'MISSED'}")
    return reached


def _ratio(found: dict[str, list[Load]], name: str) -> float:
    """The median of the ratios to the plain file's rate of the same round."""
    pairs = zip(found[name], found[PLAIN], strict=True)
    return statistics.median(mine.rate / plain.rate for mine, plain in pairs)


def _work_ratio(found: dict[str, list[Load]], name: str) -> float:
    pairs = zip(found[name], found[PLAIN], strict=True)
    return statistics.median(plain.work / mine.work for mine, plain in pairs)


if __name__ == "__main__":
    main()
