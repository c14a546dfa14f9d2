"""A provider that runs, and people who use it with what we render."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from tests.clients.providers import provider_text
from tests.mailhost import namespace, world
from tests.mailhost.world import ADDRESS, PASSWORD, USER, USER_GROUP, MailHost

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator
    from pathlib import Path

PACKAGES = {
    "aerc": "aerc",
    "fetchmail": "fetchmail",
    "getmail": "getmail6",
    "git-send-email": "git-email",
    "mbsync": "isync",
    "msmtp": "msmtp",
    "mutt": "mutt",
    "neomutt": "neomutt",
    "offlineimap": "offlineimap3",
    "postconf": "postfix",
    "thunderbird": "thunderbird",
}
"""The Debian package of each program."""


@pytest.fixture(scope="session")
def running_host() -> Iterator[MailHost]:
    """The provider's servers, once for this process."""
    need(world.unavailable() or namespace.unavailable())
    host = MailHost()
    try:
        yield host
    finally:
        host.stop()


@pytest.fixture
def host(running_host: MailHost) -> MailHost:
    """The provider's servers with empty mailboxes."""
    running_host.empty()
    return running_host


@dataclass(frozen=True)
class Person:
    """Somebody with a mailbox, a home directory, and the password in a file that a command prints."""

    home: Path
    host: MailHost

    @property
    def password_command(self) -> str:
        """What prints the password."""
        return f"cat '{self.home}/se cret'"

    def render(self, program: str, **kinds: str) -> bytes:
        """What ``autoconfig render`` writes for a provider of these servers."""
        folder = self.home / "providers"
        folder.mkdir(exist_ok=True)
        (folder / "example.com.toml").write_text(provider_text(**kinds))
        command = [sys.executable, "-m", "autoconfig", "render", program, ADDRESS]
        ended = self.host.namespace.run(
            [*command, "--providers", str(folder), "--password-command", self.password_command]
        )
        assert (ended.returncode, ended.stderr) == (0, b"")
        return ended.stdout

    def save(self, program: str, name: str, **kinds: str) -> str:
        """The text of a rendered file, saved in the home directory."""
        content = self.render(program, **kinds)
        path = self.home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        path.chmod(0o600)
        for made in (path, *path.parents):
            if self.home in made.parents:
                shutil.chown(made, USER, USER_GROUP)
        return content.decode()

    def run(self, *command: str, **more: Any) -> subprocess.CompletedProcess[bytes]:
        """Run a command on the person's machine."""
        return self.host.run(command, self.home, **more)

    @contextlib.contextmanager
    def on_a_terminal(self, command: str) -> Iterator[None]:
        """Run a program that wants a terminal for as long as the context lasts."""
        process = self.host.start(["script", "-qec", command, "/dev/null"], self.home)
        try:
            yield
        finally:
            process.kill()
            process.wait()


@pytest.fixture
def ada(host: MailHost) -> Person:
    """Ada, whose password has every character that is awkward somewhere."""
    home = host.new_home()
    (home / "se cret").write_text(PASSWORD)
    return Person(home, host)


@pytest.fixture(autouse=True)
def programs(request: pytest.FixtureRequest) -> None:
    """Skip a test marked ``needs(program, ...)`` where one is absent; under ``CI=true`` it fails."""
    for marker in request.node.iter_markers("needs"):
        for program in marker.args:
            need(absent(program))


def absent(program: str) -> str:
    """Why a program cannot be run; empty where it can."""
    places = [namespace.find(program), namespace.find(f"/usr/lib/git-core/{program}")]
    return "" if any(places) else f"{program} is not installed (apt install {PACKAGES[program]})"


def need(reason: str) -> None:
    """Skip the test where there is a reason to, or fail it under ``CI=true``."""
    if reason and os.environ.get("CI") == "true":
        pytest.fail(reason)
    if reason:
        pytest.skip(reason)
