"""``autoconfig check`` as its users run it, against a domain of the simulated internet."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from autoconfig.cli.check import CLIENTS
from autoconfig.doctor import CLIENTS as PROGRAMS
from autoconfig.doctor.fixes import RULES
from tests.doctor.conftest import internet, ispdb, world
from tests.doctor.domain import CONFIG, POX, Domain

if TYPE_CHECKING:
    from tests.internet import Answer, Internet

__all__ = ["internet", "ispdb", "world"]

ROOT = Path(__file__).resolve().parents[2]


class Run(NamedTuple):
    """What a call of the command said."""

    code: int
    out: str
    err: str


def check(domain: Domain, *options: str, name: str = "") -> Run:
    """Run the command on a domain of the simulated internet."""
    command = [sys.executable, "-m", "autoconfig", "check", name or domain.name, "--no-servers"]
    command += ["--nameserver", domain.dns, "--allow-private-networks", *options]
    environment = {**os.environ, "SSL_CERT_FILE": domain.internet.ca_file}
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, env=environment)
    return Run(ended.returncode, ended.stdout, ended.stderr)


@pytest.fixture
def healthy(world: Internet, ispdb: dict[str, Answer]) -> Domain:
    return Domain(world, ispdb, ("autoconfig", "pox", "srv", "pacc", "profile"))


@pytest.fixture
def broken(healthy: Domain) -> Domain:
    """A domain whose document has the wrong type."""
    answer = healthy.page("autoconfig", CONFIG)
    healthy.put("autoconfig", CONFIG, replace(answer, type="text/html"))
    return healthy


@pytest.mark.real
class TestOfTheSimulatedInternet:
    def test_a_healthy_domain_is_said_to_be_one(self, healthy: Domain) -> None:
        run = check(healthy)
        assert (run.code, run.err) == (0, "")
        assert re.search(r"^✓ Thunderbird +configures +autoconfig\.", run.out, re.MULTILINE)
        assert "error" not in run.out

    def test_a_broken_one_says_what_to_do(self, broken: Domain) -> None:
        run = check(broken)
        assert run.code == 1
        assert re.search(r"^error +content-type +https://autoconfig\.", run.out, re.MULTILINE)
        assert "→ Send the document as text/xml.\n" in run.out

    def test_one_program_alone_may_be_asked_about(self, broken: Domain) -> None:
        run = check(broken, "--client", "evolution")
        assert run.code == 0
        assert "Thunderbird" not in run.out
        assert re.search(r"^✓ Evolution +configures", run.out, re.MULTILINE)

    def test_quiet_says_nothing_where_all_is_well(self, healthy: Domain) -> None:
        assert check(healthy, "--quiet") == Run(0, "", "")

    def test_json_has_everything(self, broken: Domain) -> None:
        run = check(broken, "--json")
        content = json.loads(run.out)
        assert run.code == 1
        assert [entry["client"] for entry in content["predictions"]] == list(CLIENTS)
        fix = next(fix for fix in content["fixes"] if fix["code"] == "content-type")
        assert fix.keys() == {"code", "severity", "where", "why", "do", "clients"}
        assert "Thunderbird" in fix["clients"]

    def test_the_page_stands_by_itself(self, broken: Domain, tmp_path: Path) -> None:
        page = tmp_path / "report.html"
        assert check(broken, "--html", str(page)).code == 1
        text = page.read_text()
        assert text.startswith("<!doctype html>")
        assert "content-type" in text
        assert not re.search(
            r"(src|href)=[\"']?(https?:)?//", text.replace(f'href="https://{broken.name}', "")
        )

    def test_what_a_server_says_is_escaped_on_the_page(self, healthy: Domain, tmp_path: Path) -> None:
        document = healthy.pox.replace(b"<Server>", b"<Server>&lt;script&gt;alert(1)&lt;/script&gt;", 1)
        answer = healthy.page("autodiscover", POX)
        healthy.put("autodiscover", POX, replace(answer, body=document))
        page = tmp_path / "report.html"
        check(healthy, "--html", str(page))
        assert "<script>alert" not in page.read_text()

    def test_without_a_network_the_exit_code_is_three(self, world: Internet, healthy: Domain) -> None:
        healthy.dns = world.no_name_server()
        run = check(healthy)
        assert (run.code, run.out) == (3, "")
        assert run.err.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["-"], "not a domain"),
        (["example.com", "--client", "pine"], "pine"),
        (["example.com", "--nameserver", "dns.example"], "dns.example"),
        (["example.com", "--doh", "https://d.example/", "--nameserver", "192.0.2.1"], "exclude"),
        ([], "DOMAIN"),
    ],
)
def test_wrong_use_is_one_sentence(arguments: list[str], words: str) -> None:
    command = [sys.executable, "-m", "autoconfig", "check", *arguments]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert words in ended.stderr
    assert "Traceback" not in ended.stderr


def test_the_programs_are_those_of_the_doctor() -> None:
    assert tuple(program.key for program in PROGRAMS) == CLIENTS


def test_the_documentation_has_every_code_with_its_advice() -> None:
    text = (ROOT / "docs" / "check.md").read_text("utf-8")
    rows = re.findall(r"^\| `([a-z0-9-]+)` \| (error|warning|note) \| (.*) \|$", text, re.MULTILINE)
    assert {code: (severity, do) for code, severity, do in rows} == {
        code: (str(severity), do) for code, (severity, do) in RULES.items()
    }
