"""``autoconfig verify`` with real servers, as people and scripts call it."""

from __future__ import annotations

import io
import shlex
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from autoconfig.model import OAuth2
from autoconfig.resolver.outcome import Trust
from tests.accounts.authorization import CLIENT, USER_CODE, AuthorizationServer
from tests.accounts.terminal import Terminal
from tests.cli import resolved
from tests.mailhost.logins import RIGHT, SIMPLE

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Command, ResolvesTo
    from tests.internet import Internet
    from tests.mailhost.logins import LoginHost

pytestmark = [pytest.mark.real, pytest.mark.usefixtures("online")]

TYPE_AGAIN = (
    "Type the password again; where it is right, the login name or the kind of password may be another."
)
NOT_TWICE = "Try again with another password; nothing is guessed twice, so that no account is locked."


def says(secret: str) -> list[str]:
    """A command that prints a secret."""
    return ["--password-command", f"printf %s {shlex.quote(secret)}"]


def test_a_good_account_is_a_table_and_exit_0(
    autoconfig: Command, host: LoginHost, provider_file: Path
) -> None:
    run = autoconfig("verify", host.user("ada"), "--file", str(provider_file), *says(RIGHT))
    assert (run.code, run.out.splitlines()) == (
        0,
        [
            f"KIND  SERVER{' ' * (len(host.host) - 2)}  RESULT",
            f"imap  {host.host}:993  logged in (PLAIN, TLSv1.3)",
            f"pop3  {host.host}:995  logged in (PLAIN, TLSv1.3)",
            f"smtp  {host.host}:465  logged in (PLAIN, TLSv1.3)",
        ],
    )
    assert run.err.splitlines() == [
        f"Settings of {host.user('ada')} from {provider_file}:",
        f"  imap  {host.host}:993  SSL/TLS",
        f"  pop3  {host.host}:995  SSL/TLS",
        f"  smtp  {host.host}:465  SSL/TLS",
    ]


def test_a_wrong_password_is_told_once_and_guessed_once(
    autoconfig: Command, host: LoginHost, provider_file: Path
) -> None:
    run = autoconfig("verify", host.user("bob"), "--file", str(provider_file), *says("wrong"))
    assert run.code == 1
    assert run.out.splitlines()[1:] == [
        f"imap  {host.host}:993  wrong password",
        "      AUTHENTICATIONFAILED Authentication failed.",
        f"      {TYPE_AGAIN}",
        f"pop3  {host.host}:995  not tried",
        f"      {host.host} has said no to this password already.",
        f"      {NOT_TWICE}",
        f"smtp  {host.host}:465  not tried",
        f"      {host.host} has said no to this password already.",
        f"      {NOT_TWICE}",
    ]
    assert host.guesses(1) == 1


def test_json_has_every_fact_and_nothing_else_is_printed(
    autoconfig: Command, host: LoginHost, provider_file: Path
) -> None:
    command = ["verify", host.user("bob"), "--file", str(provider_file), "--json", *says("wrong")]
    run = autoconfig(*command)
    assert (run.code, run.err) == (1, "")
    found = run.json
    assert [found[key] for key in ("address", "method", "source", "trust", "confirm", "accepted")] == [
        host.user("bob"),
        "file",
        str(provider_file),
        "local",
        [],
        False,
    ]
    assert [server["outcome"] for server in found["servers"]] == ["wrong-password", "not-tried", "not-tried"]
    first = {key: value for key, value in found["servers"][0].items() if key not in ("elapsed_ms", "advice")}
    assert first == {
        "type": "imap",
        "hostname": host.host,
        "port": 993,
        "socket_type": "SSL",
        "username": host.user("bob"),
        "method": "PLAIN",
        "outcome": "wrong-password",
        "tls": "TLSv1.3",
        "said": "AUTHENTICATIONFAILED Authentication failed.",
        "attempts": [
            {
                "method": "PLAIN",
                "outcome": "wrong-password",
                "said": "AUTHENTICATIONFAILED Authentication failed.",
            }
        ],
        "remarks": [],
    }


@pytest.mark.parametrize(
    ("option", "kinds"),
    [("--incoming", ["imap", "pop3"]), ("--outgoing", ["smtp"])],
)
def test_one_direction_can_be_tried_alone(
    autoconfig: Command, host: LoginHost, provider_file: Path, option: str, kinds: list[str]
) -> None:
    command = ["verify", host.user("bob"), "--file", str(provider_file), "--json", option, *says(SIMPLE)]
    assert [server["type"] for server in autoconfig(*command).json["servers"]] == kinds


def test_a_method_can_be_insisted_on(autoconfig: Command, host: LoginHost, provider_file: Path) -> None:
    command = ["verify", host.user("bob"), "--file", str(provider_file), "--json", *says(SIMPLE)]
    run = autoconfig(*command, "--method", "scram-sha-1")
    assert [server["method"] for server in run.json["servers"]] == ["SCRAM-SHA-1"] * 3


