"""How fast the service answers, as ratios measured side by side; needs wrk. Run: make bench.

The machine's mood changes from minute to minute, so that our server and the bare one take turns, each pinned
to one core with the load generator on another, and the ratio of their medians is what counts.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tests.bench.servers import DOMAIN

if TYPE_CHECKING:
    from collections.abc import Iterator

ROUNDS = 5
SECONDS = 4
CONNECTIONS = 16
BAR = 0.8

_POX = (
    '<Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006">'
    f"<Request><EMailAddress>ada@{DOMAIN}</EMailAddress><AcceptableResponseSchema>"
    "http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a"
    "</AcceptableResponseSchema></Request></Autodiscover>"
)
REQUESTS = {
    "GET by address": f"/mail/config-v1.1.xml?emailaddress=ada@{DOMAIN}",
    "GET .well-known": f"/.well-known/autoconfig/mail/config-v1.1.xml?emailaddress=ada%40{DOMAIN}",
    "GET by domain": f"/v1.1/{DOMAIN}",
    "404": "/mail/config-v1.1.xml?emailaddress=ada@unknown.example",
    "POX": "/autodiscover/autodiscover.xml",
    "JSON v2": f"/autodiscover/autodiscover.json?Email=ada@{DOMAIN}&Protocol=AutodiscoverV1",
}


def main() -> None:
    """Print every figure; exit 1 where the bar is missed."""
    if shutil.which("wrk") is None:
        sys.exit("bench: wrk is not installed (Debian: apt-get install wrk).")
    ratio = _rates()
    _help_time()
    _growth()
    verdict = "reached" if ratio >= BAR else "MISSED"
    print(f"\nthe bar: {BAR} of the bare function's rate; measured {ratio:.2f}: {verdict}")
    sys.exit(0 if ratio >= BAR else 1)


def _rates() -> float:
    """Requests a second against those of the bare function; the worst of the three document URLs."""
    print(
        f"one worker, gthread, 8 threads, {CONNECTIONS} connections, "
        f"{ROUNDS} rounds of {SECONDS} s, medians\n"
    )
    with _server("bare") as bare, _server("ours") as ours, tempfile.TemporaryDirectory() as folder:
        print(f"{'request':<18}{'ours/s':>10}{'bare/s':>10}{'ratio':>8}{'p99 ms':>9}")
        worst = 1.0
        for name, path in REQUESTS.items():
            script = _post_script(Path(folder)) if name == "POX" else None
            pairs = [(_wrk(ours, path, script), _wrk(bare, path, script)) for _ in range(ROUNDS)]
            mine = statistics.median(pair[0][0] for pair in pairs)
            theirs = statistics.median(pair[1][0] for pair in pairs)
            p99 = statistics.median(pair[0][1] for pair in pairs)
            print(f"{name:<18}{mine:>10.0f}{theirs:>10.0f}{mine / theirs:>8.2f}{p99:>9.1f}")
            if name.startswith("GET"):
                worst = min(worst, mine / theirs)
    return worst


def _post_script(folder: Path) -> Path:
    script = folder / "post.lua"
    script.write_text(
        f'wrk.method = "POST"\nwrk.body = [[{_POX}]]\nwrk.headers["Content-Type"] = "text/xml"\n'
    )
    return script


def _wrk(port: int, path: str, script: Path | None) -> tuple[float, float]:
    """Requests a second and the 99th percentile in milliseconds."""
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "--latency"]
    if script is not None:
        command += ["-s", str(script)]
    output = subprocess.run(
        [*_pinned(1), *command, f"http://127.0.0.1:{port}{path}"], capture_output=True, text=True, check=True
    ).stdout
    rate = re.search(r"Requests/sec:\s+([\d.]+)", output)
    p99 = re.search(r"99%\s+([\d.]+)(us|ms|s)", output)
    assert rate is not None, output
    assert p99 is not None, output
    return float(rate[1]), float(p99[1]) * {"us": 0.001, "ms": 1, "s": 1000}[p99[2]]


@contextmanager
def _server(kind: str) -> Iterator[int]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [*_pinned(0), sys.executable, "-m", "tests.bench.servers", kind, str(port)]
    process = subprocess.Popen(command, cwd=Path(__file__).parents[2])
    try:
        _wait_for(port)
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def _wait_for(port: int) -> None:
    for _ in range(100):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/v1.1/{DOMAIN}", timeout=1) as answer:
                assert answer.status == 200
                return
        except OSError:
            time.sleep(0.1)
    sys.exit("bench: the server did not start.")


def _pinned(core: int) -> list[str]:
    alone = (os.cpu_count() or 1) < 2 or shutil.which("taskset") is None
    return [] if alone else ["taskset", "-c", str(core)]


def _help_time() -> None:
    times = []
    for _ in range(9):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-m", "autoconfig", "--help"], stdout=subprocess.DEVNULL, check=True)
        times.append(time.perf_counter() - start)
    print(f"\nautoconfig --help: {statistics.median(times) * 1000:.0f} ms (median of {len(times)})")


def _growth() -> None:
    """Load time, memory and look-up time by the number of domains, each in a process of its own."""
    print(f"\n{'domains':>9}{'load s':>9}{'MiB':>7}{'find ns':>9}")
    with tempfile.TemporaryDirectory() as folder:
        for count in (100, 10_000, 100_000, 1_000_000):
            store = Path(folder) / str(count)
            store.mkdir()
            for start in range(0, count, 100_000):
                names = ", ".join(
                    f'"d{number}.example"' for number in range(start, min(count, start + 100_000))
                )
                (store / f"host{start}.toml").write_text(
                    f'name = "Host"\ndomains = [{names}]\n'
                    '[[incoming]]\ntype = "imap"\nhostname = "imap.host.example"\n'
                    '[[outgoing]]\ntype = "smtp"\nhostname = "smtp.host.example"\n'
                )
            output = subprocess.run(
                [sys.executable, "-c", _GROWTH, str(store), str(count)],
                capture_output=True,
                text=True,
                check=True,
            ).stdout.split()
            load, memory, find = output
            print(f"{count:>9}{load:>9}{memory:>7}{find:>9}")


_GROWTH = """
import sys, time, timeit
from pathlib import Path
from autoconfig.stores import open_store
def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 2**20
before = resident()
start = time.perf_counter()
store = open_store(sys.argv[1])
load = time.perf_counter() - start
memory = resident() - before
names = [f"d{int(sys.argv[2]) * part // 1000}.example" for part in range(1000)]
assert all(store.find(name) for name in names)
find = min(timeit.repeat(lambda: [store.find(name) for name in names], number=10, repeat=5)) / 10_000 * 1e9
print(f"{load:.2f} {memory:.0f} {find:.0f}")
"""


if __name__ == "__main__":
    main()
