"""Trying the settings of an account: which servers, and what came of each."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from autoconfig.accounts import jmap
from autoconfig.accounts.judgement import Outcome
from autoconfig.accounts.report import LoginReport
from autoconfig.accounts.ways import WITHOUT_LOGIN
from autoconfig.model import Authentication, ServerType, TcpServer
from autoconfig.model.placeholders import has_placeholder

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from autoconfig.accounts.guesses import Turn
    from autoconfig.accounts.keys import Keys
    from autoconfig.accounts.login import Login
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


class Wants(NamedTuple):
    """What could be of use at some servers."""

    password: bool
    token: bool


def wants(servers: Iterable[AnyServer]) -> Wants:
    """What the servers take, as they are published; one that names nothing may take a password."""
    words = {word for server in servers for word in server.authentication}
    passwords = words - {Authentication.OAUTH2} - WITHOUT_LOGIN
    return Wants(bool(passwords) or not words, Authentication.OAUTH2 in words)


async def log_in_at(
    servers: Sequence[AnyServer],
    login: Login,
    http: Http,
    keys: Keys,
    *,
    allow_plaintext: bool = False,
) -> list[LoginReport]:
    """Log in at all of them, side by side but for the guesses, which are made in this order."""

    async def at(server: AnyServer, turn: Turn) -> LoginReport:
        with turn:
            if has_placeholder(server.username or ""):
                return _without_name(server)
            if isinstance(server, TcpServer):
                return await login.at(server, turn)
            return await jmap.log_in(http, server, keys, turn, allow_plaintext=allow_plaintext)

    turns = [login.guesses.line_up(_host(server), server.username or "") for server in servers]
    return list(await asyncio.gather(*map(at, servers, turns)))


def _without_name(server: AnyServer) -> LoginReport:
    said = "The login name is not known from the address."
    return LoginReport(server=server, outcome=Outcome.NOT_TRIED, said=said, advice="Give it by --login-name.")


def _host(server: AnyServer) -> str:
    return server.hostname if isinstance(server, TcpServer) else urlsplit(server.url).hostname or ""
