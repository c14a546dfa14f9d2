"""What the DNS plan has to say, as problems among the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from autoconfig.doctor.fixes import Problem
from autoconfig.probes.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable

    from autoconfig.probes.dns_plan import Finding


def problems_of(findings: Iterable[Finding]) -> list[Problem]:
    """One problem for each name that is not as the plan has it."""
    return [
        Problem("dns-plan", f"{finding.name} {finding.type}", _why(finding))
        for finding in findings
        if finding.verdict is not Verdict.OK
    ]


def _why(finding: Finding) -> str:
    expected = (
        f"It should be {' and '.join(finding.expected)}" if finding.expected else "It should not be there"
    )
    return f"{expected}: {finding.detail or str(finding.verdict)}."
