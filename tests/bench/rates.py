"""Requests a second of ours and others, side by side. Run: ``python -m tests.bench.rates``.

The machine's mood changes from minute to minute (its worst: ``load``). So all servers run, each pinned to one
core with wrk on another, and take turns of a second; what counts is the ratio within a turn, of all turns the
median. Two processes of the same server differ by some hundredths, so that each is started several times. The
work a request costs (the processor's time) depends less on who else is busy. Another server joins with
``--peer NAME "COMMAND with {port} in it"``; it is asked for ada@example.com as ours is.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tests.bench import load, servers
from tests.bench.load import Load

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tests.bench.servers import Running

STARTS, ROUNDS = 3, 5
"""How often all servers are started, and how often each is measured after a start."""
SECONDS = 1.0

_BODY = (
    '<Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006">'
    f"<Request><EMailAddress>{servers.ADDRESS}</EMailAddress><AcceptableResponseSchema>"
    "http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a"
    "</AcceptableResponseSchema></Request></Autodiscover>"
)


class Bar(NamedTuple):
    """One ratio that is to be reached."""

    what: str
    ours: str
    other: str
    least: float


BARS = (
    Bar("GET", "ours-gunicorn", "bare-gunicorn", 0.9),
    Bar("POST", "ours-gunicorn", "bare-gunicorn", 0.75),
    Bar("GET", "ours-gunicorn", "uncounted-gunicorn", 0.97),
    Bar("GET", "ours-granian", "uncounted-granian", 0.97),
    Bar("GET", "ours-gunicorn", "automx2", 15),
    Bar("POST", "ours-gunicorn", "automx2", 15),
    Bar("GET", "ours-granian", "nginx", 0.63),
    Bar("POST", "ours-granian", "nginx GET", 0.35),
)

Figures = dict[tuple[str, str], list[Load]]
"""By server and GET or POST, of each round."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Print rates and ratios; exit 1 where a bar is missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.rates")
    parser.add_argument("kinds", nargs="*", metavar="SERVER", help=f"some of {', '.join(servers.KINDS)}")
    parser.add_argument("--starts", type=load.positive, default=STARTS)
    parser.add_argument("--rounds", type=load.positive, default=ROUNDS, help="after each start")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="of each measurement")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    parser.add_argument(
        "--peer", nargs=2, action="append", default=[], metavar=("NAME", "COMMAND"), help="another server"
    )
    options = parser.parse_args(arguments)
    peers = {name: servers.peer(name, command) for name, command in options.peer}
    kinds = [*(options.kinds or _installed()), *peers]
    for kind in kinds:
        if kind not in servers.KINDS and kind not in peers:
            parser.error(f"there is no server {kind}")
    needed = {"wrk", *("nginx" for kind in kinds if kind.startswith("nginx"))}
    if complaint := load.missing(sorted(needed)):
        sys.exit(f"bench: {complaint}")
    makers = {kind: servers.KINDS.get(kind) or peers[kind] for kind in kinds}
    try:
        figures = _compared(makers, options)
    except RuntimeError as error:
        sys.exit(f"bench: {error}")
    verdicts = _verdicts(figures)
    if options.json is not None:
        options.json.write_text(json.dumps(_as_json(figures, verdicts), indent=2) + "\n")
    sys.exit(0 if all(ratio >= bar.least for bar, ratio in verdicts) else 1)


def _compared(makers: Mapping[str, servers.Make], options: argparse.Namespace) -> Figures:
    """Run all servers, measure them in turns, and print what came of it. Raises RuntimeError."""
    figures: Figures = {}
    for start in range(options.starts):
        with tempfile.TemporaryDirectory(prefix="bench-") as name, ExitStack() as stack:
            folder = Path(name)
            running = {
                kind: stack.enter_context(servers.running(make, folder / kind))
                for kind, make in makers.items()
            }
            for kind, loads in _measured(running, folder, options.rounds, options.seconds).items():
                figures.setdefault(kind, []).extend(loads)
            if start == options.starts - 1:
                _print(running, figures)
    most = max(figure.stolen for loads in figures.values() for figure in loads)
    print(f"at most {most:.1%} of a core's time was taken from the machine in a second that counts\n")
    return figures


def _installed() -> list[str]:
    kinds = list(servers.KINDS)
    if servers.AUTOMX2_PYTHON not in os.environ:
        print(
            f"without automx2: {servers.AUTOMX2_PYTHON} does not name a Python that has it", file=sys.stderr
        )
        kinds.remove("automx2")
    return kinds


def _measured(running: Mapping[str, Running], folder: Path, rounds: int, seconds: float) -> Figures:
    """What each does in each round, after one that does not count."""
    script = folder / "post.lua"
    script.write_text(
        f'wrk.method = "POST"\nwrk.body = [[{_BODY}]]\nwrk.headers["Content-Type"] = "text/xml"\n'
    )
    found: Figures = {}
    for turn in range(rounds + 1):
        for kind, server in running.items():
            for method, url in _questions(kind, server):
                posted = script if method == "POST" else None
                figure = load.wrk(url, server.process.pid, posted, seconds=seconds if turn else 1)
                if turn:
                    found.setdefault((kind, method), []).append(figure)
    return found


def _median(loads: Sequence[Load]) -> Load:
    return Load(*(statistics.median(column) for column in zip(*loads, strict=True)))


def _questions(kind: str, server: Running) -> list[tuple[str, str]]:
    if kind.startswith("nginx"):
        return [("GET", server.url("/config.xml"))]
    return [("GET", server.url(servers.GET)), ("POST", server.url(servers.POST))]


def _print(running: Mapping[str, Running], figures: Figures) -> None:
    head = "".join(f"{method + '/s':>9}{'p99 ms':>8}{'work us':>9}" for method in ("GET", "POST"))
    print(f"{'':<24}{head}{'MiB':>6}{'first answer s':>16}")
    for kind, server in running.items():
        cells = "".join(_cells(figures.get((kind, method))) for method in ("GET", "POST"))
        print(f"{server.name:<24}{cells}{server.memory:>6.0f}{server.first_answer:>16.2f}")
    print()


def _cells(loads: Sequence[Load] | None) -> str:
    if not loads:
        return f"{'':>26}"
    figure = _median(loads)
    return f"{figure.rate:>9,.0f}{figure.p99:>8.2f}{figure.work:>9.1f}"


def _verdicts(figures: Figures) -> list[tuple[Bar, float]]:
    verdicts = []
    for bar in BARS:
        other, _, method = bar.other.partition(" ")
        mine, theirs = figures.get((bar.ours, bar.what)), figures.get((other, method or bar.what))
        if mine is None or theirs is None:
            continue
        pairs = list(zip(mine, theirs, strict=True))
        ratio = statistics.median(one.rate / another.rate for one, another in pairs)
        verdicts.append((bar, ratio))
        said = "reached" if ratio >= bar.least else "MISSED"
        by_work = statistics.median(another.work / one.work for one, another in pairs)
        print(
            f"{bar.what:<5}{bar.ours:<15}{ratio:>7.2f} of {bar.other:<15} bar {bar.least:>5}  {said:<8}"
            f" by work: {by_work:.2f}"
        )
    return verdicts


def _as_json(figures: Figures, verdicts: list[tuple[Bar, float]]) -> dict[str, object]:
    return {
        "figures": [
            {"server": kind, "method": method, **_median(loads)._asdict()}
            for (kind, method), loads in figures.items()
        ],
        "bars": [{**bar._asdict(), "ratio": ratio} for bar, ratio in verdicts],
    }


if __name__ == "__main__":
    main()
