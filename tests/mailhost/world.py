"""A mail provider in a network of its own: example.com with Postfix, Dovecot and certificates that are trusted."""

from __future__ import annotations

import pwd
import shutil
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import trustme

from tests.mailhost import dovecot, namespace, postfix
from tests.mailhost.namespace import Namespace

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator, Sequence

DOMAIN = "example.com"
ADDRESS = f"ada@{DOMAIN}"
PASSWORD = "p@ss \"w$rd'\\#%`id`;:/ é"
"""With every character that some file or shell would read as something else."""
HOSTS = ("imap", "pop", "smtp")
CA_CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"
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
        self._mail = self.folder / "mail"
        self._mail.mkdir()
        owner = pwd.getpwnam("mail")
        shutil.chown(self._mail, "mail")
        certificate = self._certificates()
        self.namespace = Namespace({"/etc/hosts": self._hosts(), CA_CERTIFICATES: self.folder / "ca.pem"})
        common = {"mail": self._mail, "certificate": certificate, "uid": owner.pw_uid, "gid": owner.pw_gid}
        self.dovecot = dovecot.Dovecot(self.namespace, self.folder / "dovecot", **common)  # type: ignore[arg-type]
        self.dovecot.let_in(ADDRESS, PASSWORD)
        self.postfix = postfix.Postfix.serving(
            self.namespace,
            self.folder / "postfix",
            auth_port=dovecot.AUTH_PORT,
            domain=DOMAIN,
            address=ADDRESS,
            **common,
        )

    def run(
        self, command: Sequence[str], home: Path, **more: object
    ) -> subprocess.CompletedProcess[bytes]:
        """Run a command as somebody with this home directory and nothing else of their own."""
        environment = {"HOME": str(home), "PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin", "LANG": "C.UTF-8"}
        return self.namespace.run(command, env=environment, cwd=home, **more)

    def empty(self) -> None:
        """Throw away every message and every trace of a login."""
        for path in self._mail.iterdir():
            shutil.rmtree(path)
        self.dovecot.forget()

    def deliver(self, subject: str) -> None:
        """Put a message into the mailbox, as Postfix does."""
        for name in ("", "cur", "new", "tmp"):
            path = self._mail / ADDRESS / name
            path.mkdir(exist_ok=True)
            shutil.chown(path, "mail", "mail")
        message = self._mail / ADDRESS / "new" / "1.M1.host"
        message.write_text(message_text(subject))
        shutil.chown(message, "mail", "mail")

    def arrived(self, user: str = ADDRESS) -> str:
        """The first message that arrives for a user."""
        return wait_for_message(self._mail / user, self.postfix.log)

    def stop(self) -> None:
        """Stop all servers and remove what they wrote."""
        self.namespace.stop()
        shutil.rmtree(self.folder)

    def _certificates(self) -> Path:
        authority = trustme.CA()
        authority.cert_pem.write_to_path(str(self.folder / "ca.pem"))
        leaf = authority.issue_cert(*(f"{host}.{DOMAIN}" for host in HOSTS))
        path = self.folder / "server.pem"
        leaf.private_key_and_cert_chain_pem.write_to_path(str(path))
        return path

    def _hosts(self) -> Path:
        path = self.folder / "hosts"
        path.write_text("".join(f"127.0.0.1 {name}\n" for name in ("localhost", OTHER_NAME, *_host_names())))
        return path


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
