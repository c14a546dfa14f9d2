"""Real servers to log in at, on addresses of the simulated internet: Dovecot and Postfix with many ways in.

Every way that Dovecot knows is on (it keeps the passwords as they are, for the mechanisms that need that).
Each user is an account with one peculiarity, each host a certificate with one.
"""

from __future__ import annotations

import base64
import hmac
import json
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.mailhost.namespace import find, found
from tests.mailhost.postfix import has_users, main_file, master_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.internet import Internet
    from tests.internet.certificates import Tls

START_SECONDS = 30
LATE_SECONDS = 5
OWNER = "mail"
RIGHT = "p\u00e4ss \"w$rd'\\#%`id`;:/"
"""With letters of which DIGEST-MD5 makes a riddle, and everything that a quoted string cannot hold."""
SIMPLE = "correct horse"
JWT_KEY = b"a key that the issuer and the mail server share"

DOVECOT_PORT = 10465
"""Where Dovecot takes mail itself."""
CYRUS_PORT = 2587
"""Where passwords are checked by Cyrus SASL, which knows NTLM."""

PACKAGES = {"dovecot": "dovecot-imapd", "postfix": "postfix", "saslpasswd2": "sasl2-bin"}

_DOVECOT = """\
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap pop3 submission
listen = {addresses}
ssl = required
ssl_cert = <{certificates[valid]}
ssl_key = <{certificates[valid]}
auth_mechanisms = plain login cram-md5 digest-md5 scram-sha-1 scram-sha-256 apop xoauth2 oauthbearer
auth_username_chars =
auth_username_format = %u
auth_verbose = yes
auth_debug = yes
auth_failure_delay = 0
mail_location = maildir:{folder}/mail/%u
first_valid_uid = 1
submission_relay_host = {relay}
submission_relay_port = 25
passdb {{
  driver = passwd-file
  args = scheme=plain username_format=%u {folder}/denied
  deny = yes
}}
passdb {{
  driver = checkpassword
  args = {folder}/broken
  username_filter = broken@*
}}
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {folder}/oauth2.conf
}}
passdb {{
  driver = passwd-file
  mechanisms = plain login cram-md5 digest-md5 scram-sha-1 scram-sha-256 apop
  args = scheme=plain username_format=%u {folder}/users
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/mail/%u
}}
service auth {{
  unix_listener {folder}/queue-auth {{
    mode = 0666
  }}
}}
service anvil {{
  # No growing delay for one client that fails again and again: that is us.
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  unix_listener stats-writer {{
    mode = 0666
  }}
}}
service submission-login {{
  inet_listener submission {{
    port = 0
  }}
  inet_listener submissions {{
    port = 10465
    ssl = yes
  }}
}}
namespace inbox {{
  inbox = yes
}}
{locals}
"""

_MAIN = """\
virtual_mailbox_domains = {domain}
smtpd_tls_chain_files = {certificates[valid]}
smtpd_tls_security_level = may
smtpd_tls_auth_only = yes
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = {dovecot}/queue-auth
smtpd_error_sleep_time = 0
smtpd_relay_restrictions = permit_sasl_authenticated, reject
"""
_LISTENING = """\
{address}:25 inet n - n - - smtpd
{address}:465 inet n - n - - smtpd
  -o smtpd_tls_wrappermode=yes
  -o smtpd_tls_chain_files={certificate}
{address}:587 inet n - n - - smtpd
  -o smtpd_sasl_mechanism_filter=plain,login
  -o smtpd_tls_chain_files={certificate}
"""
_LISTENING_CYRUS = """\
{address}:2587 inet n - n - - smtpd
  -o smtpd_sasl_type=cyrus
  -o smtpd_sasl_path=smtpd
  -o smtpd_sasl_local_domain={domain}
"""
_CYRUS = """\
pwcheck_method: auxprop
auxprop_plugin: sasldb
sasldb_path: {folder}/sasldb2
mech_list: PLAIN LOGIN CRAM-MD5 DIGEST-MD5 NTLM SCRAM-SHA-1 SCRAM-SHA-256 SCRAM-SHA-512
"""


