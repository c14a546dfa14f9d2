"""``autoconfig providers verify`` as a process, against servers of the simulated internet."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import pytest

from tests.cli.terminal import on_a_terminal, plain
from tests.internet import Answer
from tests.internet.fixtures import internet
from tests.probes.looking import greeter

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Command, Run
    from tests.internet import Greeter, Internet

__all__ = ["internet"]

pytestmark = pytest.mark.real


class Database:
    """A folder of providers whose servers run on the simulated internet."""

    def __init__(
        self, internet: Internet, folder: Path, command: Command, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.internet = internet
        self.folder = folder
        self._command = command
        self._monkeypatch = monkeypatch
        for path in folder.glob("*.toml"):
            path.unlink()

    def add(self, name: str, *tables: str, domain: str | None = None) -> None:
        """One provider with these servers."""
        text = f'name = "{name.title()}"\ndomains = ["{domain or name}"]\n' + "\n".join(tables)
        (self.folder / f"{name}.toml").write_text(text)

    def serve(self, *services: str | Greeter, host: str | None = None, **options: Any) -> tuple[Any, str]:
        """A server and its name."""
        name = host or f"mail.{self.internet.domain()}"
        return self.internet.mail(name, *services, **options), name

    def verify(self, *arguments: str, private: bool = True, **environment: str) -> Run:
        """Run the command inside this process."""
        for name, value in (self.environment | environment).items():
            self._monkeypatch.setenv(name, value)
        allowed = ["--allow-private-networks"] if private else []
        return self._command("providers", "verify", *arguments, *allowed)

    @property
    def environment(self) -> dict[str, str]:
        """What leads to the providers and to the simulated internet."""
        return {
            "AUTOCONFIG_PROVIDERS": str(self.folder),
            "AUTOCONFIG_NAMESERVERS": self.internet.dns,
            "SSL_CERT_FILE": self.internet.ca_file,
        }


@pytest.fixture
def database(
    internet: Internet, folder: Path, autoconfig: Command, monkeypatch: pytest.MonkeyPatch
) -> Database:
    return Database(internet, folder, autoconfig, monkeypatch)


def imap(host: str, *, port: int = 993, authentication: str = "password-cleartext") -> str:
    return (
        f'[[incoming]]\ntype = "imap"\nhostname = "{host}"\nport = {port}\n'
        f'authentication = ["{authentication}"]\n'
    )


def test_where_all_is_well_nothing_is_said_but_that(database: Database) -> None:
    server, host = database.serve("imaps")
    database.add("good.example", imap(host))
    run = database.verify()
    assert (run.code, run.out, run.err) == (0, "", "1 provider, 1 server: all is well\n")
    assert server.accepted == [993]


def test_into_a_pipe_goes_one_line_for_each_finding(database: Database) -> None:
    _, host = database.serve(greeter("imaps", mechanisms=("LOGIN",)), tls="expired")
    database.add("bad.example", imap(host, authentication="OAuth2"))
    run = database.verify()
    assert run.code == 1
    lines = [line.split("\t") for line in run.out.splitlines()]
    start = ["bad.example", "imap", f"{host}:993 SSL", "error"]
    assert [line[:5] for line in lines] == [
        [*start, "certificate-expired"],
        [*start, "oauth2-missing"],
    ]
    assert lines[0][5:] == [f"The certificate of {host}:993 expired on 2020-01-02.", "Renew it."]
    assert run.err == "1 provider, 1 server: 2 errors\n"


def test_warnings_alone_are_no_failure(database: Database) -> None:
    name = f"mail.{database.internet.domain()}"
    database.serve("imaps", host=name, tls=database.internet.issuer.context("expires-soon", name))
    database.add("soon.example", imap(name))
    run = database.verify()
    assert (run.code, run.err) == (0, "1 provider, 1 server: 1 warning\n")


def test_json_holds_facts_and_findings_of_every_server(database: Database) -> None:
    _, good = database.serve("imaps")
    site = f"dav.{database.internet.domain()}"
    database.internet.site(site, {"/": Answer(status=404)})
    database.add("one.example", imap(good), f'[[other]]\ntype = "caldav"\nurl = "https://{site}/"\n')
    run = database.verify("--json")
    assert run.code == 1
    (provider,) = run.json
    assert (provider["id"], provider["name"]) == ("one.example", "One.Example")
    assert [server["verdict"] for server in provider["servers"]] == ["ok", "error"]
    first, second = provider["servers"]
    assert first["facts"]["tls"]["version"] == "TLSv1.3"
    assert first["facts"]["after"]["mechanisms"] == ["PLAIN"]
    assert second["findings"][0]["code"] == "url-not-found"
    assert run.err == ""


def test_a_server_that_many_providers_name_is_looked_at_once(database: Database) -> None:
    server, host = database.serve("imaps")
    for number in range(5):
        database.add(f"customer{number}.example", imap(host))
    run = database.verify("--json")
    assert (run.code, len(run.json), server.accepted) == (0, 5, [993])
    assert {each["servers"][0]["verdict"] for each in run.json} == {"ok"}


def test_providers_are_chosen_by_id_or_domain(database: Database) -> None:
    server, host = database.serve("imaps")
    database.add("first.example", imap(host))
    database.add("second.example", imap("unasked.example"), domain="other.example")
    database.add("third.example", imap("unasked.example"))
    run = database.verify("--json", "first.example", "FIRST.example")
    assert [each["id"] for each in run.json] == ["first.example"]
    run = database.verify("nobody.example")
    assert (run.code, run.err) == (
        1,
        "autoconfig: No provider has the id or domain 'nobody.example'; see providers list.\n",
    )
    assert database.verify("other.example", "--json").json[0]["id"] == "second.example"
    assert len(server.accepted) == 1


def test_a_host_name_with_the_domain_in_it_is_that_of_the_first_domain(database: Database) -> None:
    domain = database.internet.domain()
    server, _ = database.serve("imaps", host=f"imap.{domain}")
    database.add("hoster.example", imap("imap.%EMAILDOMAIN%"), domain=domain)
    assert database.verify().code == 0
    assert server.accepted == [993]


def test_private_networks_are_not_asked_unless_allowed(database: Database) -> None:
    server, host = database.serve("imaps")
    database.add("inside.example", imap(host))
    run = database.verify(private=False)
    assert (run.code, run.out.split("\t")[4]) == (1, "address-private")
    assert server.accepted == []


def test_one_s_own_servers_are_asked_more_and_without_pauses(database: Database) -> None:
    name = f"mail.{database.internet.domain()}"
    server, _ = database.serve("imaps", "imap", host=name, tls=database.internet.issuer.context("good", name))
    database.add("own.example", imap(name), imap(name, port=143) + 'socket_type = "STARTTLS"\n')
    run = database.verify("--own")
    assert (run.code, run.err) == (0, "1 provider, 2 servers: 2 notes\n")
    assert server.accepted_at[-1] - server.accepted_at[0] < 1.0 * (len(server.accepted) - 1)


def test_the_time_for_each_server_can_be_chosen(database: Database) -> None:
    name = f"mail.{database.internet.domain()}"
    database.internet.silent(name, 993)
    database.add("slow.example", imap(name))
    started = time.monotonic()
    run = database.verify("--own", "--timeout", "0.6")
    assert run.code == 1
    assert run.out.split("\t")[4] == "silent"
    assert time.monotonic() - started < 8


# Going on where an earlier run ended.


@pytest.fixture
def three(database: Database) -> list[Any]:
    """Three providers, the second with an error."""
    servers = []
    for name, tls in (("a.example", "valid"), ("b.example", "expired"), ("c.example", "valid")):
        server, host = database.serve("imaps", tls=tls)
        database.add(name, imap(host))
        servers.append(server)
    return servers


def test_a_run_writes_a_line_for_each_provider(database: Database, three: list[Any], tmp_path: Path) -> None:
    run = database.verify("--resume", str(tmp_path / "rot"))
    lines = [json.loads(line) for line in (tmp_path / "rot").read_text().splitlines()]
    assert [line["id"] for line in lines] == ["a.example", "b.example", "c.example"]
    assert [line["servers"][0]["verdict"] for line in lines] == ["ok", "error", "ok"]
    assert (run.code, run.err) == (1, "3 providers, 3 servers: 1 error\n")


@pytest.mark.parametrize("cut", [0, 1, 2, 3])
def test_a_run_goes_on_where_an_earlier_one_ended(
    database: Database, three: list[Any], tmp_path: Path, cut: int
) -> None:
    path = tmp_path / "rot"
    first = database.verify("--resume", str(path))
    whole = path.read_text().splitlines(keepends=True)
    path.write_text("".join(whole[:cut]) + (whole[cut][:40] if cut < 3 else ""))
    asked = [len(server.accepted) for server in three]
    again = database.verify("--resume", str(path))
    assert [line["id"] for line in map(json.loads, path.read_text().splitlines())] == [
        "a.example",
        "b.example",
        "c.example",
    ]
    assert (again.code, again.out, again.err) == (first.code, first.out, first.err)
    looked = [len(server.accepted) > before for server, before in zip(three, asked, strict=True)]
    assert looked == [place >= cut for place in range(3)]


def test_the_lines_of_other_providers_are_refused(
    database: Database, three: list[Any], tmp_path: Path
) -> None:
    path = tmp_path / "rot"
    path.write_text('{"id": "somebody.example", "servers": []}\n')
    run = database.verify("--resume", str(path))
    assert run.code == 2
    assert run.err == (
        f"autoconfig: --resume: line 1 of {path} is not about the provider that stands in the input there; "
        "give the input of the earlier run.\n"
    )
    assert path.read_text() == '{"id": "somebody.example", "servers": []}\n'


# Without a network.


def test_without_a_network_nothing_is_held_against_anybody(
    database: Database, three: list[Any], tmp_path: Path
) -> None:
    path = tmp_path / "rot"
    run = database.verify("--resume", str(path), AUTOCONFIG_NAMESERVERS=database.internet.no_name_server())
    assert (run.code, run.out) == (3, "")
    assert run.err == "autoconfig: Nobody could be reached: no name server and no server answers.\n"
    assert path.read_text() == ""


def test_a_wrong_name_server_is_wrong_use(database: Database) -> None:
    run = database.verify("--nameserver", "somewhere")
    assert run.code == 2
    assert "somewhere" in run.err


# On a terminal.


def test_a_terminal_gets_a_bar_and_what_is_wrong_in_eighty_columns(
    database: Database, three: list[Any]
) -> None:
    shown = on_a_terminal("providers", "verify", "--allow-private-networks", "--own", **database.environment)
    assert "3 providers, 1 error" in plain(shown)
    text = plain(shown).rpartition("\x1b[?25h")[2].strip().splitlines()
    assert text[0] == "b.example  B.Example"
    assert text[1].startswith("  imap mail.")
    assert text[2].startswith("    error    The certificate of mail.")
    assert text[-1] == "3 providers, 3 servers: 1 error"
    assert max(map(len, text)) <= 80
