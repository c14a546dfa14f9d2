"""``autoconfig dns`` for domains nobody lists: customers by their MX record, and those that will be."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest

from tests.internet.fixtures import internet
from tests.real.nameserver import answering

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.cli.conftest import Command, Run
    from tests.internet import Internet
    from tests.real.nameserver import NameServer

__all__ = ["internet"]

HOST = "settings.example.net"
NO_PACC = "(PACC is for listed domains alone)"


@pytest.fixture(scope="module")
def dns() -> Iterator[NameServer]:
    records = {
        "customer.com": "10 in.mx.example.net",
        "stranger.com": "10 mx.elsewhere.org",
        "nomail.com": "0 ",
    }
    with answering(records) as server:
        yield server


@pytest.fixture
def records(autoconfig: Command, dns: NameServer, monkeypatch: pytest.MonkeyPatch) -> Command:
    """``dns records`` of a service that asks this name server."""
    monkeypatch.setenv("AUTOCONFIG_NAMESERVERS", dns.address)
    dns.asked.clear()

    def run(*arguments: str) -> Run:
        return autoconfig("dns", "records", *arguments, "--service-host", HOST)

    return run


def kinds(done: Run) -> set[tuple[str, str]]:
    """Owner and type of each record printed in a zone."""
    lines = [line.split() for line in done.out.splitlines() if not line.startswith(";")]
    return {(line[0], line[3]) for line in lines}


def test_a_customer_by_mx_gets_the_lines_of_its_provider_but_pacc(records: Command) -> None:
    done = records("customer.com")
    assert done.code == 0
    assert kinds(done) == {
        (f"{name.replace('example.com', 'customer.com')}", kind)
        for name, kind in kinds(records("example.com"))
        if "ua-auto-config" not in name
    }
    assert ("_imaps._tcp.customer.com.", "SRV") in kinds(done)
    assert done.err == (
        "autoconfig: customer.com: its mail goes to in.mx.example.net, "
        f"so that example.com serves it {NO_PACC}.\n"
    )


def test_json_says_the_same_in_the_shape_of_the_contract_and_nothing_beside(records: Command) -> None:
    done = records("customer.com", "--json")
    assert (done.code, done.err) == (0, "")
    assert done.json.keys() == {"domain", "records"}
    assert len(done.json["records"]) == len(kinds(records("customer.com")))


def test_a_listed_domain_asks_nobody(records: Command, dns: NameServer) -> None:
    assert records("example.com").code == 0
    assert not dns.asked


@pytest.mark.parametrize(
    ("domain", "reason"),
    [
        ("stranger.com", "its mail goes to mx.elsewhere.org, which is nobody's here"),
        ("nobody.com", "it has no MX record"),
        ("nomail.com", "it takes no mail (null MX)"),
    ],
)
def test_whose_mail_others_take_is_not_served(records: Command, domain: str, reason: str) -> None:
    done = records(domain)
    assert (done.code, done.out) == (1, "")
    assert done.err == (
        f"autoconfig: The domain {domain} is not served: {reason}; "
        "add a provider file that lists it, or say whose it will be with --provider ID.\n"
    )


@pytest.mark.parametrize("variable", ["AUTOCONFIG_MX_RULE", "AUTOCONFIG_RESOLVE"])
def test_what_the_service_does_not_serve_has_no_lines(
    records: Command, dns: NameServer, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, "off")
    done = records("customer.com")
    assert done.code == 1
    assert done.err == (
        "autoconfig: The domain customer.com is not served; add a provider file that lists it.\n"
    )
    assert not dns.asked


def test_nothing_is_asked_at_a_public_suffix(records: Command, dns: NameServer) -> None:
    assert records("co.uk").code == 1
    assert not dns.asked


def test_a_dns_that_says_nothing_is_one_sentence(records: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTOCONFIG_NAMESERVERS", "127.0.0.1:1")
    done = records("customer.com")
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith(
        "autoconfig: The domain customer.com is not listed, and its MX record cannot be looked up: "
    )


# Those that will be customers


def test_a_domain_whose_mx_leads_elsewhere_gets_the_lines_of_the_provider_that_is_named(
    records: Command, dns: NameServer
) -> None:
    done = records("stranger.com", "--provider", "example.com")
    assert done.code == 0
    assert ("_imaps._tcp.stranger.com.", "SRV") in kinds(done)
    assert not any("ua-auto-config" in name for name, _ in kinds(done))
    assert done.err == (
        "autoconfig: stranger.com: nobody lists it; it is served as soon as its MX record leads to "
        f"mx.example.net {NO_PACC}.\n"
    )
    assert not dns.asked


def test_a_provider_without_mx_domains_must_list_it(records: Command) -> None:
    done = records("stranger.com", "--provider", "other.example")
    assert done.err == (
        "autoconfig: stranger.com: nobody lists it yet; it is served as soon as other.example does.\n"
    )


def test_a_domain_that_changes_its_provider_is_told_so(records: Command) -> None:
    done = records("other.example", "--provider", "example.com")
    assert done.err == (
        "autoconfig: other.example: other.example lists it now; "
        "it gets these servers when example.com does instead.\n"
    )


def test_a_listed_domain_of_that_provider_is_as_ever(records: Command) -> None:
    assert records("example.com", "--provider", "example.com") == records("example.com")


def test_an_unknown_provider_is_one_sentence(records: Command) -> None:
    done = records("stranger.com", "--provider", "nobody")
    assert (done.code, done.out) == (1, "")
    assert done.err == (
        "autoconfig: There is no provider 'nobody'; autoconfig providers list has them all.\n"
    )


def test_of_two_providers_with_one_mx_domain_the_one_that_is_named_is_shown(
    records: Command, tmp_path: Path
) -> None:
    stores = []
    for name in ("first", "second"):
        folder = tmp_path / name
        folder.mkdir()
        (folder / f"{name}.toml").write_text(
            f'name = "{name}"\ndomains = ["{name}.example"]\nmx = ["mx.shared.example"]\n'
            f'[[incoming]]\ntype = "imap"\nhostname = "imap.{name}.example"\n'
        )
        stores += ["--providers", str(folder)]
    done = records("stranger.com", "--provider", "second", *stores)
    assert "imap.second.example." in done.out
    assert "imap.first.example." not in done.out


MAPPING = """
[sql]
url = "sqlite:///{folder}/isp.db"
domain_query = "SELECT host FROM customers WHERE name = :domain"
[[provider]]
id = "isp"
{more}
[[provider.incoming]]
type = "imap"
hostname = "{{host}}"
"""


@pytest.fixture
def mapping(tmp_path: Path) -> Path:
    """A mapping whose hosts depend on the domain."""
    with sqlite3.connect(tmp_path / "isp.db") as connection:
        connection.execute("CREATE TABLE customers (name text PRIMARY KEY, host text)")
    connection.close()
    path = tmp_path / "isp.toml"
    path.write_text(MAPPING.format(folder=tmp_path, more=""))
    return path


def test_servers_that_only_the_database_knows_are_not_made_up(records: Command, mapping: Path) -> None:
    done = records("stranger.com", "--provider", "isp", "--providers", str(mapping))
    assert (done.code, done.out) == (1, "")
    assert done.err == (
        "autoconfig: The servers of isp depend on what its database says of a domain; "
        "list the domain there first.\n"
    )


# Against a real name server


@pytest.mark.real
def test_the_lines_of_a_customer_pass_the_check(
    internet: Internet, autoconfig: Command, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    domain = internet.domain()
    for host in (HOST, "imap.example.com", "smtp.example.com"):
        internet.host(host)
    internet.zone(domain, "@ MX 10 in.mx.example.net.")
    monkeypatch.setenv("AUTOCONFIG_NAMESERVERS", internet.dns)
    printed = autoconfig("dns", "records", domain, "--service-host", HOST)
    for line in printed.out.splitlines()[1:]:
        name, _, _, kind, value = line.split(maxsplit=4)
        internet.zone(name.removesuffix("."), f"@ {kind} {value}")
    done = autoconfig("dns", "check", domain, "--service-host", HOST)
    assert (done.code, done.err) == (0, "")
    assert {line.split()[0] for line in done.out.splitlines()} == {"ok"}
    internet.unzone(f"autoconfig.{domain}")
    done = autoconfig("dns", "check", domain, "--service-host", HOST, "--nameserver", internet.dns)
    assert done.code == 1
    assert done.out.startswith(f"missing     autoconfig.{domain}. CNAME\n")
