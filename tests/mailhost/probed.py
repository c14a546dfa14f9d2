"""Real servers to be looked at, on addresses of the simulated internet: each host is peculiar in one way.

Nobody logs in here: what counts is what they say before that, and under which certificate.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from tests.mailhost.namespace import find, found
from tests.mailhost.postfix import has_users, main_file, master_file

if TYPE_CHECKING:
    from tests.internet import Internet
    from tests.internet.issuing import Kind

START_SECONDS = 30
PACKAGES = {
    "dovecot": "dovecot-imapd",
    "postfix": "postfix",
    "setpriv": "util-linux",
    "unshare": "util-linux",
}
PROTOCOLS = {
    "pop3": "dovecot-pop3d",
    "managesieve": "dovecot-managesieved",
    "submission": "dovecot-submissiond",
}

EVERY_MECHANISM = "plain login cram-md5 digest-md5 scram-sha-1 scram-sha-256 xoauth2 oauthbearer apop"


@dataclass(frozen=True, kw_only=True)
class Peculiar:
    """One host: its certificate and what else is its own. Settings are Dovecot's and Postfix's."""

    certificate: Kind = "good"
    dovecot: Mapping[str, str] = field(default_factory=dict)
    postfix: Mapping[str, str] = field(default_factory=dict)
    mechanisms: str = "plain login"


HOSTS: Mapping[str, Peculiar] = {
    "good": Peculiar(),
    "wildcard": Peculiar(certificate="wildcard"),
    "through-intermediate": Peculiar(certificate="through-intermediate"),
    "no-intermediate": Peculiar(certificate="no-intermediate"),
    "private-authority": Peculiar(certificate="private-authority"),
    "expired": Peculiar(certificate="expired"),
    "expires-soon": Peculiar(certificate="expires-soon"),
    "other-name": Peculiar(certificate="other-name"),
    "self-signed": Peculiar(certificate="self-signed"),
    "trusting": Peculiar(
        dovecot={"disable_plaintext_auth": "no", "ssl": "yes"}, postfix={"smtpd_tls_auth_only": "no"}
    ),
    "without-tls": Peculiar(
        dovecot={"disable_plaintext_auth": "no", "ssl": "no"},
        postfix={"smtpd_tls_auth_only": "no", "smtpd_tls_security_level": "none"},
    ),
    "without-login": Peculiar(postfix={"smtpd_sasl_auth_enable": "no"}),
    "old-tls-too": Peculiar(
        dovecot={"ssl_min_protocol": "TLSv1", "ssl_cipher_list": "ALL:@SECLEVEL=0"},
        postfix={"smtpd_tls_protocols": ">=TLSv1", "smtpd_tls_mandatory_protocols": ">=TLSv1"},
    ),
    "every-mechanism": Peculiar(mechanisms=EVERY_MECHANISM),
    "tokens-only": Peculiar(mechanisms="xoauth2 oauthbearer"),
}

_DOVECOT = """\
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap pop3 sieve submission
listen = {addresses}
ssl = required
ssl_cert = <{certificate}
ssl_key = <{certificate}
auth_mechanisms = {mechanisms}
auth_failure_delay = 0
mail_location = maildir:{folder}/mail
first_valid_uid = 1
submission_relay_host = 127.0.0.1
passdb {{
  driver = static
  args = password={{PLAIN}}secret
}}
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {folder}/oauth2.conf
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/mail
}}
service auth {{
  unix_listener {folder}/postfix-auth {{
    mode = 0666
  }}
}}
service stats {{
  unix_listener stats-writer {{
    mode = 0666
  }}
}}
service managesieve-login {{
  inet_listener sieve {{
    port = 4190
  }}
}}
service submission-login {{
  inet_listener submission {{
    port = 1587
  }}
  inet_listener submissions {{
    port = 1465
    ssl = yes
  }}
}}
"""
_MAIN = """\
smtpd_tls_chain_files = {certificate}
smtpd_tls_security_level = may
smtpd_tls_auth_only = yes
smtpd_tls_protocols = >=TLSv1.2
smtpd_tls_mandatory_protocols = >=TLSv1.2
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_relay_restrictions = permit_sasl_authenticated, reject
"""
_SERVICES = {"587": {}, "465": {"smtpd_tls_wrappermode": "yes"}}


def unavailable() -> str:
    """Why there can be no such servers here; empty where there can."""
    for program, package in PACKAGES.items():
        if find(program) is None:
            return f"{program} is not installed (apt install {package})"
    for protocol, package in PROTOCOLS.items():
        if not Path("/usr/lib/dovecot", f"{protocol}-login").exists():
            return f"Dovecot has no {protocol} (apt install {package})"
    if os.geteuid() != 0:
        return "only root can start Postfix and Dovecot"
    return "" if has_users() else "Postfix has no user of its own"


class ProbedHosts:
    """The running servers; ``host(name)`` is the DNS name of one of HOSTS."""

    def __init__(self, internet: Internet) -> None:
        self._domain = internet.domain()
        self.folder = Path(tempfile.mkdtemp(prefix="probed-"))
        self.folder.chmod(0o755)
        self._addresses = {name: internet.host(self.host(name)) for name in HOSTS}
        self._certificates = {
            name: internet.issuer.pem(each.certificate, self.host(name)) for name, each in HOSTS.items()
        }
        self._processes: list[subprocess.Popen[bytes]] = []
        try:
            self._sockets = {
                mechanisms: self._start_dovecot(number, mechanisms)
                for number, mechanisms in enumerate(dict.fromkeys(each.mechanisms for each in HOSTS.values()))
            }
            self._start_postfix()
        except BaseException:
            self.stop()
            raise

    def host(self, name: str) -> str:
        """The DNS name of one of the hosts."""
        return f"{name}.{self._domain}"

    def stop(self) -> None:
        """End the servers and remove what they wrote."""
        for process in self._processes:
            process.kill()
            process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _start_dovecot(self, number: int, mechanisms: str) -> Path:
        """One Dovecot for all hosts with these mechanisms; the socket where Postfix asks it."""
        folder = self.folder / f"dovecot{number}"
        (folder / "mail").mkdir(parents=True)
        names = [name for name, each in HOSTS.items() if each.mechanisms == mechanisms]
        owner = pwd.getpwnam("mail")
        text = _DOVECOT.format(
            folder=folder,
            addresses=" ".join(self._addresses[name] for name in names),
            certificate=self._certificates[names[0]],
            mechanisms=mechanisms,
            uid=owner.pw_uid,
            gid=owner.pw_gid,
        )
        for name in names:
            path = self._certificates[name]
            own = {"ssl_cert": f"<{path}", "ssl_key": f"<{path}", **HOSTS[name].dovecot}
            lines = "".join(f"  {key} = {value}\n" for key, value in own.items())
            text += f"local {self._addresses[name]} {{\n{lines}}}\n"
        (folder / "oauth2.conf").write_text(
            f"introspection_mode = local\nlocal_validation_key_dict = fs:posix:prefix={folder}/keys/\n"
        )
        (folder / "dovecot.conf").write_text(text)
        self._start(folder, [found("dovecot"), "-F", "-c", str(folder / "dovecot.conf")], "starting up")
        return folder / "postfix-auth"

    def _start_postfix(self) -> None:
        folder = self.folder / "postfix"
        for name in ("etc", "queue", "data"):
            (folder / name).mkdir(parents=True)
        shutil.chown(folder / "data", "postfix")
        main = main_file(folder, interfaces="127.0.0.1", hostname=self.host("good"))
        certificate = self._certificates["good"]
        (folder / "etc" / "main.cf").write_text(main + _MAIN.format(certificate=certificate))
        (folder / "etc" / "master.cf").write_text(master_file("".join(map(self._services, HOSTS))))
        self._start(folder, [found("postfix"), "-c", str(folder / "etc"), "start-fg"], "daemon started")

    def _services(self, name: str) -> str:
        """What one host listens with, in the words of master.cf."""
        lines = []
        for port, usual in _SERVICES.items():
            own = {
                **usual,
                "smtpd_tls_chain_files": str(self._certificates[name]),
                "smtpd_sasl_path": str(self._sockets[HOSTS[name].mechanisms]),
                **HOSTS[name].postfix,
            }
            if port == "465":
                own.pop("smtpd_tls_security_level", None)
            lines.append(f"{self._addresses[name]}:{port} inet n - n - - smtpd")
            lines += [f"  -o {{ {key} = {value} }}" for key, value in own.items()]
        return "\n".join(lines) + "\n"

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
    """What a server is started with, so that all its processes end with it, and it with this process."""
    inside = [found("unshare"), "--pid", "--fork", "--kill-child", "--", "sh", "-c", '"$@" & wait', "sh"]
    return [found("setpriv"), "--pdeathsig", "KILL", "--", *inside]
