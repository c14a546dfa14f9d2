"""Nothing from an address or a login name becomes an option, a command, or a part of one."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autoconfig.errors import ValueRefused
from autoconfig.formats.clients import PROGRAMS, Secrets, render
from autoconfig.formats.clients.safe import checked_address
from autoconfig.model import EmailAddress, Provider
from autoconfig.model.placeholders import EMAIL_ADDRESS
from tests.formats.clients.mailbox import ADA, provider, server
from tests.formats.clients.readers import READERS
from tests.strategies import addresses, printable

if TYPE_CHECKING:
    from pathlib import Path

HARMLESS = provider(server("imap", username="LOGIN"), server("smtp", username="LOGIN"))
COMMAND = Secrets(password_command="COMMAND")

_MARKS = st.sampled_from("\"'`$\\ \t\r\n#;%=|&<>(){}[]!*?~-/.,:@+\x00\x7f\u2028é用")
HOSTILE = st.text(st.one_of(_MARKS, st.sampled_from("ab1")), min_size=1, max_size=12)
LOGIN_NAMES = HOSTILE | printable() | st.text("aZ09é用_.+=@%#/\\-", min_size=1, max_size=12)
MAILBOXES = addresses() | st.text("aZ09é用_+=-", min_size=1, max_size=12).map(
    lambda local_part: EmailAddress.parse(f"{local_part}@example.com")
)
"""Half of them are such as nothing speaks against."""


def with_login(username: str) -> Provider:
    """The same servers with another login name. Raises ValueRefused for one that the model cannot hold."""
    return provider(server("imap", username=username), server("smtp", username=username))


def changed(settings: Any, old: str, new: str) -> Any:
    """The settings with one text for another, wherever it stands."""
    if isinstance(settings, str):
        return settings.replace(old, new)
    if isinstance(settings, list | tuple):
        return type(settings)(changed(part, old, new) for part in settings)
    return settings


def read(program: str, servers: Provider, address: EmailAddress, secrets: Secrets) -> Any:
    """The settings that the program reads from what is rendered."""
    return READERS[program](render(program, servers, address, secrets).decode())


@pytest.mark.parametrize("program", READERS)
@given(address=MAILBOXES)
@settings(deadline=None)
def test_an_address_is_refused_or_changes_nothing_but_itself(program: str, address: EmailAddress) -> None:
    try:
        found = read(program, HARMLESS, address, COMMAND)
    except ValueRefused:
        return
    assert found == changed(read(program, HARMLESS, ADA, COMMAND), str(ADA), str(address))


@pytest.mark.parametrize("program", READERS)
@given(address=MAILBOXES)
@settings(deadline=None)
def test_an_address_that_may_be_looked_up_is_one_word_of_the_command(
    program: str, address: EmailAddress
) -> None:
    try:
        found = render(program, HARMLESS, address, Secrets()).decode()
    except ValueRefused:
        return
    said = subprocess.run(
        ["sh", "-c", f"printf '<%s>' {Secrets().password_for(str(address))}"], capture_output=True, check=True
    )
    assert said.stdout.decode() == f"<secret-tool><lookup><service><mail><account><{address}>"
    assert f"lookup service mail account {address}" in found


@pytest.mark.parametrize("program", READERS)
@given(login=LOGIN_NAMES)
@settings(deadline=None)
def test_a_login_name_is_refused_or_changes_nothing_but_itself(program: str, login: str) -> None:
    try:
        found = read(program, with_login(login), ADA, COMMAND)
    except ValueRefused:
        return
    assert found == changed(read(program, HARMLESS, ADA, COMMAND), "LOGIN", login.strip())


@pytest.mark.parametrize("program", sorted(set(READERS) - {"git", "postfix"}))
@given(command=HOSTILE | printable())
@settings(deadline=None)
def test_a_command_of_the_user_arrives_as_it_was_written(program: str, command: str) -> None:
    try:
        secrets = Secrets(password_command=command)
        found = read(program, HARMLESS, ADA, secrets)
    except ValueRefused:
        return
    assert found == changed(read(program, HARMLESS, ADA, COMMAND), "COMMAND", command.strip())


@given(local_part=HOSTILE)
@settings(deadline=None)
def test_what_is_let_through_means_nothing_to_a_shell(local_part: str) -> None:
    try:
        text = checked_address(EmailAddress.parse(f"{local_part}@example.com"))
    except ValueRefused:
        return
    assert not set(text) & set("\"'`$\\ \t\r\n#;%|&<>(){}[]!*?~/,:\0")
    assert not text.startswith("-")


@given(address=MAILBOXES, login=LOGIN_NAMES)
@settings(deadline=None, max_examples=50)
def test_the_environment_has_the_names_and_nothing_else(address: EmailAddress, login: str) -> None:
    try:
        servers = with_login(login)
        script = render("env", servers, address, Secrets(password_command="printf 'p w'"))
    except ValueRefused:
        return
    said = subprocess.run(
        ["sh", "-e", "-c", f"{script.decode()}\nenv -0"],
        env={"PATH": "/usr/bin:/bin"},
        capture_output=True,
        check=True,
    )
    assert said.stderr == b""
    found = dict(entry.split("=", 1) for entry in said.stdout.decode().split("\0") if entry)
    names = ("MAIL_FROM", "IMAP_USERNAME", "SMTP_USERNAME", "IMAP_PASSWORD", "SMTP_PASSWORD")
    assert tuple(found[name] for name in names) == (str(address), login.strip(), login.strip(), "p w", "p w")
    assert set(found) - {"PATH", "PWD", "OLDPWD", "SHLVL", "_", *names} == {
        *(f"{kind}_{name}" for kind in ("IMAP", "SMTP") for name in ("HOST", "PORT", "ENCRYPTION")),
        "IMAP_URL",
        "MAILER_DSN",
    }


# By hand

ADDRESSES = [
    '"a b"',
    '"a\\"b"',
    "o'hara",
    "a`id`",
    "a$b",
    "-oProxyCommand",
    "-x",
    "a|b",
    "a&b",
    "a#b",
    "a%b",
    "a!b",
    "a*b",
    "a?b",
    "a/b",
    "a{b}",
    "a~b",
    "a^b",
]


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize("local_part", ADDRESSES)
def test_an_address_that_a_shell_or_a_file_could_misread_is_one_sentence(
    program: str, local_part: str
) -> None:
    said = (
        r"^The part before the @ has a character that cannot be written safely into a configuration file\.$"
    )
    with pytest.raises(ValueRefused, match=said):
        render(program, provider(), EmailAddress.parse(f"{local_part}@example.com"))


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize(
    "local_part", ["ada", "a.b", "a_b", "a-b", "a+tag", "=a", "_a", "1", "ádá", "用户", "адрес"]
)
def test_an_address_of_letters_digits_and_harmless_marks_is_written(program: str, local_part: str) -> None:
    address = EmailAddress.parse(f"{local_part}@example.com")
    assert str(address) in render(program, provider(), address).decode()


LOGINS = [
    "a b",
    'a"b',
    "a'b",
    "a`id`",
    "a$b",
    "-a",
    "a;b",
    "a|b",
    "a&b",
    "a:b",
    "a,b",
    "a(b)",
    "a[b]",
    "a{b}",
]


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize("login", LOGINS)
def test_a_login_name_that_could_be_misread_is_one_sentence(program: str, login: str) -> None:
    said = r"^The login name at \w+\.example\.com has a character that cannot be written safely into a config"
    with pytest.raises(ValueRefused, match=said):
        render(program, with_login(login), ADA)


def test_a_local_part_that_looks_like_a_placeholder_is_refused() -> None:
    with pytest.raises(ValueRefused):
        render(
            "msmtp",
            provider(server("smtp", username=EMAIL_ADDRESS)),
            EmailAddress.parse("%EMAILDOMAIN%@a.example"),
        )


def test_nothing_is_run_by_rendering(tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    for program in PROGRAMS:
        render(program, provider(), ADA, Secrets(password_command=f"touch {canary}"))
    assert not canary.exists()
