"""What the real programs say they have read from a rendered file."""

from __future__ import annotations

import ast
import os
import subprocess
from pathlib import Path

import pytest

from autoconfig.formats import toml
from autoconfig.formats.clients import Secrets, render
from autoconfig.model import EmailAddress
from tests.clients.providers import provider_text
from tests.mailhost.namespace import find
from tests.mailhost.world import AWKWARD_USER

pytestmark = pytest.mark.real

ADDRESS = EmailAddress.parse("ádá+tag@example.com")
COMMAND = """printf '%s;#"|$&%%' "it's" """.strip()
URL_USER = "EXAMPLE%5Cada%231%25d%3D%2B"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An empty home directory."""
    return tmp_path


def written(home: Path, program: str, command: str = COMMAND, **kinds: str) -> str:
    """The path of a rendered file."""
    provider = toml.parse(provider_text(username=AWKWARD_USER, **kinds).encode(), default_id="a").provider
    path = home / f"{program}.conf"
    path.write_bytes(render(program, provider, ADDRESS, Secrets(password_command=command)))
    path.chmod(0o600)
    return str(path)


def printed(home: Path, *command: str, stdin: bytes = b"") -> str:
    """What a command prints; it must succeed and complain about nothing."""
    program = find(command[0])
    assert program is not None
    environment = {"HOME": str(home), "PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
    ended = subprocess.run(
        [program, *command[1:]], input=stdin, env=environment, capture_output=True, check=False, timeout=60
    )
    assert ended.returncode == 0, ended.stderr.decode()
    return ended.stdout.decode()


@pytest.mark.needs("msmtp")
def test_msmtp(home: Path) -> None:
    said = printed(home, "msmtp", "--pretend", "-C", written(home, "msmtp"), "eve@example.com", stdin=b"\n")
    found = {name: value for name, _, value in (line.partition(" = ") for line in said.splitlines())}
    expected = {
        "host": "smtp.example.com",
        "port": "465",
        "from": str(ADDRESS),
        "auth": "choose",
        "user": AWKWARD_USER,
        "passwordeval": COMMAND,
        "tls": "on",
        "tls_starttls": "off",
        "tls_certcheck": "on",
    }
    assert {name: found.get(name) for name in expected} == expected


@pytest.mark.needs("fetchmail")
@pytest.mark.parametrize("incoming", ["imap", "pop3"])
def test_fetchmail(home: Path, incoming: str) -> None:
    said = printed(home, "fetchmail", "--configdump", "-f", written(home, "fetchmail", incoming=incoming))
    # The dump is a module of Python with names for true and false.
    _, _, text = said.partition("fetchmailrc = ")
    server = ast.literal_eval(text.replace("TRUE", "True").replace("FALSE", "False"))["servers"]
    (site,) = server
    (user,) = site["users"]
    assert (site["pollname"], site["protocol"], site["uidl"]) == (
        f"{'pop' if incoming == 'pop3' else incoming}.example.com",
        incoming.upper(),
        incoming == "pop3",
    )
    expected = {"remote": AWKWARD_USER, "keep": True, "ssl": True, "sslproto": "TLS1.2+", "sslcertck": True}
    assert {name: user[name] for name in expected} == expected
    assert [
        user[name] for name in ("mda", "preconnect", "postconnect", "plugin", "password") if user.get(name)
    ] == []


@pytest.mark.needs("getmail")
def test_getmail(home: Path) -> None:
    path = written(home, "getmail")
    inbox = home / "Mail" / str(ADDRESS) / "Inbox"
    for name in ("cur", "new", "tmp"):
        (inbox / name).mkdir(parents=True)
    said = printed(home, "getmail", "--dump", "--getmaildir", str(home), "--rcfile", path)
    for setting in (
        'server="imap.example.com"',
        'port="993"',
        f'username="{AWKWARD_USER}"',
        f'password_command="{("sh", "-c", COMMAND)!r}"',
        'ca_certs="/etc/ssl/certs/ca-certificates.crt"',
        f'path="{inbox}/"',
        "delete : False",
    ):
        assert setting in said


@pytest.mark.parametrize(
    "program", [pytest.param(name, marks=pytest.mark.needs(name)) for name in ("neomutt", "mutt")]
)
def test_mutt(home: Path, program: str) -> None:
    said = printed(home, program, "-n", "-F", written(home, "neomutt"), "-D")
    found = dict(
        line.removeprefix("set ").replace(" = ", "=").split("=", 1)
        for line in said.splitlines()
        if "=" in line
    )
    expected = {
        "from": f'"{ADDRESS}"',
        "imap_user": '"EXAMPLE\\\\ada#1%d=+"',
        "imap_pass": '"it\'s;#\\"|$&%"',
        "smtp_pass": '"it\'s;#\\"|$&%"',
        "folder": '"imaps://imap.example.com:993/"',
        "smtp_url": f'"smtps://{URL_USER}@smtp.example.com:465/"',
    }
    assert {name: found.get(name) for name in expected} == expected


def test_git(home: Path) -> None:
    path = written(home, "git")
    said = printed(home, "git", "config", "-f", path, "--list", "-z")
    found = dict(entry.split("\n", 1) for entry in said.split("\0") if entry)
    helper = f'!f() {{ test "$1" != get || printf \'password=%s\\n\' "$({COMMAND})"; }}; f'
    assert found == {
        "sendemail.from": str(ADDRESS),
        "sendemail.smtpserver": "smtp.example.com",
        "sendemail.smtpserverport": "465",
        "sendemail.smtpencryption": "ssl",
        "sendemail.smtpuser": AWKWARD_USER,
        "credential.smtp://smtp.example.com:465.helper": helper,
    }


def test_git_asks_the_command_for_this_server_only(home: Path) -> None:
    Path(written(home, "git")).rename(home / ".gitconfig")
    ask = f"protocol=smtp\nhost=smtp.example.com:465\nusername={AWKWARD_USER}\n\n".encode()
    said = printed(home, "git", "credential", "fill", stdin=ask)
    assert said.splitlines()[-1] == "password=it's;#\"|$&%"


@pytest.mark.needs("postconf")
def test_postfix(home: Path) -> None:
    Path(written(home, "postfix")).rename(home / "main.cf")
    text = (home / "main.cf").read_text()
    said = printed(home, "postconf", "-c", str(home), "-n")
    assert said.splitlines()[1:] == sorted(line for line in text.splitlines() if line and line[0] != "#")
