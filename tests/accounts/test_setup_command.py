"""``autoconfig setup`` by options alone, as provisioning calls it."""

from __future__ import annotations

import shlex
import stat
from typing import TYPE_CHECKING

import keyring
import pytest

from tests.accounts.keyrings import MemoryKeyring
from tests.mailhost.logins import RIGHT, SIMPLE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.cli.conftest import Command, Run
    from tests.internet import Internet
    from tests.mailhost.logins import LoginHost

pytestmark = [pytest.mark.real, pytest.mark.usefixtures("online")]


class Setup:
    """Runs the command for an account of the host, into a folder."""

    def __init__(self, autoconfig: Command, host: LoginHost, file: Path, home: Path) -> None:
        self._autoconfig = autoconfig
        self._file = file
        self.address = host.user("bob")
        self.home = home

    def __call__(self, *options: str, secret: str = SIMPLE, found: bool = True) -> Run:
        where = ["--file", str(self._file)] if found else []
        password = ["--password-command", f"printf %s {shlex.quote(secret)}"]
        return self._autoconfig(
            "setup", self.address, *where, *password, "--output", str(self.home), "--yes", *options
        )

    def read(self, name: str) -> str:
        return (self.home / name).read_text()

    @property
    def written(self) -> list[str]:
        """Every file there is."""
        return sorted(str(path.relative_to(self.home)) for path in self.home.rglob("*") if path.is_file())


@pytest.fixture
def setup(autoconfig: Command, host: LoginHost, provider_file: Path, tmp_path: Path) -> Setup:
    home = tmp_path / "home"
    home.mkdir()
    return Setup(autoconfig, host, provider_file, home)


def test_two_programs_are_set_up_without_a_question(setup: Setup, host: LoginHost) -> None:
    run = setup("--name", "Bob", "--program", "msmtp", "--program", "mbsync")
    assert (run.code, run.err) == (0, "")
    assert (
        run.out
        == f"""\
Setting up {setup.address}

1  Your name
   Bob <{setup.address}>

2  Settings
   Example Mail, from {setup._file}
   imap  {host.host}:993  SSL/TLS  password
   pop3  {host.host}:995  SSL/TLS  password
   smtp  {host.host}:465  SSL/TLS  password

3  Incoming mail
   IMAP: messages stay on the server, every device sees the same

4  Servers
   imap  {host.host}:993  SSL/TLS  password
   smtp  {host.host}:465  SSL/TLS  password

5  Login name
   {setup.address}

6  Test
   KIND  SERVER{" " * (len(host.host) - 2)}  RESULT
   imap  {host.host}:993  logged in (PLAIN, TLSv1.3)
   smtp  {host.host}:465  logged in (PLAIN, TLSv1.3)

7  Files
   {setup.home}/.msmtprc  new
   {setup.home}/.mbsyncrc  new
   Written: {setup.home}/.msmtprc
   Written: {setup.home}/.mbsyncrc

8  Done
   msmtp, next:
   msmtp somebody@example.org < message
   mbsync, next:
   mbsync {setup.address}
"""
    )
    assert f'host "{host.host}"\nport 465\n' in setup.read(".msmtprc")
    assert stat.S_IMODE((setup.home / ".msmtprc").stat().st_mode) == 0o600
    assert (setup.home / "Mail" / setup.address).is_dir()


def test_a_second_run_changes_nothing(setup: Setup) -> None:
    assert setup("--program", "msmtp").code == 0
    before = (setup.home / ".msmtprc").stat().st_mtime_ns
    run = setup("--program", "msmtp")
    assert (run.code, f"{setup.home}/.msmtprc  as it is\n" in run.out) == (0, True)
    assert (setup.home / ".msmtprc").stat().st_mtime_ns == before
    assert setup.written == [".msmtprc"]


def test_a_wrong_password_writes_nothing(setup: Setup, host: LoginHost) -> None:
    run = setup("--program", "msmtp", secret="wrong")
    assert (run.code, run.err) == (
        1,
        "autoconfig: The test failed; --anyway writes the configuration all the same.\n",
    )
    assert setup.written == []
    assert host.guesses(1) == 1


