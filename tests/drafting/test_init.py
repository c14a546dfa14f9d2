"""``autoconfig providers init``: provider files of domains on the simulated internet."""

from __future__ import annotations

import sys
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from autoconfig.cli import main
from tests.internet import Answer, json, redirect, xml
from tests.internet.fixtures import internet, need
from tests.mailhost import probed
from tests.mailhost.probed import ProbedHosts
from tests.probes.looking import greeter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.internet import Greeter, Internet

__all__ = ["internet"]

pytestmark = pytest.mark.real

DOCUMENT = """<clientConfig version="1.1"><emailProvider id="DOMAIN"><domain>DOMAIN</domain>
<displayName>Ada's Mail</displayName><displayShortName>Ada</displayShortName>
<incomingServer type="imap"><hostname>HOST</hostname><port>993</port><socketType>SSL</socketType>
<username>%EMAILLOCALPART%</username><authentication>password-cleartext</authentication></incomingServer>
<outgoingServer type="smtp"><hostname>HOST</hostname><port>465</port><socketType>SSL</socketType>
<username>%EMAILLOCALPART%</username><authentication>password-cleartext</authentication></outgoingServer>
</emailProvider>OAUTH2</clientConfig>"""
OAUTH2 = """<oAuth2><issuer>login.example.net</issuer><scope>mail</scope>
<authURL>https://login.example.net/auth</authURL><tokenURL>https://login.example.net/token</tokenURL></oAuth2>"""


@dataclass(frozen=True)
class Written:
    """What the command left behind."""

    code: int
    out: str
    err: str
    text: str

    @property
    def file(self) -> dict[str, Any]:
        return tomllib.loads(self.text)

    @property
    def head(self) -> list[str]:
        return [line for line in self.text.splitlines() if line.startswith("#")]

    def servers(self, section: str) -> list[tuple[str, ...]]:
        """Type, host or URL, port, socket type, ways to log in: what is written of each."""
        return [
            (
                entry["type"],
                entry.get("hostname") or entry["url"],
                str(entry.get("port", "")),
                entry.get("socket_type", ""),
                *entry.get("authentication", ()),
            )
            for entry in self.file.get(section, [])
        ]


class Domain:
    """A mail domain, its servers, and the command that writes its provider file."""

    def __init__(self, internet: Internet, folder: Path, run: Callable[..., tuple[int, str, str]]) -> None:
        self.internet = internet
        self.name = internet.domain()
        self.folder = folder
        self._run = run

    def host(self, label: str) -> str:
        return f"{label}.{self.name}"

    def serve(self, label: str, *services: str | Greeter, **options: Any) -> Any:
        return self.internet.mail(self.host(label), *services, **options)

    def zone(self, records: str) -> None:
        self.internet.zone(self.name, records)

    def publish(self, host: str, oauth2: str = "") -> None:
        text = DOCUMENT.replace("DOMAIN", self.name).replace("HOST", host).replace("OAUTH2", oauth2)
        self.internet.site(self.host("autoconfig"), {"/mail/config-v1.1.xml": xml(text)})

    def run(self, *arguments: str, **environment: str) -> Written:
        variables = {
            "AUTOCONFIG_NAMESERVERS": self.internet.dns,
            "AUTOCONFIG_ALLOW_PRIVATE_NETWORKS": "on",
            "AUTOCONFIG_ISPDB_URLS": f"https://ispdb.{self.name}/",
            "SSL_CERT_FILE": self.internet.ca_file,
        }
        code, out, err = self._run(("providers", *arguments), variables | environment)
        path = self.folder / f"{self.name}.toml"
        text = path.read_text() if path.exists() else ""
        return Written(code, out, err, text)

    def init(self, *arguments: str, **environment: str) -> Written:
        return self.run("init", self.name, "--own", *arguments, **environment)

    def linted(self) -> tuple[int, list[str]]:
        """What the linter says of the file, notes about what a format cannot say left out."""
        run = self.run("lint", f"{self.name}.toml")
        return run.code, [line for line in run.out.splitlines() if ": note: " not in line]


