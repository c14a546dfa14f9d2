"""What the resolver adds to the network's own time, with every server 40 ms away.

The critical path is measured in the same run by plain sockets: one DNS question, one TCP connection, TLS, one
HTTP request, one after the other. Beside it a sequential client, which asks as Delta Chat does. Needs root or
``unshare -Urn`` for network namespaces. Run as ``python -m tests.bench.far`` or by make bench.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
from pathlib import Path

from tests.bench.far_client import SEQUENTIAL_TIMEOUT
from tests.bench.world import document
from tests.internet.answers import xml
from tests.internet.delay import apart, unavailable

ROUNDS = 15
BAR = 1.15
PATIENCE = 1500.0
"""Milliseconds."""

_MOZILLA = "/mail/config-v1.1.xml"
_POX = "/autodiscover/autodiscover.xml"
_BASE = "http://schemas.microsoft.com/exchange/autodiscover"


def main() -> None:
    """Print both ratios and the sequential client's times; exit 1 above the bar."""
    reason = unavailable()
    if reason:
        sys.exit(f"far: {reason}.")
    medians = {name: statistics.median(times) for name, times in _measured().items()}
    print(f"{'medians in ms, 40 ms of round trip':<40}{'path':>7}{'ours':>9}{'ratio':>7}{'sequential':>12}")
    ratios = [
        _row("an own autoconfig host", medians, "own", 0.0),
        _row("SRV, the web hosts are black holes", medians, "srv", PATIENCE),
    ]
    last, last_sequential = medians["last"], medians["last sequential"]
    print(f"{'Autodiscover only, found last':<40}{'':>7}{last:>9.0f}{'':>7}{last_sequential:>12.0f}")
    worst = max(ratios)
    verdict = "reached" if worst <= BAR else "MISSED"
    print(
        f"\nThe sequential client waits {SEQUENTIAL_TIMEOUT:g} s for a host; the patience is {PATIENCE:g} ms."
    )
    print(f"the bar: {BAR} of the path, after the patience; worst {worst:.2f}: {verdict}")
    sys.exit(0 if worst <= BAR else 1)


def _measured() -> dict[str, list[float]]:
    with (
        tempfile.TemporaryDirectory() as folder,
        apart(0.02) as line,
        line.internet(Path(folder)) as internet,
    ):
        own, srv, last = internet.domain(), internet.domain(), internet.domain()
        internet.site(f"autoconfig.{own}", {_MOZILLA: document(own)})
        internet.zone(srv, "_imaps._tcp SRV 0 1 993 imap\n_submissions._tcp SRV 0 1 465 smtp")
        for name in (f"autoconfig.{srv}", srv, f"ua-auto-config.{srv}", f"autodiscover.{srv}"):
            internet.dropping(name)
        internet.site(last, {})
        internet.site(f"autodiscover.{last}", {_POX: xml(_settings(last))})
        arguments = [internet.direct_dns, own, srv, last, str(ROUNDS)]
        command = [sys.executable, "-m", "tests.bench.far_client", *arguments]
        done = line.run_in_client(command, env={"SSL_CERT_FILE": internet.ca_file}, timeout=300)
    figures: dict[str, list[float]] = json.loads(done.stdout)
    return figures


def _settings(domain: str) -> str:
    return (
        f'<Autodiscover xmlns="{_BASE}/responseschema/2006">'
        f'<Response xmlns="{_BASE}/outlook/responseschema/2006a">'
        "<Account><AccountType>email</AccountType><Action>settings</Action>"
        f"<Protocol><Type>IMAP</Type><Server>imap.{domain}</Server><Port>993</Port><SSL>on</SSL></Protocol>"
        f"<Protocol><Type>SMTP</Type><Server>smtp.{domain}</Server><Port>465</Port><SSL>on</SSL></Protocol>"
        "</Account></Response></Autodiscover>"
    )


def _row(name: str, medians: dict[str, float], key: str, patience: float) -> float:
    """Print one line; return the ratio of what the resolver took, less the patience, to the path."""
    path, ours, sequential = medians[f"{key} path"], medians[key], medians[f"{key} sequential"]
    ratio = (ours - patience) / path
    print(f"{name:<40}{path:>7.0f}{ours:>9.0f}{ratio:>7.2f}{sequential:>12.0f}")
    return ratio


if __name__ == "__main__":
    main()
