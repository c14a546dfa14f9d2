"""A real Dovecot: IMAP and POP3 over the Maildirs that Postfix fills, and the password check for both."""

from __future__ import annotations

import base64
import time
from typing import TYPE_CHECKING

from tests.mailhost.namespace import found

if TYPE_CHECKING:
    from pathlib import Path

    from tests.mailhost.namespace import Namespace

START_SECONDS = 30
AUTH_PORT = 12345

_CONFIGURATION = """\
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap pop3
listen = 127.0.0.1
ssl = required
ssl_cert = <{certificate}
ssl_key = <{certificate}
auth_mechanisms = plain login
mail_location = maildir:{mail}/%u
first_valid_uid = 1
passdb {{
  driver = passwd-file
  args = {folder}/users
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={mail}/%u
}}
service auth {{
  inet_listener {{
    address = 127.0.0.1
    port = {auth_port}
  }}
}}
service stats {{
  unix_listener stats-writer {{
    mode = 0666
  }}
}}
namespace inbox {{
  inbox = yes
}}
"""


class Dovecot:
    """The server; it ends with the namespace."""

    def __init__(
        self, namespace: Namespace, folder: Path, *, mail: Path, certificate: Path, uid: int, gid: int
    ) -> None:
        self._namespace = namespace
        self._folder = folder
        folder.mkdir(parents=True)
        self._configuration = folder / "dovecot.conf"
        self._users = folder / "users"
        self._users.touch()
        self._configuration.write_text(
            _CONFIGURATION.format(
                folder=folder, certificate=certificate, mail=mail, uid=uid, gid=gid, auth_port=AUTH_PORT
            )
        )
        self._process = namespace.start([found("dovecot"), "-F", "-c", str(self._configuration)])
        self._wait_until_ready()

    def let_in(self, user: str, password: str) -> None:
        """Add a user."""
        coded = base64.b64encode(password.encode()).decode()
        with self._users.open("a") as file:
            file.write(f"{user}:{{PLAIN.b64}}{coded}\n")

    @property
    def log(self) -> str:
        """What the server has logged so far."""
        path = self._folder / "log"
        return path.read_text() if path.exists() else ""

    def forget(self) -> None:
        """Empty the log."""
        (self._folder / "log").write_text("")

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        probe = ["bash", "-c", f"exec 3<>/dev/tcp/127.0.0.1/{AUTH_PORT} && read -t 5 -u 3 line"]
        while self._namespace.run(probe).returncode:
            waiting = self._process.poll() is None and time.monotonic() < deadline
            assert waiting, f"dovecot does not answer:\n{self.log}"
            time.sleep(0.1)
