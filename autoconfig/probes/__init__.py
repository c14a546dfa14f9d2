"""Servers and zones as they answer, held against what is published.

``Prober`` looks at servers: facts first (what was seen), then findings (what is wrong with that).
"""

from autoconfig.probes.findings import KINDS, ServerFinding, Severity
from autoconfig.probes.prober import Prober
from autoconfig.probes.report import ServerReport

__all__ = ["KINDS", "Prober", "ServerFinding", "ServerReport", "Severity"]