def unavailable() -> str:
    """Why there can be no such servers here; empty where there can."""
    for program, package in PACKAGES.items():
        if find(program) is None:
            return f"{program} is not installed (apt install {package})"
    for service, package in (("pop3", "dovecot-pop3d"), ("submission-login", "dovecot-submissiond")):
        if not Path("/usr/lib/dovecot", service).exists():
            return f"Dovecot has no {service} (apt install {package})"
    if os.geteuid() != 0:
        return "only root can start Postfix and Dovecot"
    return "" if has_users() else "Postfix has no user of its own"


@dataclass(frozen=True)
class Host:
    """One name of the provider, with one certificate."""

    name: str
    address: str


class LoginHost:
    """The running servers. ``ada`` has an ordinary account."""

    def __init__(self, internet: Internet) -> None:
        self.domain = internet.domain()
        self.folder = Path(tempfile.mkdtemp(prefix="logins-"))
        self.folder.chmod(0o755)
        kinds: tuple[Tls, ...] = ("valid", "expired", "self-signed", "untrusted", "wrong-name")
        self.hosts: Mapping[Tls, Host] = {
            kind: Host(name, internet.host(name)) for kind in kinds if (name := f"{kind}.{self.domain}")
        }
        self._certificates = {
            kind: internet.certificate(kind, host.name) for kind, host in self.hosts.items()
        }
        self._processes: list[subprocess.Popen[bytes]] = []
        try:
            self._start_dovecot()
            self._start_postfix()
        except BaseException:
            self.stop()
            raise

    @property
    def host(self) -> str:
        """The name of the host that is as it should be."""
        return self.hosts["valid"].name

    def user(self, name: str) -> str:
        """The login name of an account."""
        return f"{name}@{self.domain}"

    def token(self, name: str = "ada", *, seconds: int = 3600) -> str:
        """An access token of an account: a JWT (RFC 7519) that the servers check by themselves."""
        now = int(time.time())
        parts = (
            {"alg": "HS256", "typ": "JWT"},
            {"sub": self.user(name), "iat": now - 7200, "exp": now + seconds},
        )
        signed = ".".join(_base64url(json.dumps(part).encode()) for part in parts)
        return f"{signed}.{_base64url(hmac.digest(JWT_KEY, signed.encode(), 'sha256'))}"

    def guesses(self, expected: int) -> int:
        """How many logins have failed, at all servers together, since the logs were emptied.

        Logs come a moment late: so many are waited for, and then a little longer for one too many.
        """
        deadline = time.monotonic() + LATE_SECONDS
        while self._failures() < expected and time.monotonic() < deadline:
            time.sleep(0.02)
        time.sleep(0.05)
        return self._failures()

    def _failures(self) -> int:
        """What Dovecot has refused, to itself and to Postfix, and what Cyrus SASL has."""
        at_dovecot = self._log("dovecot").count("client passdb out: FAIL")
        return at_dovecot + self._log("postfix").count("authentication failed: authentication failure")

    def forget(self) -> None:
        """Empty the logs."""
        for server in ("dovecot", "postfix"):
            os.truncate(self.folder / server / "log", 0)

    @property
    def log(self) -> str:
        """What the servers have logged."""
        return self._log("dovecot") + self._log("postfix")

    def _log(self, server: str) -> str:
        return (self.folder / server / "log").read_text()

    def stop(self) -> None:
        """End the servers, by their own pids, and remove what they wrote."""
        for process in reversed(self._processes):
            process.kill()
            process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _start_dovecot(self) -> None:
        folder = self.folder / "dovecot"
        (folder / "mail").mkdir(parents=True)
        shutil.chown(folder / "mail", OWNER)
        self._write_accounts(folder)
        owner = pwd.getpwnam(OWNER)
        (folder / "dovecot.conf").write_text(
            _DOVECOT.format(
                folder=folder,
                addresses=" ".join(host.address for host in self.hosts.values()),
                certificates=self._certificates,
                locals="".join(self._locals()),
                relay=self.hosts["valid"].address,
                uid=owner.pw_uid,
                gid=owner.pw_gid,
            )
        )
        self._start(folder, [found("dovecot"), "-F", "-c", str(folder / "dovecot.conf")], "starting up")

    def _write_accounts(self, folder: Path) -> None:
        # The password of one account with every awkward mark cannot stand in a file split by colons.
        users = {
            self.user("ada"): "{PLAIN.B64}" + base64.b64encode(RIGHT.encode()).decode(),
            self.user("bob"): f"{{PLAIN}}{SIMPLE}",
            self.user("closed"): f"{{PLAIN}}{SIMPLE}::::::nologin=y reason=account-suspended",
            self.user("denied"): f"{{PLAIN}}{SIMPLE}",
        }
        (folder / "users").write_text("".join(f"{name}:{rest}\n" for name, rest in users.items()))
        (folder / "denied").write_text(f"{self.user('denied')}:\n")
        (folder / "broken").write_text("#!/bin/sh\nexit 111\n")
        (folder / "broken").chmod(0o755)
        keys = folder / "keys" / "default" / "HS256"
        keys.mkdir(parents=True)
        (keys / "default").write_text(base64.b64encode(JWT_KEY).decode())
        (folder / "oauth2.conf").write_text(
            "introspection_mode = local\n"
            f"local_validation_key_dict = fs:posix:prefix={folder}/keys/\n"
            "username_attribute = sub\n"
        )

    def _locals(self) -> Iterator[str]:
        for kind, host in self.hosts.items():
            path = self._certificates[kind]
            yield f"local {host.address} {{\n  ssl_cert = <{path}\n  ssl_key = <{path}\n}}\n"

    def _start_postfix(self) -> None:
        folder = self.folder / "postfix"
        for name in ("etc", "queue", "data"):
            (folder / name).mkdir(parents=True)
        shutil.chown(folder / "data", "postfix")
        # Which addresses it listens on stands with each service: they are not the interface's own.
        main = main_file(folder, interfaces="127.0.0.1", hostname=self.host)
        self._write_cyrus_accounts(folder / "etc" / "sasl")  # where Debian's Postfix looks
        (folder / "etc" / "main.cf").write_text(
            main
            + _MAIN.format(
                domain=self.domain,
                certificates=self._certificates,
                dovecot=self.folder / "dovecot",
            )
        )
        listening = (
            _LISTENING.format(address=host.address, certificate=self._certificates[kind])
            for kind, host in self.hosts.items()
        )
        cyrus = _LISTENING_CYRUS.format(address=self.hosts["valid"].address, domain=self.domain)
        (folder / "etc" / "master.cf").write_text(master_file("".join([*listening, cyrus])))
        self._start(folder, [found("postfix"), "-c", str(folder / "etc"), "start-fg"], "daemon started")

    def _write_cyrus_accounts(self, place: Path) -> None:
        place.mkdir()
        (place / "smtpd.conf").write_text(_CYRUS.format(folder=place))
        command = [found("saslpasswd2"), "-p", "-c", "-f", str(place / "sasldb2"), "-u", self.domain]
        for name in ("ada", "bob"):
            secret = secret_of(name).encode()
            subprocess.run([*command, name], input=secret, check=True, capture_output=True)
        shutil.chown(place / "sasldb2", "postfix")

    def _start(self, folder: Path, command: list[str], ready: str) -> None:
        streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        process = subprocess.Popen([*_mortal(), *command], **streams)
        self._processes.append(process)
        deadline = time.monotonic() + START_SECONDS
        log = folder / "log"
        while not (log.exists() and ready in log.read_text()):
            said = log.read_text() if log.exists() else ""
            waiting = process.poll() is None and time.monotonic() < deadline
            assert waiting, f"{command[0]} does not start ({process.poll()}):\n{said}"
            time.sleep(0.05)


def _mortal() -> list[str]:
    """Before a command: it and all its children end with the process returned, and that one with ours."""
    return [
        *(found("setpriv"), "--pdeathsig", "KILL", "--"),
        *(found("unshare"), "--pid", "--fork", "--kill-child", "--"),
        # Postfix changes its user, and would forget that it is to end: a shell is the first process instead.
        *("sh", "-c", '"$@" & wait', "sh"),
    ]


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def secret_of(name: str) -> str:
    """The password of an account."""
    return RIGHT if name == "ada" else SIMPLE
