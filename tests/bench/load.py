"""wrk, pinned to a core of its own, and processes that are measured on another.

A virtual machine does not own its cores: in some seconds its host gives half of their time to others, most of
it while two processes change places, so that a server of several threads suffers more than one of a single
thread. Linux counts what is taken (steal). Such a second says nothing of a server, and is measured again.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import time
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tests.processes import children_of

if TYPE_CHECKING:
    from collections.abc import Sequence

CONNECTIONS = 16

CALM = 0.02
"""Up to which share of one core's time may be taken from the machine while something is measured."""
TRIES = 8
"""How often is measured until it is calm; after the last try the calmest counts."""
PAUSE = 1.5
"""Seconds after a measurement that was not calm: hosts give back what they took."""

_UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0}


class Load(NamedTuple):
    """Requests a second, the 99th percentile of their times in ms, and the work of each in µs.

    ``stolen`` is the share of one core's time that the machine did not get meanwhile.
    """

    rate: float
    p99: float
    work: float
    stolen: float


def missing(programs: Sequence[str]) -> str:
    """Which of the programs are not installed, as one sentence; empty where all are there."""
    absent = [name for name in programs if shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin") is None]
    return f"not installed: {', '.join(absent)} (Debian: apt-get install …)." if absent else ""


def pinned(core: int) -> list[str]:
    """What stands before a command that shall run on one core; nothing on a machine with one core."""
    alone = (os.cpu_count() or 1) < 2 or shutil.which("taskset") is None
    return [] if alone else ["taskset", "-c", str(core)]


def wrk(
    url: str, pid: int, script: Path | None = None, arguments: Sequence[str] = (), *, seconds: float = 3
) -> Load:
    """Ask a URL of a process as fast as it answers, in a calm moment; ``arguments`` go to the script.

    Raises RuntimeError where an answer is no 2xx or 3xx.
    """
    figures: list[Load] = []
    while True:
        figures.append(_measured(url, pid, script, arguments, seconds))
        if figures[-1].stolen <= CALM or len(figures) == TRIES:
            return min(figures, key=lambda figure: figure.stolen)
        time.sleep(PAUSE)


def _measured(url: str, pid: int, script: Path | None, arguments: Sequence[str], seconds: float) -> Load:
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds:g}s", "--latency"]
    command += [] if script is None else ["-s", str(script)]
    before, stolen, started = cpu_seconds(pid), stolen_seconds(), time.perf_counter()
    output = subprocess.run(
        [*pinned(1), *command, url, *arguments],
        capture_output=True,
        text=True,
        check=True,
        timeout=seconds + 30,
    ).stdout
    share = (stolen_seconds() - stolen) / (time.perf_counter() - started)
    refused = re.search(r"Non-2xx or 3xx responses: (\d+)", output)
    rate = re.search(r"Requests/sec:\s+([\d.]+)", output)
    p99 = re.search(r"99%\s+([\d.]+)(us|ms|s)", output)
    count = re.search(r"(\d+) requests in", output)
    if rate is None or p99 is None or count is None or refused is not None:
        raise RuntimeError(f"{url}: {output}")
    work = (cpu_seconds(pid) - before) / int(count[1]) * 1e6
    return Load(float(rate[1]), float(p99[1]) * _UNITS[p99[2]], work, share)


def stolen_seconds() -> float:
    """Seconds of all cores together that the host has given to others so far (steal, proc(5))."""
    fields = Path("/proc/stat").read_text().split(maxsplit=9)
    return int(fields[8]) / os.sysconf("SC_CLK_TCK")


def positive(text: str) -> int:
    """A number of times, from the command line. Raises ValueError where nothing would be measured."""
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


def wait_until_served(url: str, process: subprocess.Popen[bytes], *, seconds: float = 60) -> float:
    """Wait until a URL is answered with 200; return the seconds it took. Raises RuntimeError."""
    start = time.perf_counter()
    while time.perf_counter() - start < seconds:
        try:
            with urllib.request.urlopen(url, timeout=1) as answer:
                if answer.status == 200:
                    return time.perf_counter() - start
        except OSError:
            time.sleep(0.005)
        if process.poll() is not None:
            break
    raise RuntimeError(f"{' '.join(map(str, process.args))} does not answer {url}.")  # type: ignore[arg-type]


def resident(pid: int) -> float:
    """MiB that the largest of a process and its children holds in memory: the worker."""
    sizes = [int(Path(f"/proc/{each}/statm").read_text().split()[1]) for each in _family(pid)]
    return max(sizes) * os.sysconf("SC_PAGESIZE") / 2**20


def cpu_seconds(pid: int) -> float:
    """Seconds that a process and its children have worked; others on the same core do not count."""
    ticks = 0
    for each in _family(pid):
        fields = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])  # utime and stime, proc(5)
    return ticks / os.sysconf("SC_CLK_TCK")


def _family(pid: int) -> list[int]:
    return [pid, *children_of(pid)]
