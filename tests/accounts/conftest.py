"""A simulated internet, real mail servers on it, and logging in at them."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from autoconfig.accounts.keys import Keys
from autoconfig.accounts.login import Login
from autoconfig.accounts.ways import Wanted
from autoconfig.model import Authentication, ServerType, SocketType, TcpServer
from tests.cli.conftest import autoconfig, folder, process, resolves_to
from tests.internet.fixtures import internet, need
from tests.mailhost import logins
from tests.mailhost.logins import LoginHost
from tests.net.way import Way

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from autoconfig.accounts.report import LoginReport
    from tests.internet import Internet

__all__ = ["autoconfig", "folder", "internet", "process", "resolves_to"]

SERVERS = {
    "imaps": (ServerType.IMAP, 993, SocketType.SSL),
    "imap": (ServerType.IMAP, 143, SocketType.STARTTLS),
    "pop3s": (ServerType.POP3, 995, SocketType.SSL),
    "pop3": (ServerType.POP3, 110, SocketType.STARTTLS),
    "submissions": (ServerType.SMTP, 465, SocketType.SSL),
    "submission": (ServerType.SMTP, 587, SocketType.STARTTLS),
    "dovecot-submission": (ServerType.SMTP, logins.DOVECOT_PORT, SocketType.SSL),
    "cyrus-submission": (ServerType.SMTP, logins.CYRUS_PORT, SocketType.STARTTLS),
}
"""By a short name."""


def server(host: str, service: str, username: str, *words: str, plain: bool = False) -> TcpServer:
    """A server as it could be published, with these ways to log in."""
    kind, port, socket = SERVERS[service]
    return TcpServer(
        type=kind,
        hostname=host,
        port=port,
        socket_type=SocketType.PLAIN if plain else socket,
        authentication=tuple(map(Authentication, words or ("password-cleartext",))),
        username=username,
    )


@dataclass(frozen=True)
class LoggingIn:
    """Logs in at servers of the simulated internet, all in one run."""

    way: Way

    def at(
        self, *servers: TcpServer, keys: Keys, method: str | None = None, **options: Any
    ) -> list[LoginReport]:
        """What came of each, one after the other."""

        async def use(net: Any) -> list[LoginReport]:
            login = Login(
                net.connector,
                keys,
                context=ssl.create_default_context(),
                method=None if method is None else Wanted.by_name(method),
                **options,
            )
            return [await login.at(each) for each in servers]

        return self.way.run(use)

    def one(self, *servers: TcpServer, **options: Any) -> LoginReport:
        """What came of the only one."""
        (report,) = self.at(*servers, **options)
        return report


@pytest.fixture
def logging_in(internet: Internet, monkeypatch: pytest.MonkeyPatch) -> LoggingIn:
    """Logging in as the commands do."""
    monkeypatch.setenv("SSL_CERT_FILE", internet.ca_file)
    return LoggingIn(Way(internet))


@pytest.fixture(scope="session")
def running_logins(internet: Internet) -> Iterator[LoginHost]:
    """Dovecot and Postfix, once for this process."""
    need(logins.unavailable())
    host = LoginHost(internet)
    try:
        yield host
    finally:
        host.stop()


@pytest.fixture
def host(running_logins: LoginHost) -> LoginHost:
    """The servers with empty logs."""
    running_logins.forget()
    return running_logins


@pytest.fixture
def provider_file(host: LoginHost, tmp_path: Path) -> Path:
    """A provider file with the servers of the host, each as it should be."""
    path = tmp_path / "provider.toml"
    path.write_text(
        f"""
name = "Example Mail"
domains = ["{host.domain}"]
[[incoming]]
type = "imap"
hostname = "{host.host}"
[[incoming]]
type = "pop3"
hostname = "{host.host}"
[[outgoing]]
type = "smtp"
hostname = "{host.host}"
"""
    )
    return path


@pytest.fixture
def online(internet: Internet, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands of this process reach the simulated internet, and trust its certificates."""
    monkeypatch.setenv("SSL_CERT_FILE", internet.ca_file)
    monkeypatch.setenv("AUTOCONFIG_NAMESERVERS", internet.dns)
    monkeypatch.setenv("AUTOCONFIG_ALLOW_PRIVATE_NETWORKS", "yes")