def test_a_login_name_that_the_address_does_not_tell_has_to_be_given(
    autoconfig: Command, host: LoginHost, provider_file: Path
) -> None:
    text = provider_file.read_text()
    provider_file.write_text(text.replace("hostname =", 'username = "%REALNAME%"\nhostname ='))
    command = ["verify", host.user("bob"), "--file", str(provider_file), "--outgoing", *says(SIMPLE)]
    run = autoconfig(*command)
    assert (run.code, run.out.splitlines()[1:]) == (
        1,
        [
            f"smtp  {host.host}:465  not tried",
            "      The login name is not known from the address.",
            "      Give it by --login-name.",
        ],
    )
    assert autoconfig(*command, "--login-name", host.user("bob")).code == 0


def test_settings_come_from_the_store_of_a_folder(
    autoconfig: Command, host: LoginHost, provider_file: Path
) -> None:
    run = autoconfig("verify", host.user("bob"), "--providers", str(provider_file.parent), *says(SIMPLE))
    assert run.code == 0
    assert run.err.splitlines()[0] == f"Settings of {host.user('bob')} from {provider_file}:"


def test_settings_are_found_as_resolve_finds_them(
    autoconfig: Command, host: LoginHost, internet: Internet
) -> None:
    internet.zone(
        host.domain, f"_imaps._tcp SRV 0 1 993 {host.host}.\n_submissions._tcp SRV 0 1 465 {host.host}."
    )
    run = autoconfig("verify", host.user("bob"), "--json", *says(SIMPLE))
    assert (run.code, run.json["method"], run.json["trust"]) == (0, "srv", "dns")
    assert [server["outcome"] for server in run.json["servers"]] == ["accepted", "accepted"]


