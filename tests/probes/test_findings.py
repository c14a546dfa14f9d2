"""The codes of findings: told in the documentation, and each provoked by a test."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from autoconfig.probes import KINDS, Severity
from autoconfig.probes.findings import found

ROOT = Path(__file__).parents[2]
_ROW = re.compile(r"^\| `([a-z0-9-]+)` \| (\w+) \| (.+?) \|$", re.MULTILINE)


def test_the_documentation_has_every_code_and_no_other() -> None:
    rows = _ROW.findall((ROOT / "docs" / "probes.md").read_text("utf-8"))
    assert rows == [(code, str(kind.severity), kind.meaning) for code, kind in KINDS.items()]


@pytest.mark.parametrize("code", KINDS)
def test_every_code_is_provoked_by_a_test(code: str) -> None:
    here = Path(__file__)
    texts = [path.read_text("utf-8") for path in here.parent.glob("test_*.py") if path != here]
    assert any(f'"{code}"' in text for text in texts)


def test_a_code_that_does_not_exist_cannot_be_found() -> None:
    with pytest.raises(KeyError):
        found("no-such-thing", "It is not there.")


def test_a_finding_may_be_milder_than_usual() -> None:
    assert found("slow", "It is slow.").severity is Severity.WARNING
    assert found("slow", "It is slow.", severity=Severity.NOTE).severity is Severity.NOTE


def test_what_a_stranger_says_in_a_message_stays_on_one_line() -> None:
    assert found("slow", "It says a\nb\x1b[2J.").message == "It says a\ufffdb\ufffd[2J."


def test_a_finding_without_a_fix_says_so_in_json() -> None:
    assert found("slow", "It is slow.").as_dict() == {
        "code": "slow",
        "severity": "warning",
        "message": "It is slow.",
        "fix": None,
    }
