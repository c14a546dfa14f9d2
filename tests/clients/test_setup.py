"""``autoconfig setup`` on a terminal, then the programs it has set up: a message goes out and comes back."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.accounts.terminal import Terminal
from tests.clients.providers import provider_text
from tests.mailhost import name_server
from tests.mailhost.world import (
    ADDRESS,
    CA_CERTIFICATES,
    DOMAIN,
    PASSWORD,
    USER,
    USER_GROUP,
    message_text,
    wait_for_message,
)

if TYPE_CHECKING:
    from tests.clients.conftest import Person
    from tests.mailhost.world import MailHost

pytestmark = pytest.mark.real

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 30


@pytest.fixture(scope="session")
def names(running_host: MailHost) -> str:
    """A name server for the provider's network."""
    running_host.namespace.start([sys.executable, str(name_server.__file__), DOMAIN])
    return name_server.ADDRESS[0]


class Wizard(Terminal):
    """The command at a terminal of the person's machine."""

    def __init__(self, person: Person, names: str, *options: str) -> None:
        self._person = person
        folder = person.home / "providers"
        folder.mkdir(exist_ok=True)
        (folder / "example.com.toml").write_text(provider_text())
        environment = [
            f"HOME={person.home}",
            "PATH=/usr/local/bin:/usr/bin:/bin",
            f"SSL_CERT_FILE={CA_CERTIFICATES}",
            f"PYTHONPATH={ROOT}",
            "TERM=xterm",
            "LANG=C.UTF-8",
        ]
        inside = person.host.namespace.command("env", "-i", *environment, sys.executable)
        network = ["--nameserver", names, "--allow-private-networks", "--providers", str(folder)]
        super().__init__("setup", ADDRESS, *network, *options, command=inside)

    def finished(self) -> None:
        """The wizard has come to its end; what it wrote is the person's own."""
        code, said = self.ended()
        assert code == 0, said
        subprocess.run(["chown", "-R", f"{USER}:{USER_GROUP}", str(self._person.home)], check=True)


@pytest.mark.needs("msmtp", "mbsync")
def test_an_account_is_set_up_and_a_message_goes_out_and_comes_back(
    ada: Person, host: MailHost, names: str
) -> None:
    wizard = Wizard(ada, names, "--password-command", ada.password_command)
    wizard.answer("As others see it", "Ada Lovelace")
    wizard.answer("Change something? [y/N]: ")
    wizard.answer(f"Login name [{ADDRESS}]: ")
    wizard.answer("SPA, NTLM)? [y/N]: ")
    assert wizard.until("Mail programs").count("logged in (PLAIN, TLSv1.3)") == 2
    wizard.answer("Which (numbers, separated by spaces): ", "msmtp mbsync")
    wizard.answer("Write them? [Y/n]: ")
    wizard.finished()

    assert PASSWORD not in (ada.home / ".msmtprc").read_text() + (ada.home / ".mbsyncrc").read_text()
    sent = ada.run("msmtp", ADDRESS, input=message_text("set up by a wizard").encode())
    assert (sent.returncode, sent.stderr) == (0, b"")
    host.arrived()
    fetched = ada.run("mbsync", ADDRESS)
    assert fetched.returncode == 0, fetched.stderr.decode()
    assert "Subject: set up by a wizard\n" in wait_for_message(ada.home / "Mail" / ADDRESS)


@pytest.mark.needs("thunderbird")
def test_thunderbird_takes_the_profile_and_calls_the_server(ada: Person, host: MailHost, names: str) -> None:
    options = ["--name", "Ada L\u00f6velace", "--incoming", "imap", "--program", "thunderbird"]
    Wizard(ada, names, *options, "--no-test", "--yes").finished()
    profile = ada.home / ".thunderbird" / ADDRESS / "prefs.js"
    ours = set(re.findall(r'user_pref\("mail\.(?:server|smtp|identity).*', profile.read_text()))
    thunderbird = host.start(["thunderbird", "--headless", "-P", ADDRESS], ada.home)
    try:
        # It does not know the authority of this network, and says so to the server: a handshake all the same.
        wait_for(host, "imap-login: Info: ", "tlsv1 alert unknown ca")
        wait_for_text(profile, "mail.accountmanager.localfoldersserver")
    finally:
        thunderbird.terminate()
        thunderbird.wait()
    assert ours - set(profile.read_text().splitlines()) == set()


def wait_for(host: MailHost, *marks: str) -> None:
    """Wait until one line of Dovecot's log has all of the marks."""
    deadline = time.monotonic() + SECONDS
    while not any(all(mark in line for mark in marks) for line in host.dovecot.log.splitlines()):
        assert time.monotonic() < deadline, host.dovecot.log
        time.sleep(0.1)


def wait_for_text(path: Path, text: str) -> None:
    """Wait until a file has a text in it."""
    deadline = time.monotonic() + SECONDS
    while text not in path.read_text():
        assert time.monotonic() < deadline, path.read_text()
        time.sleep(0.1)