def test_the_password_can_come_through_a_pipe(
    autoconfig: Command, host: LoginHost, provider_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    piped = io.TextIOWrapper(io.BytesIO(f"{RIGHT}\r\nmore\n".encode()))
    monkeypatch.setattr(sys, "stdin", piped)
    run = autoconfig("verify", host.user("ada"), "--file", str(provider_file), "--password-stdin")
    assert run.code == 0


@pytest.mark.parametrize(
    ("options", "code", "sentence"),
    [
        (["--password-command", "exit 3"], 1, "The password command ended with status 3."),
        (["--password-command", "true"], 1, "The password command printed no password in UTF-8."),
        (["--password-command", "printf '\\377'"], 1, "The password command printed no password in UTF-8."),
        (["--token-command", "exit 3"], 1, "The token command ended with status 3."),
        (
            ["--password-command", "true", "--keyring"],
            2,
            "--password-command, --keyring and --password-stdin exclude each other.",
        ),
        (
            ["--sign-in", "browser", "--password-command", "echo x"],
            2,
            "--sign-in needs a provider that says how to sign in with OAuth2.",
        ),
        (["--doh", "https://x.example/", "--nameserver", "127.0.0.1"], 2, "exclude each other."),
        (["--file", "/nonexistent"], 2, "File '/nonexistent' does not exist."),
    ],
)
def test_what_goes_wrong_is_one_sentence(
    autoconfig: Command,
    host: LoginHost,
    provider_file: Path,
    options: list[str],
    code: int,
    sentence: str,
) -> None:
    run = autoconfig("verify", host.user("bob"), "--file", str(provider_file), *options)
    assert (run.code, sentence in run.err.splitlines()[-1]) == (code, True), run.err
    assert "Traceback" not in run.err


def test_a_method_that_nobody_knows_is_wrong_use(autoconfig: Command) -> None:
    run = autoconfig("verify", "ada@example.com", "--method", "KERBEROS_V4")
    assert run.code == 2
    assert run.err.startswith("autoconfig: 'KERBEROS_V4' is no method: give password-cleartext, ")


def test_a_broken_provider_file_is_named_with_its_line(autoconfig: Command, tmp_path: Path) -> None:
    (tmp_path / "broken.xml").write_text("<clientConfig>\n<oops")
    run = autoconfig("verify", "ada@example.com", "--file", str(tmp_path / "broken.xml"))
    assert run.code == 1
    assert run.err.startswith(f"autoconfig: {tmp_path}/broken.xml:2: ")


def test_an_address_without_settings_is_exit_1(autoconfig: Command, internet: Internet) -> None:
    domain = internet.domain()
    run = autoconfig("verify", f"ada@{domain}", "--no-guess")
    assert (run.code, run.err) == (1, f"autoconfig: No settings were found for {domain}.\n")


def test_no_network_is_exit_3(autoconfig: Command, internet: Internet) -> None:
    domain = internet.domain()
    run = autoconfig("verify", f"ada@{domain}", "--nameserver", internet.no_name_server(), "--no-guess")
    assert (run.code, run.err.startswith(f"autoconfig: Nobody could be asked about {domain}: ")) == (3, True)


@pytest.mark.parametrize(
    ("different", "doubt"),
    [
        (
            {"trust": Trust.HTTPS, "confirm": ("example.net",)},
            "These servers belong to example.net, not to example.com.",
        ),
        ({"trust": Trust.GUESS}, "The servers are a guess; nobody says that they are right."),
        (
            {"trust": Trust.HTTP},
            "The settings came without encryption; anybody on the way could have changed them.",
        ),
    ],
)
def test_whoever_cannot_be_asked_has_to_say_that_the_domains_are_right(
    autoconfig: Command, resolves_to: ResolvesTo, different: dict[str, Any], doubt: str
) -> None:
    resolves_to(replace(resolved.found(), **different))
    run = autoconfig("verify", "ada@example.com", *says("x"))
    assert run.code == 2
    assert run.err.splitlines()[-1] == (
        f"autoconfig: {doubt} --yes says that this is right.  See autoconfig verify --help."
    )


def oauth2_file(host: LoginHost, path: Path, issuer: AuthorizationServer) -> Path:
    text = path.read_text()
    text = text.replace("hostname =", 'authentication = ["OAuth2"]\nhostname =')
    oauth2 = OAuth2(issuer=issuer.issuer, scope=("mail",), client_id=CLIENT)
    text += f'[oauth2]\nissuer = "{oauth2.issuer}"\nscope = ["mail"]\nclient_id = "{CLIENT}"\n'
    path.write_text(text)
    return path


def test_a_token_comes_from_another_device(
    autoconfig: Command, host: LoginHost, provider_file: Path, internet: Internet
) -> None:
    issuer = AuthorizationServer(internet, f"login.{internet.domain()}", token={"access_token": host.token()})
    issuer.device = {"interval": 1}
    issuer.start()
    command = ["verify", host.user("ada"), "--file", str(oauth2_file(host, provider_file, issuer))]
    run = autoconfig(*command, "--sign-in", "device")
    assert run.code == 0, run.err
    assert f"    {USER_CODE}\n" in run.err
    assert "logged in (XOAUTH2, TLSv1.3)" in run.out
    assert host.token()[:40] not in run.out + run.err


def test_oauth2_alone_without_a_token_says_what_to_give(
    autoconfig: Command, host: LoginHost, provider_file: Path, internet: Internet
) -> None:
    issuer = AuthorizationServer(internet, f"login.{internet.domain()}")
    run = autoconfig("verify", host.user("ada"), "--file", str(oauth2_file(host, provider_file, issuer)))
    assert run.code == 1
    assert run.out.splitlines()[1:4] == [
        f"imap  {host.host}:993  method refused",
        "      There is neither a password nor a token to log in with.",
        "      Give one: a password when asked, a token by --token-command or --sign-in.",
    ]


def test_the_password_is_asked_for_and_not_shown(host: LoginHost, provider_file: Path) -> None:
    terminal = Terminal("verify", host.user("bob"), "--file", str(provider_file), "--outgoing")
    terminal.answer(f"Password of {host.user('bob')}: ", "")
    terminal.answer(f"Password of {host.user('bob')}: ", SIMPLE)
    code, said = terminal.ended()
    assert (code, SIMPLE in said) == (0, False)
    assert "logged in" in said


def test_ctrl_c_at_the_password_ends_it_cleanly(host: LoginHost, provider_file: Path) -> None:
    terminal = Terminal("verify", host.user("bob"), "--file", str(provider_file))
    terminal.until("Password of")
    terminal.child.waitnoecho()
    terminal.interrupt()
    code, said = terminal.ended()
    assert (code, "Traceback" in said) == (130, False), said


def test_ctrl_c_while_a_server_is_silent_ends_it_cleanly(
    internet: Internet, tmp_path: Path, folder: Path
) -> None:
    silent = f"silent.{internet.domain()}"
    internet.silent(silent, 993)
    file = tmp_path / "silent.toml"
    file.write_text(f'domains = ["example.com"]\n[[incoming]]\ntype = "imap"\nhostname = "{silent}"\n')
    terminal = Terminal("verify", "ada@example.com", "--file", str(file), *says("x"))
    terminal.until("Logging in")
    terminal.interrupt()
    code, said = terminal.ended()
    assert (code, "Traceback" in said) == (130, False), said


def test_a_person_is_asked_whether_the_domains_are_right(
    internet: Internet, host: LoginHost, folder: Path
) -> None:
    customer = internet.domain()
    internet.zone(
        customer, f"_imaps._tcp SRV 0 1 993 {host.host}.\n_submissions._tcp SRV 0 1 465 {host.host}."
    )
    terminal = Terminal("verify", f"ada@{customer}", "--no-guess")
    terminal.until(f"These servers belong to {host.domain}, not to {customer}.")
    terminal.answer("Is that right? [y/N]: ", "n")
    code, said = terminal.ended()
    assert (code, "Password" in said) == (130, False)
    assert host.guesses(0) == 0
