"""A real Postfix: takes mail from whoever logs in (Dovecot checks) and keeps it in Maildirs."""

from __future__ import annotations

import grp
import os
import pwd
import time
from typing import TYPE_CHECKING

from tests.mailhost.namespace import found

if TYPE_CHECKING:
    from pathlib import Path

    from tests.mailhost.namespace import Namespace
    from tests.mailhost.site import Site

START_SECONDS = 30
_DAEMONS = "/usr/lib/postfix/sbin"

_MAIN = """\
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
daemon_directory = {daemons}
command_directory = /usr/sbin
mail_owner = postfix
setgid_group = postdrop
maillog_file_prefixes = {folder}
maillog_file = {folder}/log
shlib_directory = /usr/lib/postfix
meta_directory = /etc/postfix
inet_interfaces = {interfaces}
inet_protocols = ipv4
myhostname = {hostname}
mydestination =
alias_maps =
alias_database =
smtp_dns_support_level = disabled
smtp_host_lookup = native
"""

_SERVER = """\
virtual_mailbox_domains = {site.domain}, localhost
virtual_mailbox_base = {site.mail}
virtual_mailbox_maps = inline:{{
  {{ {site.address} = {site.address}/ }} {{ {site.user}@localhost = {site.user}/ }} }}
virtual_minimum_uid = 1
virtual_uid_maps = static:{site.uid}
virtual_gid_maps = static:{site.gid}
smtpd_tls_chain_files = {site.certificate}
smtpd_tls_security_level = may
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:127.0.0.1:{site.auth_port}
smtpd_relay_restrictions = permit_sasl_authenticated, permit_mynetworks, reject
"""

_MASTER = """\
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""

_ONLY_WITH_LOGIN = """\
  -o smtpd_sasl_auth_enable=yes
  -o smtpd_tls_auth_only=yes
  -o smtpd_client_restrictions=permit_sasl_authenticated,reject
"""
_LISTENING = f"""\
25 inet n - n - - smtpd
465 inet n - n - - smtpd
  -o smtpd_tls_wrappermode=yes
{_ONLY_WITH_LOGIN}\
587 inet n - n - - smtpd
  -o smtpd_tls_security_level=encrypt
{_ONLY_WITH_LOGIN}"""


class Postfix:
    """One instance; it ends with the namespace."""

    def __init__(self, namespace: Namespace, folder: Path, main: str, listening: str = "") -> None:
        self._namespace = namespace
        self._forgotten = 0
        self.folder = folder
        self._configuration = folder / "etc"
        self._configuration.mkdir(parents=True)
        (folder / "queue").mkdir()
        (folder / "data").mkdir()
        postfix = pwd.getpwnam("postfix")
        os.chown(folder / "data", postfix.pw_uid, postfix.pw_gid)
        (self._configuration / "main.cf").write_text(main)
        (self._configuration / "master.cf").write_text(master_file(listening))
        self._process = namespace.start(self.command("postfix", "start-fg"))
        self.wait_for_log("daemon started")

    @classmethod
    def serving(cls, namespace: Namespace, folder: Path, site: Site) -> Postfix:
        """The provider's server."""
        main = main_file(folder, interfaces="127.0.0.1", hostname=f"smtp.{site.domain}")
        return cls(namespace, folder, main + _SERVER.format(site=site), _LISTENING)

    def forget(self) -> None:
        """From now on the log starts here."""
        self._forgotten = len(self._whole_log)

    def stop(self) -> None:
        """Stop the instance before the namespace ends."""
        self._namespace.run(self.command("postfix", "stop"))

    @property
    def log(self) -> str:
        """What the instance has logged since it was told to forget."""
        return self._whole_log[self._forgotten :]

    @property
    def _whole_log(self) -> str:
        path = self.folder / "log"
        return path.read_text() if path.exists() else ""

    def command(self, *command: str) -> list[str]:
        """One of Postfix's commands for this instance."""
        program, *arguments = command
        return [found(program), "-c", str(self._configuration), *arguments]

    def wait_for_log(self, mark: str) -> None:
        """Wait until the log has a line with the mark."""
        deadline = time.monotonic() + START_SECONDS
        while mark not in self.log:
            ended = self._process.poll()
            waiting = ended is None and time.monotonic() < deadline
            assert waiting, f"no {mark!r} in the log of Postfix ({ended}):\n{self.log}"
            time.sleep(0.05)


def main_file(folder: Path, *, interfaces: str, hostname: str) -> str:
    """What the main.cf of every instance starts with."""
    return _MAIN.format(folder=folder, daemons=_DAEMONS, interfaces=interfaces, hostname=hostname)


def master_file(listening: str) -> str:
    """The services of an instance: those that every one has, and what it listens with."""
    return _MASTER + listening


def has_users() -> bool:
    """Whether the package is there with its user and group."""
    try:
        pwd.getpwnam("postfix")
        grp.getgrnam("postdrop")
    except KeyError:
        return False
    return True
