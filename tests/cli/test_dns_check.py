"""``autoconfig dns check`` from the printed plan to the exit code, against a real name server."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.internet.fixtures import internet
from tests.stores.folder import toml_text

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Command, Run
    from tests.internet import Internet

__all__ = ["internet"]

pytestmark = pytest.mark.real


@pytest.fixture
def domain(internet: Internet, folder: Path, autoconfig: Command) -> str:
    """A served domain whose printed records are in the DNS."""
    domain = internet.domain()
    (folder / f"{domain}.toml").write_text(toml_text(domain, name="Mine"))
    for host in ("settings.example.net", "imap.example.net", "smtp.example.net"):
        internet.host(host)
    done = autoconfig("dns", "records", domain, "--service-host", "settings.example.net", "--json")
    for record in done.json["records"]:
        internet.zone(record["name"].removesuffix("."), f"@ {record['type']} {record['value']}")
        target = record["value"].split()[-1].removesuffix(".")
        if record["type"] == "SRV" and target:
            internet.host(target)
    return domain


def _check(autoconfig: Command, internet: Internet, domain: str, *more: str) -> Run:
    return autoconfig(
        "dns", "check", domain, "--service-host", "settings.example.net", "--nameserver", internet.dns, *more
    )


def test_a_whole_zone_is_exit_0_and_one_line_for_each_name(
    autoconfig: Command, internet: Internet, domain: str
) -> None:
    done = _check(autoconfig, internet, domain)
    assert (done.code, done.err) == (0, "")
    assert {line.split()[0] for line in done.out.splitlines()} == {"ok"}
    assert f"ok          autoconfig.{domain}. CNAME\n" in done.out


def test_a_fault_is_exit_1_and_says_what_should_be(
    autoconfig: Command, internet: Internet, domain: str
) -> None:
    internet.unzone(f"autoconfig.{domain}")
    done = _check(autoconfig, internet, domain)
    assert done.code == 1
    expected = f"missing     autoconfig.{domain}. CNAME\n            should be settings.example.net.\n"
    assert done.out.startswith(expected)


def test_json_has_a_verdict_for_each_name(autoconfig: Command, internet: Internet, domain: str) -> None:
    done = _check(autoconfig, internet, domain, "--json")
    assert done.json["domain"] == domain
    assert done.json["records"][0] == {
        "name": f"autoconfig.{domain}.",
        "type": "CNAME",
        "verdict": "ok",
        "detail": "",
        "expected": ["settings.example.net."],
        "found": [internet.host("settings.example.net")],
    }


def test_a_name_server_that_is_none_is_wrong_use(autoconfig: Command, domain: str) -> None:
    done = autoconfig("dns", "check", domain, "--service-host", "s.example.net", "--nameserver", "nonsense")
    assert (done.code, done.out) == (2, "")
