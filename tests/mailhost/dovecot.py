"""A real Dovecot: IMAP and POP3 over the Maildirs that Postfix fills, and the password check for both."""

from __future__ import annotations

import base64
import time
from typing import TYPE_CHECKING

from tests.mailhost.namespace import found

if TYPE_CHECKING:
    from pathlib import Path

    from tests.mailhost.namespace import Namespace
    from tests.mailhost.site import Site

START_SECONDS = 30

_CONFIGURATION = """\
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap pop3
listen = 127.0.0.1
ssl = required
ssl_cert = <{site.certificate}
ssl_key = <{site.certificate}
auth_mechanisms = plain login
auth_username_chars =
auth_username_format = %u
auth_verbose = yes
mail_location = maildir:{site.mail}/%u
first_valid_uid = 1
passdb {{
  driver = static
  args = password={{PLAIN.b64}}{password}
}}
userdb {{
  driver = static
  args = uid={site.uid} gid={site.gid} home={site.mail}/%u
}}
service auth {{
  inet_listener {{
    address = 127.0.0.1
    port = {site.auth_port}
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

    def __init__(self, namespace: Namespace, folder: Path, site: Site) -> None:
        self._namespace = namespace
        self._folder = folder
        self._port = site.auth_port
        folder.mkdir(parents=True)
        self._configuration = folder / "dovecot.conf"
        password = base64.b64encode(site.password.encode()).decode()
        self._configuration.write_text(_CONFIGURATION.format(folder=folder, site=site, password=password))
        self._process = namespace.start([found("dovecot"), "-F", "-c", str(self._configuration)])
        self._wait_until_ready()

    @property
    def log(self) -> str:
        """What the server has logged so far."""
        path = self._folder / "log"
        return path.read_text() if path.exists() else ""

    def wait_for_login(self, user: str) -> None:
        """Wait until the user has logged in."""
        deadline = time.monotonic() + START_SECONDS
        while f"Login: user=<{user}>" not in self.log:
            assert time.monotonic() < deadline, f"{user} has not logged in:\n{self.log}"
            time.sleep(0.1)

    def forget(self) -> None:
        """Empty the log."""
        (self._folder / "log").write_text("")

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        probe = ["bash", "-c", f"exec 3<>/dev/tcp/127.0.0.1/{self._port} && read -t 5 -u 3 line"]
        while self._namespace.run(probe).returncode:
            waiting = self._process.poll() is None and time.monotonic() < deadline
            assert waiting, f"dovecot does not answer:\n{self.log}"
            time.sleep(0.1)