@pytest.fixture
def domain(
    internet: Internet,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsysbinary: pytest.CaptureFixture[bytes],
) -> Domain:
    """A domain without servers; the command runs inside this process, in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def run(arguments: tuple[str, ...], environment: dict[str, str]) -> tuple[int, str, str]:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(sys, "argv", ["autoconfig", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsysbinary.readouterr()
        assert isinstance(ended.value.code, int)
        return ended.value.code, out.decode(), err.decode()

    return Domain(internet, tmp_path, run)


def test_the_servers_of_the_dns_are_written(domain: Domain) -> None:
    domain.serve("box", "imaps", "submissions")
    domain.zone("_imaps._tcp SRV 0 1 993 box\n_submissions._tcp SRV 0 1 465 box")
    written = domain.init()
    assert written.code == 0
    assert written.servers("incoming") == [("imap", domain.host("box"), "", "")]
    assert written.servers("outgoing") == [("smtp", domain.host("box"), "", "")]
    assert (written.file["id"], written.file["domains"]) == (domain.name, [domain.name])
    assert f"#   - imap {domain.host('box')}:993 SSL (SRV {domain.name})" in written.head
    assert "#   - No server for POP3 was found." in written.head
    assert domain.linted() == (0, [])


def test_a_document_gives_names_and_login_names_too(domain: Domain) -> None:
    domain.serve("box", "imaps", "submissions")
    domain.publish(domain.host("box"))
    written = domain.init()
    assert (written.file["name"], written.file["short_name"]) == ("Ada's Mail", "Ada")
    assert [entry["username"] for entry in written.file["incoming"]] == ["%EMAILLOCALPART%"]
    assert f"(https://autoconfig.{domain.name}/mail/config-v1.1.xml)" in written.head[3]
    assert not any("Nobody says what the login name is" in line for line in written.head)
    assert domain.linted() == (0, [])


def test_the_usual_names_are_tried_for_what_nobody_names(domain: Domain) -> None:
    domain.serve("imap", "imaps", "imap")
    domain.serve("pop3", "pop3")
    domain.serve("mail", "submission")
    written = domain.init()
    assert written.code == 0
    assert written.servers("incoming") == [
        ("imap", domain.host("imap"), "", ""),
        ("pop3", domain.host("pop3"), "", "STARTTLS"),
    ]
    assert written.servers("outgoing") == [("smtp", domain.host("mail"), "", "STARTTLS")]
    assert f"#   - imap {domain.host('imap')}:993 SSL (it answers; nobody names it)" in written.head
    assert "#   - The name is only the domain: write the one that users know." in written.head
    assert any("it is taken to be the whole address" in line for line in written.head)
    assert domain.linted() == (0, [])


def test_the_host_that_takes_the_mail_in_is_tried_too(domain: Domain) -> None:
    domain.serve("mx1", "imaps", "submissions")
    domain.zone("@ MX 10 mx1")
    written = domain.init()
    assert written.servers("incoming") == [("imap", domain.host("mx1"), "", "")]
    assert written.file["mx"] == [domain.name]


def test_mail_that_somebody_else_takes_in_is_told(domain: Domain) -> None:
    domain.serve("mail", "imaps", "submissions")
    other = domain.internet.domain()
    domain.zone(f"@ MX 10 mx.{other}.")
    written = domain.init()
    assert "mx" not in written.file
    assert any(f"is taken in by mx.{other}, which belongs to somebody else" in line for line in written.head)


def test_what_the_domain_declines_is_not_guessed(domain: Domain) -> None:
    server = domain.serve("mail", "imaps", "submissions", "pop3s", "pop3")
    domain.zone("_pop3s._tcp SRV 0 0 0 .\n_pop3._tcp SRV 0 0 0 .")
    written = domain.init()
    assert [entry["type"] for entry in written.file["incoming"]] == ["imap"]
    assert not {995, 110} & set(server.accepted)


@pytest.mark.parametrize(
    ("mechanisms", "ways"),
    [
        (("PLAIN", "LOGIN"), ()),
        (("CRAM-MD5",), ("password-encrypted",)),
        (("SCRAM-SHA-256", "PLAIN"), ("password-cleartext", "password-encrypted")),
        (("PLAIN", "NTLM", "GSSAPI"), ("password-cleartext", "GSSAPI", "NTLM")),
        (("PLAIN", "XOAUTH2"), ()),
    ],
)
def test_the_ways_to_log_in_are_those_that_are_offered(
    domain: Domain, mechanisms: tuple[str, ...], ways: tuple[str, ...]
) -> None:
    domain.serve("imap", "imaps")
    domain.serve("smtp", greeter("submissions", mechanisms=mechanisms))
    written = domain.init()
    assert written.servers("outgoing") == [("smtp", domain.host("smtp"), "", "", *ways)]
    assert any("takes OAuth2 too" in line for line in written.head) is ("XOAUTH2" in mechanisms)


def test_oauth2_is_written_where_it_is_offered_and_the_issuer_known(domain: Domain) -> None:
    domain.serve("box", greeter("imaps", mechanisms=("PLAIN", "XOAUTH2")), "submissions")
    domain.publish(domain.host("box"), OAUTH2)
    written = domain.init()
    assert [entry.get("authentication") for entry in written.file["incoming"]] == [
        ["OAuth2", "password-cleartext"]
    ]
    assert written.servers("outgoing") == [("smtp", domain.host("box"), "", "")]
    assert written.file["oauth2"]["issuer"] == "https://login.example.net"
    assert domain.linted() == (0, [])


def test_an_issuer_is_left_out_where_no_server_takes_its_tokens(domain: Domain) -> None:
    domain.serve("box", "imaps", "submissions")
    domain.publish(domain.host("box"), OAUTH2)
    written = domain.init()
    assert "oauth2" not in written.file
    assert domain.linted() == (0, [])


def test_a_named_server_that_does_not_serve_is_made_good_by_one_that_does(domain: Domain) -> None:
    domain.internet.refusing(domain.host("gone"))
    domain.serve("mail", "imaps", "submissions")
    domain.zone("_imaps._tcp SRV 0 1 993 gone\n_submissions._tcp SRV 0 1 465 mail")
    written = domain.init()
    assert written.servers("incoming") == [("imap", domain.host("mail"), "", "")]
    left_out = f"#   - imap {domain.host('gone')}:993 SSL is named by SRV {domain.name} and is left out:"
    assert any(line.startswith(left_out) for line in written.head)


def test_a_named_server_that_nothing_makes_good_stays_with_a_warning(domain: Domain) -> None:
    domain.internet.refusing(domain.host("gone"))
    domain.serve("smtp", "submissions")
    domain.zone("_imaps._tcp SRV 0 1 993 gone")
    written = domain.init()
    assert written.servers("incoming") == [("imap", domain.host("gone"), "", "")]
    assert any("does not answer as it should" in line for line in written.head)
    assert any(f"Nobody listens on port 993 of {domain.host('gone')}." in line for line in written.head)


def test_a_server_is_published_under_the_name_that_its_certificate_has(domain: Domain) -> None:
    hoster = f"server7.{domain.internet.domain()}"
    domain.internet.mail(hoster, "imaps", "submissions")
    domain.zone(f"mail A {domain.internet.host(hoster)}")
    written = domain.init()
    assert written.servers("incoming") == [("imap", hoster, "", "")]
    assert written.servers("outgoing") == [("smtp", hoster, "", "")]
    assert f"(it answers as {domain.host('mail')} too; its certificate is for this name)" in written.head[3]


def test_a_bad_certificate_is_something_to_check(domain: Domain) -> None:
    domain.serve("mail", "imaps", "submissions", tls="expired")
    written = domain.init()
    assert written.servers("incoming") == [("imap", domain.host("mail"), "", "")]
    wanted = f"#   - The certificate of {domain.host('mail')}:993 expired on 2020-01-02."
    assert wanted in written.head
    assert f"Check: {wanted[6:]}" in written.err


def test_filters_calendars_contacts_and_jmap_are_found_at_their_usual_places(domain: Domain) -> None:
    domain.serve("mail", "imaps", "submissions", "sieve")
    session = json('{"capabilities": {}, "apiUrl": "https://x.invalid/"}')
    asks = Answer(status=401, headers={"WWW-Authenticate": 'Digest realm="x"', "DAV": "1"})
    domain.internet.site(
        domain.name,
        {
            "/.well-known/caldav": redirect("/dav/cal/"),
            "/dav/cal/": asks,
            "/.well-known/carddav": Answer(status=404),
            "/.well-known/jmap": session,
        },
    )
    written = domain.init()
    assert written.servers("incoming") == [
        ("imap", domain.host("mail"), "", ""),
        ("jmap", f"https://{domain.name}/.well-known/jmap", "", ""),
    ]
    assert written.servers("other") == [
        ("caldav", f"https://{domain.name}/dav/cal/", "", "", "http-digest"),
        ("managesieve", domain.host("mail"), "", ""),
    ]
    assert domain.linted() == (0, [])


def test_a_catch_all_web_host_offers_nothing(domain: Domain) -> None:
    domain.serve("mail", "imaps", "submissions")
    domain.internet.site(domain.name, {"*": Answer(body="<html>", type="text/html")})
    written = domain.init()
    assert "other" not in written.file
    assert written.servers("incoming") == [("imap", domain.host("mail"), "", "")]


# The file.


def test_a_file_that_is_there_is_left_alone(domain: Domain) -> None:
    path = domain.folder / f"{domain.name}.toml"
    path.write_text("mine")
    server = domain.serve("mail", "imaps", "submissions")
    written = domain.init()
    assert (written.code, written.text) == (1, "mine")
    assert written.err == f"autoconfig: {domain.name}.toml is there already; --force writes over it.\n"
    assert server.accepted == []
    forced = domain.init("--force")
    assert forced.code == 0
    assert forced.file["id"] == domain.name


def test_a_dash_prints_the_file(domain: Domain) -> None:
    domain.serve("mail", "imaps", "submissions")
    written = domain.init("--output", "-")
    assert (written.code, written.text) == (0, "")
    assert tomllib.loads(written.out)["id"] == domain.name
    assert written.err.startswith("2 servers written.\n")


def test_the_file_can_be_chosen(domain: Domain) -> None:
    domain.serve("mail", "imaps", "submissions")
    written = domain.init("--output", "other.toml")
    assert written.err.startswith("2 servers written to other.toml.\n")
    assert tomllib.loads((domain.folder / "other.toml").read_text())["id"] == domain.name


def test_json_tells_what_was_found(domain: Domain) -> None:
    import json as json_text

    domain.serve("mail", "imaps", "submissions")
    written = domain.init("--json")
    content = json_text.loads(written.out)
    assert (content["domain"], content["file"]) == (domain.name, f"{domain.name}.toml")
    assert [server["type"] for server in content["servers"]] == ["imap", "smtp"]
    assert content["servers"][0]["origin"] == "it answers; nobody names it"


def test_where_the_linter_remarks_the_file_is_written_and_says_so(domain: Domain) -> None:
    domain.serve("imap", "imaps")
    written = domain.init()
    assert written.code == 1
    assert "There is no outgoing server" in written.err
    assert any("There is no outgoing server" in line for line in written.head)
    assert domain.linted()[0] == 1


def test_a_domain_with_nothing_is_told_so(domain: Domain) -> None:
    domain.zone('@ TXT "nothing here"')
    written = domain.init()
    assert (written.code, written.text) == (1, "")
    assert written.err == (
        f"autoconfig: No server to read mail from was found for {domain.name}: nobody names one, and none of "
        "the usual names answers.\n"
    )


def test_without_a_network_that_is_what_is_told(domain: Domain) -> None:
    written = domain.init(AUTOCONFIG_NAMESERVERS=domain.internet.no_name_server())
    assert (written.code, written.text) == (3, "")
    assert written.err.startswith(f"autoconfig: Nobody could be asked about {domain.name}: ")


def test_what_is_no_domain_is_wrong_use(domain: Domain) -> None:
    run = domain.run("init", "not a domain")
    assert run.code == 2
    assert "not a domain" in run.err


def test_at_a_public_suffix_nothing_is_asked(domain: Domain) -> None:
    run = domain.run("init", "com.au")
    assert run.code == 2
    assert "Nothing is asked at the public suffix com.au; give a domain below it." in run.err
    assert domain.internet.questions("com.au") == []


def test_what_nobody_looks_at_is_kept_as_it_is_named(domain: Domain) -> None:
    domain.serve("box", "imaps", "submissions")
    chat = (
        f'<chatServer type="xmpp"><hostname>chat.{domain.name}</hostname><port>5223</port>'
        "<socketType>SSL</socketType><username>%EMAILADDRESS%</username>"
        "<authentication>password-cleartext</authentication></chatServer>"
    )
    domain.publish(domain.host("box"), chat)
    written = domain.init()
    assert written.servers("other") == [("xmpp", f"chat.{domain.name}", "", "")]
    assert not any("is left out" in line for line in written.head)


def test_nothing_that_a_document_says_becomes_a_line_of_the_file(domain: Domain) -> None:
    domain.serve("box", "imaps", "submissions")
    text = DOCUMENT.replace("DOMAIN", domain.name).replace("HOST", domain.host("box")).replace("OAUTH2", "")
    text = text.replace("Ada's Mail", 'x&#10;[[incoming]]"""')
    domain.internet.site(domain.host("autoconfig"), {"/mail/config-v1.1.xml": xml(text)})
    written = domain.init()
    assert len(written.file["incoming"]) == 1


