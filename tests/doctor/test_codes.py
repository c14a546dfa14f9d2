"""Codes of fixes: one table, in the code and in docs/check.md; all of them are used, and no others."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from autoconfig.doctor import CLIENTS, RULES, Severity
from autoconfig.doctor.checkup import fixes_of
from autoconfig.doctor.fixes import Problem, fix_for
from autoconfig.doctor.predict import Outcome, Prediction
from tests.doctor.faults.case import CASES
from tests.doctor.test_faults import FAULTS

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "check.md"


def rows() -> Iterator[tuple[str, str, str]]:
    """The rows of the tables of codes."""
    text = PAGE.read_text(encoding="utf-8")
    yield from re.findall(r"^\| `([a-z0-9-]+)` \| (error|warning|note) \| (.+) \|$", text, re.MULTILINE)


def test_the_page_has_every_code_with_its_severity_and_advice() -> None:
    assert list(rows()) == [(code, str(severity), advice) for code, (severity, advice) in RULES.items()]


def test_the_page_has_every_program() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for client in CLIENTS:
        assert f"| `{client.key}` |" in text


@pytest.mark.parametrize("code", RULES)
def test_advice_is_one_sentence(code: str) -> None:
    advice = RULES[code][1]
    assert re.fullmatch(r"[A-Z].*\.", advice)
    assert len(advice) <= 110


def files(*rooms: str) -> list[Path]:
    """The modules of some rooms, but for fixes.py."""
    found = [file for room in rooms for file in (ROOT / "autoconfig" / room).rglob("*.py")]
    return [file for file in found if file.name != "fixes.py"]


def parsed(file: Path) -> ast.AST:
    return ast.parse(file.read_text(encoding="utf-8"))


def strings(*rooms: str) -> set[str]:
    """Every string constant of some rooms."""
    return {
        node.value
        for file in files(*rooms)
        for node in ast.walk(parsed(file))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def test_every_code_is_said_somewhere() -> None:
    assert set(RULES) - strings("doctor", "advice/clients") == set()


def codes_in(tree: ast.AST) -> Iterator[str]:
    """Constants that are certainly codes: ``code=…``, Problem(…, …), Unread(…, …)."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        place = {"Problem": 0, "Unread": 1}.get(name)
        candidates = [keyword.value for keyword in node.keywords if keyword.arg in ("code", "missing")]
        if place is not None and len(node.args) > place:
            candidates.append(node.args[place])
        yield from (
            found.value
            for found in candidates
            if isinstance(found, ast.Constant) and isinstance(found.value, str)
        )


def test_nothing_else_is_said() -> None:
    said = {code for file in files("doctor", "advice/clients") for code in codes_in(parsed(file))}
    assert len(said) > 30
    assert said - {""} <= set(RULES)


def test_a_fault_is_made_for_every_code() -> None:
    assert FAULTS
    elsewhere = {
        "server",
        "guessed",
        "dns-plan",
    }  # with a code of the probes behind it; test_doctor; test_own_service
    assert set(RULES) - {case.code for case in CASES} == elsewhere


# Fixes from problems


def prediction(name: str, *problems: Problem) -> Prediction:
    return Prediction(client=name, name=name, outcome=Outcome.FAILS, problems=problems)


def problem(code: str = "status", where: str = "https://a.example/x?emailaddress=p", **more: bool) -> Problem:
    return Problem(code, where, "It answers 500.", **more)


def test_one_fix_for_each_code_and_place_names_everybody_it_stops() -> None:
    (fix,) = fixes_of([prediction("A", problem()), prediction("B", problem())], [], "example.com")
    assert (fix.where, fix.clients, fix.severity) == ("https://a.example/x", ("A", "B"), Severity.ERROR)


def test_where_all_are_led_on_it_is_a_warning_for_nobody() -> None:
    (fix,) = fixes_of([prediction("A", problem(heals=True))], [], "example.com")
    assert (fix.clients, fix.severity) == ((), Severity.WARNING)


@pytest.mark.parametrize("first", [True, False])
def test_what_stops_one_is_not_healed_by_what_leads_another_on(first: bool) -> None:
    (fix,) = fixes_of(
        [prediction("A", problem(heals=first)), prediction("B", problem(heals=not first))], [], "example.com"
    )
    assert (fix.clients, fix.severity) == (("B",) if first else ("A",), Severity.ERROR)


def test_what_is_wrong_with_a_host_is_told_once_for_it() -> None:
    fixes = fixes_of(
        [
            prediction("A", problem("certificate-expired")),
            prediction("B", problem("certificate-expired", "http://a.example/y")),
        ],
        [],
        "example.com",
    )
    assert [(fix.where, fix.clients) for fix in fixes] == [("a.example", ("A", "B"))]


def test_the_worst_comes_first() -> None:
    others = [problem("profile-missing"), problem("sources-differ"), problem("status")]
    fixes = fixes_of([], others, "example.com")
    assert [fix.severity for fix in fixes] == [Severity.ERROR, Severity.WARNING, Severity.NOTE]


def test_advice_names_the_domain() -> None:
    assert fix_for(problem("pacc-digest-missing"), "example.com").do.endswith(
        "TXT _ua-auto-config.example.com."
    )


def test_a_probe_knows_better_than_the_table() -> None:
    found = Problem("server-slow", "imap a.example:993", "It takes long.", known=Severity.WARNING)
    assert fix_for(found, "example.com").severity is Severity.WARNING
    assert fix_for(found, "example.com").do == RULES["server"][1]
