"""``autoconfig setup`` on a terminal, with somebody who changes their mind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.accounts.terminal import COLUMNS, Terminal
from tests.mailhost.logins import SIMPLE

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.internet import Internet
    from tests.mailhost.logins import LoginHost

pytestmark = [pytest.mark.real, pytest.mark.usefixtures("online")]

PASSWORD = "Password (it is not shown): "


@pytest.fixture
def home(tmp_path: Path) -> Path:
    path = tmp_path / "home"
    path.mkdir()
    return path


@pytest.fixture
def begin(host: LoginHost, provider_file: Path, home: Path) -> Callable[..., Terminal]:
    def start(*options: str) -> Terminal:
        where = ["--file", str(provider_file), "--output", str(home)]
        return Terminal("setup", host.user("bob"), *where, *options)

    return start


def test_everything_is_asked_and_everything_can_be_changed(
    begin: Callable[..., Terminal], host: LoginHost, home: Path
) -> None:
    terminal = begin()
    terminal.answer("As others see it", "Bob B\u00f6b")
    terminal.answer("Which [1]: ", "pop3")
    terminal.answer("Change something? [y/N]: ", "y")
    terminal.answer("POP3 server", "not a host")
    terminal.until("'not a host' is not a domain name.")
    terminal.answer("POP3 server")
    terminal.answer("Security [1]: ", "starttls")
    terminal.answer("Port [110]: ", "99999")
    terminal.until("A port is a number from 1 to 65535.")
    terminal.answer("Port [110]: ")
    terminal.answer("Log in with [1]: ")
    terminal.answer("SMTP server")
    terminal.answer("Security [1]: ", "2")
    terminal.answer("Port [587]: ")
    terminal.answer("Log in with [1]: ", "7")
    terminal.until("Type a number from 1 to 5.")
    terminal.answer("Log in with [1]: ", "1")
    terminal.answer("Change something? [y/N]: ")
    terminal.answer("Login name", "")
    terminal.answer("SPA, NTLM)? [y/N]: ")
    terminal.answer(PASSWORD, "wrong")
    said = terminal.until("What now [1]: ")
    assert "wrong password" in said
    assert "not tried" in said
    terminal.child.sendline("1")
    terminal.answer(PASSWORD, SIMPLE)
    assert "logged in (PLAIN, TLSv1.3)" in terminal.until("Which (numbers, separated by spaces): ")
    terminal.child.sendline("fetchmail, 99")
    terminal.until("Type numbers from 1 to ")
    terminal.answer("Which (numbers, separated by spaces): ", "fetchmail msmtp")
    terminal.answer("Write them? [Y/n]: ")
    code, said = terminal.ended()
    assert code == 0, said
    assert "secret-tool store --label=Mail service mail account " in said.replace(
        "keyring set", "secret-tool"
    )
    rc = (home / ".fetchmailrc").read_text()
    assert f'poll "{host.host}" protocol pop3 port 110\n' in rc
    assert host.guesses(1) == 1


def test_the_same_password_is_not_guessed_again_after_going_back(
    begin: Callable[..., Terminal], host: LoginHost
) -> None:
    terminal = begin("--program", "msmtp", "--incoming", "imap", "--no-spa")
    terminal.answer("As others see it")
    terminal.answer("Change something?")
    terminal.answer("Login name")
    terminal.answer(PASSWORD, "wrong")
    terminal.answer("What now [1]: ", "servers")
    for question in (
        "IMAP server",
        "Security",
        "Port",
        "Log in",
        "SMTP server",
        "Security",
        "Port",
        "Log in",
    ):
        terminal.answer(question)
    assert "wrong password" not in terminal.until("What now [2]: ")
    terminal.child.sendline("stop")
    code, _ = terminal.ended()
    assert (code, host.guesses(1)) == (1, 1)


@pytest.mark.parametrize(
    ("answer", "starts", "kept"),
    [
        ("keep", "account old\n", False),
        ("append", "account old\n\n# >>> mail-autoconfig ", True),
        ("replace", "# >>> mail-autoconfig ", True),
    ],
)
def test_nothing_is_overwritten_without_asking(
    begin: Callable[..., Terminal], home: Path, answer: str, starts: str, kept: bool
) -> None:
    (home / ".msmtprc").write_text("account old\n")
    terminal = begin("--program", "msmtp", "--incoming", "imap", "--no-test", "--no-spa", "--name", "Bob")
    terminal.answer("Change something?")
    terminal.answer("Login name")
    said = terminal.until("The file is there already")
    assert "+account " in said
    terminal.child.sendline(answer)
    if kept:
        terminal.answer("Write them? [Y/n]: ")
    code, _ = terminal.ended()
    assert code == 0
    assert (home / ".msmtprc").read_text().startswith(starts)
    assert (home / ".msmtprc.before-autoconfig").exists() is kept


def test_spa_that_was_wanted_by_mistake_can_be_taken_back(begin: Callable[..., Terminal], home: Path) -> None:
    terminal = begin("--program", "msmtp", "--incoming", "imap", "--name", "Bob")
    terminal.answer("Change something?")
    terminal.answer("Login name [")
    terminal.answer("SPA, NTLM)? [y/N]: ", "y")
    terminal.answer(PASSWORD, SIMPLE)
    assert "method refused" in terminal.until("What now [2]: ")
    terminal.child.sendline("login")
    terminal.answer("Login name [")
    terminal.answer("SPA, NTLM)? [Y/n]: ", "n")
    terminal.answer("Write them? [Y/n]: ")
    assert terminal.ended()[0] == 0
    assert "auth on\n" in (home / ".msmtprc").read_text()


def test_whoever_does_not_want_the_files_gets_none(begin: Callable[..., Terminal], home: Path) -> None:
    terminal = begin("--program", "msmtp", "--incoming", "imap", "--no-test", "--no-spa", "--name", "Bob")
    terminal.answer("Change something?")
    terminal.answer("Login name")
    terminal.answer("Write them? [Y/n]: ", "n")
    code, _ = terminal.ended()
    assert (code, list(home.iterdir())) == (130, [])


def test_ctrl_c_leaves_nothing_behind(begin: Callable[..., Terminal], home: Path) -> None:
    terminal = begin("--incoming", "imap")
    terminal.answer("As others see it")
    terminal.until("Change something?")
    terminal.interrupt()
    code, said = terminal.ended()
    assert (code, "Traceback" in said, list(home.iterdir())) == (130, False, [])


def test_servers_that_nobody_publishes_are_typed(internet: Internet, host: LoginHost, home: Path) -> None:
    stranger = f"bob@{internet.domain()}"
    options = ["--no-guess", "--program", "msmtp", "--no-test", "--no-spa", "--name", "Bob"]
    terminal = Terminal("setup", stranger, "--output", str(home), *options)
    terminal.until("The servers can be typed by hand.")
    terminal.answer("Which [1]: ")
    terminal.answer("IMAP server [imap.", host.host)
    for question in ("Security", "Port", "Log in"):
        terminal.answer(question)
    terminal.answer("SMTP server [smtp.", host.host)
    for question in ("Security", "Port", "Log in", "Change something?", "Login name", "Write them?"):
        terminal.answer(question)
    assert terminal.ended()[0] == 0
    assert f'host "{host.host}"\nport 465\n' in (home / ".msmtprc").read_text()


def test_no_line_is_wider_than_the_terminal(begin: Callable[..., Terminal]) -> None:
    terminal = begin("--incoming", "imap", "--no-spa", "--name", "Bob")
    terminal.answer("Change something?")
    terminal.answer("Login name")
    terminal.answer(PASSWORD, "wrong")
    said = terminal.until("What now [1]: ")
    terminal.interrupt()
    terminal.ended()
    plain = "".join(part.partition("m")[2] if part[:1] == "[" else part for part in said.split("\x1b"))
    lines = [line for line in plain.splitlines() if "Logging in" not in line and "tmp" not in line]
    assert max(map(len, lines)) <= COLUMNS


def test_an_account_that_takes_tokens_only_asks_for_a_command(
    begin: Callable[..., Terminal], host: LoginHost, home: Path, provider_file: Path
) -> None:
    text = provider_file.read_text()
    provider_file.write_text(text.replace("hostname =", 'authentication = ["OAuth2"]\nhostname ='))
    terminal = begin("--program", "msmtp", "--incoming", "imap", "--no-spa", "--name", "Bob")
    terminal.answer("Change something?")
    terminal.answer("Login name")
    terminal.answer("A command that prints one: ", f"echo {host.token('bob')}")
    assert "longer than 400 bytes" not in terminal.until("Write them? [Y/n]: ")
    terminal.child.sendline("")
    assert terminal.ended()[0] == 0
    assert "auth xoauth2\n" in (home / ".msmtprc").read_text()