def test_a_failed_test_can_be_overruled(setup: Setup) -> None:
    assert setup("--program", "msmtp", "--anyway", secret="wrong").code == 0
    assert setup.written == [".msmtprc"]


def test_the_test_can_be_left_out(setup: Setup, host: LoginHost) -> None:
    assert setup("--program", "msmtp", "--no-test", secret="wrong").code == 0
    assert "Login: user" not in host.log
    assert host.guesses(0) == 0


def test_a_dry_run_shows_everything_and_writes_nothing(setup: Setup) -> None:
    run = setup("--program", "mbsync", "--dry-run", "--no-test")
    assert (run.code, setup.written) == (0, [])
    assert f"--- {setup.home}/.mbsyncrc (mode 600) ---\n" in run.out
    assert f"\nIMAPAccount {setup.address}\n" in run.out
    assert f"\n--- folder {setup.home}/Mail/{setup.address} (mode 700) ---\n" in run.out


def test_a_file_that_is_in_the_way_stops_everything(setup: Setup) -> None:
    (setup.home / ".msmtprc").write_text("account old\nhost x\npassword hunter2\n")
    run = setup("--program", "mbsync", "--program", "msmtp", "--no-test")
    assert run.code == 1
    assert run.err == (
        f"autoconfig: {setup.home}/.msmtprc is there already and says something else: "
        "give --existing append, replace or keep.\n"
    )
    assert setup.written == [".msmtprc"]
    assert "hunter2" not in run.out


@pytest.mark.parametrize(
    ("existing", "starts", "files"),
    [
        ("keep", "account old\nhost x\n", [".msmtprc"]),
        (
            "append",
            "account old\nhost x\n\n# >>> mail-autoconfig ",
            [".msmtprc", ".msmtprc.before-autoconfig"],
        ),
        ("replace", "# >>> mail-autoconfig ", [".msmtprc", ".msmtprc.before-autoconfig"]),
    ],
)
def test_what_becomes_of_it_can_be_said(setup: Setup, existing: str, starts: str, files: list[str]) -> None:
    (setup.home / ".msmtprc").write_text("account old\nhost x\n")
    assert setup("--program", "msmtp", "--no-test", "--existing", existing).code == 0
    assert setup.read(".msmtprc").startswith(starts)
    assert setup.written == files


def test_a_file_for_one_account_is_not_added_to(setup: Setup) -> None:
    (setup.home / ".offlineimaprc").write_text("[general]\n")
    run = setup("--program", "offlineimap", "--no-test", "--existing", "append")
    assert (run.code, run.err) == (
        1,
        f"autoconfig: {setup.home}/.offlineimaprc is there already, and it can hold one account only.\n",
    )


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--incoming-host", "other.example.com"], "imap  other.example.com:993  SSL/TLS"),
        (["--incoming-security", "starttls"], "imap  HOST:143  STARTTLS"),
        (["--incoming-security", "starttls", "--incoming-port", "1143"], "imap  HOST:1143  STARTTLS"),
        (["--incoming", "pop3"], "pop3  HOST:995  SSL/TLS"),
        (["--outgoing-port", "2525"], "smtp  HOST:2525  SSL/TLS"),
        (["--outgoing-authentication", "password-encrypted"], "SSL/TLS  encrypted password"),
    ],
)
def test_servers_can_be_changed_by_options(
    setup: Setup, host: LoginHost, options: list[str], expected: str
) -> None:
    run = setup("--program", "apple", "--no-test", *options)
    chosen = " ".join(run.out.partition("4  Servers")[2].partition("5  Login")[0].split())
    assert " ".join(expected.replace("HOST", host.host).split()) in chosen


def test_another_login_name_is_used_everywhere(setup: Setup, host: LoginHost) -> None:
    run = setup("--program", "msmtp", "--login-name", host.user("ada"), secret=RIGHT)
    assert run.code == 0
    assert f'user "{host.user("ada")}"' in setup.read(".msmtprc")


