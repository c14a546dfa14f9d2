"""Guessing: the usual names on the usual ports, believed only after a greeting under a valid certificate.

What the domain's SRV records decline is not guessed (RFC 6186 §3.4).
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from autoconfig.errors import LookupFailed, NetworkError
from autoconfig.model import (
    STANDARD_PORTS,
    AnyServer,
    Authentication,
    Provider,
    ServerType,
    SocketType,
    TcpServer,
)
from autoconfig.net.connections import NoSuchHost
from autoconfig.resolver.methods.srv import is_declined
from autoconfig.resolver.methods.step import Step
from autoconfig.resolver.outcome import Failed, Found, Nothing, Outcome, Trust, worst
from autoconfig.resolver.race import Race

if TYPE_CHECKING:
    from autoconfig.resolver.inquiry import Inquiry, Options

NAME = "guess"

_SSL, _STARTTLS = SocketType.SSL, SocketType.STARTTLS
_LABELS: dict[ServerType, tuple[str, ...]] = {
    ServerType.IMAP: ("imap", "mail"),
    ServerType.POP3: ("pop", "pop3", "mail"),
    ServerType.SMTP: ("smtp", "mail"),
}
_SRV: dict[tuple[ServerType, SocketType], str] = {
    (ServerType.IMAP, _SSL): "_imaps",
    (ServerType.IMAP, _STARTTLS): "_imap",
    (ServerType.POP3, _SSL): "_pop3s",
    (ServerType.POP3, _STARTTLS): "_pop3",
    (ServerType.SMTP, _SSL): "_submissions",
    (ServerType.SMTP, _STARTTLS): "_submission",
}
_GRACE = 1000.0
"""Once a way to read mail is found, the other kinds of server get the whole patience."""


def steps(_options: Options) -> tuple[Step, ...]:
    """One: every kind of server at once."""
    return (Step(method=NAME, name="guessing", ask=_ask),)


async def _ask(inquiry: Inquiry) -> Outcome:
    options = inquiry.options
    finish = await Race(
        runners=[partial(_guessed, inquiry, server_type) for server_type in _LABELS],
        patience=options.patience,
        deadline=options.deadline,
        wins=lambda found: found.has_mail,
        welcome=frozenset(range(len(_LABELS))),
        grace=_GRACE,
    ).run()
    outcomes = [finish.outcomes[place] for place in sorted(finish.outcomes)]
    found = [outcome.provider for outcome in outcomes if isinstance(outcome, Found)]
    if finish.winner is None:
        failed = all(isinstance(outcome, Failed) and outcome.unreachable for outcome in outcomes)
        reason = f"No mail server has one of the usual names under {inquiry.domain}."
        return Failed(reason=reason, unreachable=True) if failed else Nothing(reason=reason)
    incoming = tuple(server for provider in found for server in provider.incoming)
    outgoing = tuple(server for provider in found for server in provider.outgoing)
    return _found(inquiry, incoming, outgoing)


async def _guessed(inquiry: Inquiry, server_type: ServerType) -> Outcome:
    """The first usual name and port, implicit TLS before STARTTLS, where such a server greets."""
    declined = await _declined(inquiry, server_type)
    runners = [
        partial(_greeted, inquiry, f"{label}.{inquiry.domain}", server_type, socket_type)
        for socket_type in (_SSL, _STARTTLS)
        for label in _LABELS[server_type]
        if socket_type not in declined
    ]
    if not runners:
        return Nothing(reason=f"{inquiry.domain} says that it does not offer {server_type}.")
    options = inquiry.options
    finish = await Race(runners=runners, patience=options.patience, deadline=options.deadline).run()
    if finish.winner is not None:
        return finish.outcomes[finish.winner]
    return worst([finish.outcomes[place] for place in sorted(finish.outcomes)])


async def _greeted(inquiry: Inquiry, host: str, server_type: ServerType, socket_type: SocketType) -> Outcome:
    port = STANDARD_PORTS[server_type, socket_type]
    try:
        await inquiry.mail.greet(host, port, server_type, socket_type)
    except NoSuchHost as error:
        return Nothing(reason=str(error))
    except NetworkError as error:
        return Failed.by(error)
    server = TcpServer(
        type=server_type,
        hostname=host,
        port=port,
        socket_type=socket_type,
        authentication=(Authentication.PASSWORD_CLEARTEXT,),
        username="%EMAILADDRESS%",
    )
    outgoing = server_type is ServerType.SMTP
    return _found(inquiry, () if outgoing else (server,), (server,) if outgoing else ())


async def _declined(inquiry: Inquiry, server_type: ServerType) -> list[SocketType]:
    """The kinds of socket that the domain's SRV records say are not offered."""
    names = {socket_type: service for (kind, socket_type), service in _SRV.items() if kind is server_type}
    answers = await asyncio.gather(
        *(inquiry.dns.look_up(f"{service}._tcp.{inquiry.domain}", "SRV") for service in names.values()),
        return_exceptions=True,
    )
    declined = []
    for socket_type, answer in zip(names, answers, strict=True):
        if isinstance(answer, LookupFailed):
            continue
        if isinstance(answer, BaseException):
            raise answer
        if is_declined(answer):
            declined.append(socket_type)
    return declined


def _found(inquiry: Inquiry, incoming: tuple[AnyServer, ...], outgoing: tuple[AnyServer, ...]) -> Found:
    name = inquiry.domain
    provider = Provider(
        id=name,
        display_name=name,
        short_name=name,
        domains=(name,),
        incoming=incoming,
        outgoing=outgoing,
    )
    return Found(
        provider=provider.for_address(inquiry.address), source=f"servers of {name}", trust=Trust.GUESS
    )
