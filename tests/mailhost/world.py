"""A mail provider in a network of its own: example.com with Postfix, Dovecot and trusted certificates."""

from __future__ import annotations

import shutil
import socket
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import trustme

from tests.mailhost import dovecot, namespace, postfix
from tests.mailhost.namespace import Namespace
from tests.mailhost.site import OWNER, Site

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator, Sequence

DOMAIN = "example.com"
ADDRESS = f"ada@{DOMAIN}"
PASSWORD = "p@ss \"w$rd'\\#%`id`;:/"
"""With every character that some file or shell would read as something else."""
AWKWARD_USER = "EXAMPLE\\ada#1%d=+"
"""A login name with every mark that one may have."""
HOSTS = ("imap", "pop", "smtp")
CA_CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"
USER, USER_GROUP = "nobody", "nogroup"
"""Who runs mail programs: getmail delivers nothing as root."""
ARRIVE_SECONDS = 30
OTHER_NAME = f"other.{DOMAIN}"
"""A name that leads to the same servers, whose certificate does not have it."""

_SERVERS = {"postfix": "postfix", "dovecot": "dovecot-imapd"}


def unavailable() -> str:
    """Why there can be no such provider here; empty where there can."""
    for program, package in _SERVERS.items():
        if namespace.find(program) is None:
            return f"{program} is not installed (apt install {package})"
    if not Path("/usr/lib/dovecot/pop3").exists():
        return "Dovecot has no POP3 (apt install dovecot-pop3d)"
    return "" if postfix.has_users() else "Postfix has no user of its own"


class MailHost:
    """The running provider. ``home()`` gives somebody who uses it a home directory."""

    def __init__(self) -> None:
        # Not below pytest's own folder, which other users (the servers' own) cannot enter.
        self.folder = Path(tempfile.mkdtemp(prefix="mailhost-"))
        self.folder.chmod(0o755)
        self._homes = 0
        self._mail = self.folder / "mail"
        self._mail.mkdir()
        shutil.chown(self._mail, OWNER)
        self._trash = self.folder / "trash"
        self._trash.mkdir()
        site = Site(
            domain=DOMAIN,
            address=ADDRESS,
            user=USER,
            password=PASSWORD,
            mail=self._mail,
            certificate=self._certificates(),
        )
        self.namespace = Namespace({"/etc/hosts": self._hosts(), CA_CERTIFICATES: self.folder / "ca.pem"})
        self.dovecot = dovecot.Dovecot(self.namespace, self.folder / "dovecot", site)
        self.postfix = postfix.Postfix.serving(self.namespace, self.folder / "postfix", site)

    def run(self, command: Sequence[str], home: Path, **more: object) -> subprocess.CompletedProcess[bytes]:
        """Run a command as the user nobody, with this home directory and nothing else of their own."""
        return self.namespace.run(_as_somebody(command, home), **more)

    def start(self, command: Sequence[str], home: Path) -> subprocess.Popen[bytes]:
        """Start a command in the same way."""
        return self.namespace.start(_as_somebody(command, home))

    def new_home(self) -> Path:
        """An empty home directory."""
        self._homes += 1
        home = self.folder / f"home{self._homes}"
        home.mkdir(mode=0o700)
        shutil.chown(home, USER, USER_GROUP)
        return home

    def empty(self) -> None:
        """Throw away every message and every trace of a login."""
        for path in self._mail.iterdir():
            # Dovecot may still write into it.
            path.rename(Path(tempfile.mkdtemp(dir=self._trash)) / path.name)
        self.dovecot.forget()
        self.postfix.forget()

    def deliver(self, subject: str, user: str = ADDRESS) -> None:
        """Put a message into a mailbox, as Postfix does."""
        for name in ("", "cur", "new", "tmp"):
            path = self._mail / user / name
            path.mkdir(exist_ok=True)
            shutil.chown(path, OWNER, OWNER)
        message = self._mail / user / "new" / "1.M1.host"
        message.write_text(message_text(subject))
        shutil.chown(message, OWNER, OWNER)

    def arrived(self, user: str = ADDRESS) -> str:
        """The first message that arrives for a user."""
        return wait_for_message(self._mail / user, self.postfix.log)

    def stop(self) -> None:
        """Stop all servers and remove what they wrote."""
        self.namespace.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _certificates(self) -> Path:
        authority = trustme.CA()
        authority.cert_pem.write_to_path(str(self.folder / "ca.pem"))
        # OfflineIMAP and fetchmail want a common name.
        leaf = authority.issue_cert(*_host_names(), common_name=next(_host_names()))
        path = self.folder / "server.pem"
        leaf.private_key_and_cert_chain_pem.write_to_path(str(path))
        return path

    def _hosts(self) -> Path:
        names = ("localhost", socket.gethostname(), OTHER_NAME, *_host_names())
        path = self.folder / "hosts"
        path.write_text("".join(f"127.0.0.1 {name}\n" for name in names))
        return path


def _as_somebody(command: Sequence[str], home: Path) -> list[str]:
    environment = [
        f"HOME={home}",
        "PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin",
        "LANG=C.UTF-8",
        "TERM=xterm",
    ]
    user = ["setpriv", f"--reuid={USER}", f"--regid={USER_GROUP}", "--clear-groups"]
    # What runs it (nsenter) may be killed; then it ends too.
    return [*user, "--pdeathsig=KILL", "--", "env", "-i", f"--chdir={home}", *environment, *command]


def message_text(subject: str) -> str:
    """A message to the mailbox."""
    fields = {"From": f"bob@{DOMAIN}", "To": ADDRESS, "Subject": subject, "Message-ID": f"<1@{DOMAIN}>"}
    return "".join(f"{name}: {value}\n" for name, value in fields.items()) + "\nHello.\n"


def _host_names() -> Iterator[str]:
    return (f"{host}.{DOMAIN}" for host in HOSTS)


def wait_for_message(maildir: Path, log: str = "") -> str:
    """The text of the first message that a Maildir gets, looked for in all its folders."""
    deadline = time.monotonic() + ARRIVE_SECONDS
    while True:
        for path in maildir.rglob("*"):
            if path.parent.name in ("new", "cur") and path.is_file():
                return path.read_text()
        assert time.monotonic() < deadline, f"no message in {maildir}:\n{log}"
        time.sleep(0.05)