def test_what_nobody_publishes_can_be_typed_as_options(setup: Setup, host: LoginHost) -> None:
    servers = ["--incoming-host", host.host, "--outgoing-host", host.host]
    run = setup("--program", "msmtp", "--no-guess", *servers, found=False)
    assert run.code == 0, run.err
    assert "The servers can be typed by hand." in run.out
    assert f'host "{host.host}"\nport 465\n' in setup.read(".msmtprc")


def test_spa_is_ntlm_and_nothing_else(setup: Setup) -> None:
    assert setup("--program", "thunderbird", "--spa", "--no-test").code == 0
    prefs = setup.read(f".thunderbird/{setup.address}/prefs.js")
    assert prefs.count('authMethod", 6);') == 2


def test_a_way_that_was_good_comes_first_for_thunderbird(setup: Setup) -> None:
    text = setup._file.read_text()
    both = 'authentication = ["OAuth2", "password-cleartext"]\nhostname ='
    setup._file.write_text(text.replace("hostname =", both))
    assert setup("--program", "thunderbird").code == 0
    prefs = setup.read(f".thunderbird/{setup.address}/prefs.js")
    assert prefs.count('authMethod", 3);') == 2


@pytest.mark.parametrize(
    ("options", "code", "sentence"),
    [
        (["--incoming", "jmap", "--program", "msmtp"], 1, "No JMAP server was found; there is imap, pop3."),
        (["--program", "msmtp", "--incoming-host", "not a host"], 2, "'not a host' is not a domain name."),
        (["--program", "msmtp", "--name", " "], 2, "The name is empty."),
        (["--program", "msmtp", "--login-name", "\x1b"], 2, "A login name is printable and not empty."),
        (["--no-test"], 2, "There is nobody to ask; give --program."),
        (["--program", "outlook"], 2, "'outlook' is not one of "),
    ],
)
def test_what_goes_wrong_is_one_sentence(setup: Setup, options: list[str], code: int, sentence: str) -> None:
    run = setup("--no-test", *options)
    assert (run.code, sentence in run.err) == (code, True), run.err
    assert setup.written == []


def test_nothing_found_and_nothing_typed_is_exit_1(setup: Setup, internet: Internet) -> None:
    setup.address = f"bob@{internet.domain()}"
    run = setup("--program", "msmtp", "--no-guess", found=False)
    domain = setup.address.partition("@")[2]
    assert (run.code, run.err) == (1, f"autoconfig: No settings were found for {domain}.\n")


def test_a_test_without_a_password_says_what_to_give(
    autoconfig: Command, setup: Setup, provider_file: Path
) -> None:
    run = autoconfig("setup", setup.address, "--file", str(provider_file), "--program", "msmtp", "--yes")
    assert run.code == 2
    assert run.err.startswith("autoconfig: There is no terminal to ask for the password: give ")


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> Iterator[MemoryKeyring]:
    """A machine without secret-tool, whose keyring is Python's."""
    monkeypatch.setattr("autoconfig.accounts.vault.TOOL", "no-such-tool")
    before = keyring.get_keyring()
    memory = MemoryKeyring()
    keyring.set_keyring(memory)
    yield memory
    keyring.set_keyring(before)


def test_the_password_goes_into_the_keyring_and_no_file(
    autoconfig: Command,
    setup: Setup,
    provider_file: Path,
    library: MemoryKeyring,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("autoconfig.cli.secret.Secrets.password", lambda *_: SIMPLE)
    command = ["setup", setup.address, "--file", str(provider_file), "--yes", "--output", str(setup.home)]
    run = autoconfig(*command, "--password-stdin", "--remember", "--program", "msmtp")
    assert (run.code, library.kept) == (0, {("mail", setup.address): SIMPLE})
    assert f'-m keyring get mail {setup.address}"' in setup.read(".msmtprc")
    assert SIMPLE not in setup.read(".msmtprc") + run.out + run.err


def test_remembering_without_a_keyring_is_refused_before_anything_is_done(
    autoconfig: Command, setup: Setup, host: LoginHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("autoconfig.accounts.vault.unavailable", lambda: "There is none.")
    run = setup("--program", "msmtp", "--remember")
    assert (run.code, "--remember is not possible: There is none." in run.err) == (2, True)
    assert "Login: user" not in host.log