# Real servers.


@pytest.fixture(scope="session")
def hosts(internet: Internet) -> Iterator[ProbedHosts]:
    need(probed.unavailable())
    running = ProbedHosts(internet)
    try:
        yield running
    finally:
        running.stop()


@pytest.mark.parametrize(
    ("name", "ways"),
    [
        ("good", ()),
        ("every-mechanism", ("password-cleartext", "password-encrypted")),
    ],
)
def test_real_servers_are_written_as_they_answer(
    domain: Domain, hosts: ProbedHosts, name: str, ways: tuple[str, ...]
) -> None:
    host = hosts.host(name)
    domain.zone(f"_imaps._tcp SRV 0 1 993 {host}.\n_submission._tcp SRV 0 1 587 {host}.")
    written = domain.init()
    assert written.code == 0
    assert written.servers("incoming") == [("imap", host, "", "", *ways), ("pop3", host, "", "", *ways)]
    assert written.servers("outgoing") == [("smtp", host, "", "STARTTLS", *ways)]
    assert written.servers("other") == [("managesieve", host, "", "", *ways)]
    assert domain.linted() == (0, [])


def test_the_databases_of_the_environment_are_asked(domain: Domain) -> None:
    domain.serve("box", "imaps", "submissions")
    text = DOCUMENT.replace("DOMAIN", domain.name).replace("HOST", domain.host("box")).replace("OAUTH2", "")
    domain.internet.site(domain.host("ispdb"), {f"/{domain.name}": xml(text)})
    written = domain.init()
    assert f"(https://ispdb.{domain.name}/{domain.name})" in written.head[3]
