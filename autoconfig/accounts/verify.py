"""Trying the settings of an account: which servers, and what came of each."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from autoconfig.accounts import jmap
from autoconfig.accounts.ways import WITHOUT_LOGIN
from autoconfig.model import Authentication, ServerType, TcpServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from autoconfig.accounts.keys import Keys
    from autoconfig.accounts.login import Login
    from autoconfig.accounts.report import LoginReport
    from autoconfig.model import AnyServer, Provider
    from autoconfig.net.http import Http

_TRIED = (ServerType.IMAP, ServerType.POP3, ServerType.JMAP, ServerType.SMTP)


def servers_to_try(
    provider: Provider, *, incoming: bool = True, outgoing: bool = True, every: bool = False
) -> tuple[AnyServer, ...]:
    """The servers to log in at: of each type the first one with encryption, or ``every`` one."""
    offered = (*(provider.incoming if incoming else ()), *(provider.outgoing if outgoing else ()))
    known = [server for server in offered if server.type in _TRIED]
    if every:
        return tuple(known)
    firsts: dict[ServerType, AnyServer] = {}
    for server in (*(each for each in known if each.secure), *known):
        firsts.setdefault(server.type, server)
    return tuple(server for server in known if server is firsts[server.type])


def wants(servers: Iterable[AnyServer]) -> tuple[bool, bool]:
    """Whether a password could be of use at the servers, and whether a token could."""
    words = {word for server in servers for word in server.authentication}
    passwords = words - {Authentication.OAUTH2} - WITHOUT_LOGIN
    return bool(passwords), Authentication.OAUTH2 in words


async def log_in_at(
    servers: Sequence[AnyServer],
    login: Login,
    http: Http,
    keys: Keys,
    *,
    allow_plaintext: bool = False,
    done: Callable[[LoginReport], None] = lambda _report: None,
) -> list[LoginReport]:
    """Log in at all of them, in parallel but for the guesses; ``done`` is told of each as it ends."""

    async def at(server: AnyServer) -> LoginReport:
        report = (
            await login.at(server)
            if isinstance(server, TcpServer)
            else await jmap.log_in(http, server, keys, login.guesses, allow_plaintext=allow_plaintext)
        )
        done(report)
        return report

    return list(await asyncio.gather(*map(at, servers)))
