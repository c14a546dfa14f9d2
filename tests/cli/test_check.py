"""``autoconfig check`` as a command: its screen, its pipe, its page, its exit codes."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from autoconfig.cli.check import CLIENTS
from autoconfig.doctor import CLIENTS as PROGRAMS
from tests.cli.terminal import on_a_terminal, plain
from tests.doctor.conftest import internet, ispdb, world
from tests.doctor.domain import PARTS, POX, Domain

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Command, Run
    from tests.internet import Answer, Internet

__all__ = ["internet", "ispdb", "world"]

pytestmark = pytest.mark.real


@pytest.fixture
def good(world: Internet, ispdb: dict[str, Answer]) -> Domain:
    """A domain that publishes everything."""
    return Domain(world, ispdb, PARTS)


@pytest.fixture
def bad(world: Internet, ispdb: dict[str, Answer]) -> Domain:
    """A domain with two faults and two things missing."""
    domain = Domain(world, ispdb, ("autoconfig", "pox"))
    domain.move("autoconfig", "wrong-name")
    domain.edit("autodiscover", POX, ("<SPA>off</SPA>", ""))
    return domain


@pytest.fixture
def check(autoconfig: Command, folder: Path) -> Command:
    """The command inside this process, with the name server of the simulated internet."""

    def run(domain: Domain | str, *arguments: str, servers: bool = False) -> Run:
        name = domain if isinstance(domain, str) else domain.name
        more = [] if isinstance(domain, str) else options(domain)
        return autoconfig("check", name, *more, *([] if servers else ["--no-servers"]), *arguments)

    return run


def options(domain: Domain) -> list[str]:
    return ["--nameserver", domain.dns, "--allow-private-networks"]


def test_a_domain_without_a_fault_is_exit_0(check: Command, good: Domain) -> None:
    run = check(good)
    assert (run.code, run.err) == (0, "")
    lines = run.out.splitlines()
    assert lines[0] == f"{good.name} as mail programs see it"
    assert [re.split(r" {2,}", line[2:])[:2] for line in lines[2:14]] == [
        [program.name, "asks" if program.key == "outlook-new" else "configures"] for program in PROGRAMS
    ]
    summary = r"Ready: 11 of 12 programs, nothing to mend\. \(\d+ ms\)"
    assert re.fullmatch(summary, lines[-1])


def test_a_domain_with_faults_is_exit_1_and_says_what_to_do(check: Command, bad: Domain) -> None:
    run = check(bad)
    assert (run.code, run.err) == (1, "")
    fixes = re.findall(r"^(error|warning|note) +([a-z-]+) +(\S+)", run.out, re.MULTILINE)
    assert fixes == [
        ("error", "certificate-name", f"autoconfig.{bad.name}"),
        ("error", "pox-spa", f"https://autodiscover.{bad.name}{POX}"),
        ("warning", "srv-missing", bad.name),
        ("note", "profile-missing", bad.name),
    ]
    assert "-> Get a certificate that has the name of this host." in run.out.replace("→", "->")
    assert "postmaster" not in run.out


def test_quiet_prints_errors_and_warnings_alone(check: Command, good: Domain, bad: Domain) -> None:
    run = check(good, "--quiet")
    assert (run.code, run.stdout, run.stderr) == (0, b"", b"")
    run = check(bad, "--quiet")
    assert run.code == 1
    assert run.out.startswith("error  ")
    assert "note" not in run.out
    assert "mail programs see it" not in run.out


def test_quiet_json_of_a_good_domain_is_nothing(check: Command, good: Domain) -> None:
    assert check(good, "--quiet", "--json").stdout == b""


def test_json_has_everything(check: Command, bad: Domain) -> None:
    run = check(bad, "--json")
    assert run.code == 1
    found = run.json
    assert set(found) == {"domain", "healthy", "elapsed_ms", "clients", "fixes", "sources", "servers"}
    assert (found["domain"], found["healthy"]) == (bad.name, False)
    outlook = next(client for client in found["clients"] if client["client"] == "outlook")
    assert outlook["outcome"] == "partly"
    assert outlook["incoming"] == [
        {
            "type": "imap",
            "hostname": f"mail.{bad.name}",
            "port": 993,
            "socket_type": "SSL",
            "authentication": ["NTLM"],
            "username": f"postmaster@{bad.name}",
        }
    ]
    assert found["fixes"][1] == {
        "code": "pox-spa",
        "severity": "error",
        "where": f"https://autodiscover.{bad.name}{POX}",
        "why": f"imap mail.{bad.name}:993 is logged in to by NTLM, since SPA is not off.",
        "do": "Write SPA off: without it Outlook wants NTLM.",
        "clients": ["Outlook (classic)"],
    }


def test_one_program_may_be_asked_about_alone(check: Command, good: Domain) -> None:
    run = check(good, "--client", "delta-chat", "--client", "apple", "--json")
    assert [client["client"] for client in run.json["clients"]] == ["apple", "delta-chat"]


def test_the_mail_servers_are_looked_at(check: Command, good: Domain) -> None:
    good.internet.mail(good.host("mail"), "imaps")
    run = check(good, "--own", "--client", "thunderbird", servers=True)
    assert run.code == 1
    assert "TLS 1.3, certificate for" in run.out
    assert re.search(
        rf"^error +server-connection-refused +smtp mail\.{good.name}:465$", run.out, re.MULTILINE
    )


def test_the_page_goes_into_a_file_beside_the_table(check: Command, good: Domain, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    run = check(good, "--html", str(file))
    assert run.code == 0
    assert run.out.startswith(f"{good.name} as mail programs see it\n")
    assert file.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_the_page_alone_goes_to_the_output(check: Command, good: Domain) -> None:
    run = check(good, "--html", "-")
    assert (run.code, run.out.startswith("<!DOCTYPE html>")) == (0, True)
    assert run.out.rstrip().endswith("</html>")


def test_a_page_that_cannot_be_written_is_one_sentence(check: Command, good: Domain, tmp_path: Path) -> None:
    run = check(good, "--html", str(tmp_path / "nowhere" / "report.html"))
    assert run.code == 1
    assert (run.out, run.err.count("\n")) == ("", 1)
    assert "nowhere" in run.err


def test_a_provider_file_and_a_service_host_bring_in_the_plan(
    check: Command, good: Domain, folder: Path
) -> None:
    text = f'name = "Good"\ndomains = ["{good.name}"]\n' + "".join(
        f'[[{direction}]]\ntype = "{kind}"\nhostname = "mail.{good.name}"\nusername = "%EMAILADDRESS%"\n'
        for direction, kind in (("incoming", "imap"), ("outgoing", "smtp"))
    )
    (folder / "good.toml").write_text(text)
    without = check(good)
    assert without.code == 0, without.out
    run = check(good, "--service-host", "settings.example.net", "--json")
    assert run.code == 1
    plan = {fix["where"] for fix in run.json["fixes"] if fix["code"] == "dns-plan"}
    assert f"autoconfig.{good.name}. CNAME" in plan
    assert run.json["sources"][0]["name"] == "provider file"


def test_without_a_network_it_is_exit_3(autoconfig: Command, world: Internet) -> None:
    run = autoconfig("check", "example.com", "--nameserver", world.no_name_server(), "--quiet")
    assert (run.code, run.out) == (3, "")
    assert run.err.startswith("autoconfig: Nobody could be asked about example.com: ")
    assert run.err.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["check"], "Missing argument 'DOMAIN'"),
        (["check", "not a domain"], "not a domain"),
        (["check", "-"], "not a domain"),
        (["check", "co.uk"], "Nothing is asked at the public suffix co.uk; give a domain below it."),
        (["check", "a@example.com"], "a@example.com"),
        (["check", "example.com", "--client", "pine"], "'pine' is not one of 'thunderbird', "),
        (["check", "example.com", "--nameserver", "dns.example"], "dns.example"),
        (["check", "example.com", "--doh", "https://d.example/", "--nameserver", "192.0.2.1"], "--doh and"),
        (["check", "example.com", "--json", "--html", "-"], "--json and --html -"),
    ],
)
def test_wrong_use_is_exit_2_and_one_sentence(arguments: list[str], said: str, autoconfig: Command) -> None:
    run = autoconfig(*arguments)
    assert (run.code, run.out) == (2, "")
    assert said in run.err
    assert "Traceback" not in run.err


def test_wrong_use_is_json_where_json_is_wanted(autoconfig: Command) -> None:
    run = autoconfig("check", "not a domain", "--json")
    assert run.code == 2
    assert "error" in json.loads(run.stdout or run.stderr)


def test_the_programs_of_the_option_are_those_of_the_doctor() -> None:
    assert tuple(program.key for program in PROGRAMS) == CLIENTS


def test_a_terminal_of_80_columns_shows_it_whole(bad: Domain, folder: Path) -> None:
    shown = on_a_terminal("check", bad.name, *options(bad), "--no-servers")
    assert "\x1b[" in shown
    lines = plain(shown).splitlines()
    assert [line for line in lines if len(line) > 80] == []
    assert any(line.startswith("✗ KMail") and line.endswith(f"autoconfig.{bad.name}") for line in lines)


def test_a_pipe_gets_no_colours(bad: Domain, process: Command) -> None:
    run = process("check", bad.name, *options(bad), "--no-servers")
    assert run.code == 1
    assert b"\x1b" not in run.stdout
