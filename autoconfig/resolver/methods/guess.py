"""Guessing: the usual names on the usual ports, believed only after a greeting under a valid certificate.

What the domain's SRV records decline is not guessed (RFC 6186 §3.4).
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from autoconfig.errors import LookupFailed, NetworkError
from autoconfig.model import (
    STANDARD_PORTS,
    Authentication,
    Provider,
    ServerType,
    SocketType,
    TcpServer,
)
from autoconfig.resolver.methods.srv import is_declined
from autoconfig.resolver.methods.step import Step
from autoconfig.resolver.outcome import Failed, Found, Nothing, Outcome, Trust

if TYPE_CHECKING:
    from autoconfig.resolver.inquiry import Inquiry, Options

NAME = "guess"

_LABELS: dict[ServerType, tuple[str, ...]] = {
    ServerType.IMAP: ("imap", "mail"),
    ServerType.POP3: ("pop", "pop3", "mail"),
    ServerType.SMTP: ("smtp", "mail"),
}
_SRV: dict[ServerType, tuple[str, str]] = {
    ServerType.IMAP: ("_imaps", "_imap"),
    ServerType.POP3: ("_pop3s", "_pop3"),
    ServerType.SMTP: ("_submissions", "_submission"),
}


def steps(_options: Options) -> tuple[Step, ...]:
    """One: every kind of server at once."""
    return (Step(method=NAME, name="guessing", ask=_ask),)


async def _ask(inquiry: Inquiry) -> Outcome:
    found = await asyncio.gather(*(_guessed(inquiry, server_type) for server_type in _LABELS))
    servers = dict(zip(_LABELS, found, strict=True))
    incoming = [
        server
        for kind in (ServerType.IMAP, ServerType.POP3)
        if isinstance(server := servers[kind], TcpServer)
    ]
    if not incoming:
        unreachable = all(isinstance(outcome, Failed) and outcome.unreachable for outcome in found)
        reason = f"No mail server has one of the usual names under {inquiry.domain}."
        return Failed(reason=reason, unreachable=True) if unreachable else Nothing(reason=reason)
    smtp = servers[ServerType.SMTP]
    name = inquiry.domain
    provider = Provider(
        id=name,
        display_name=name,
        short_name=name,
        domains=(name,),
        incoming=tuple(incoming),
        outgoing=(smtp,) if isinstance(smtp, TcpServer) else (),
    )
    return Found(
        provider=provider.for_address(inquiry.address), source=f"servers of {name}", trust=Trust.GUESS
    )


async def _guessed(inquiry: Inquiry, server_type: ServerType) -> TcpServer | Failed | Nothing:
    """The first usual name and port, implicit TLS before STARTTLS, where such a server greets."""
    if await _declined(inquiry, server_type):
        return Nothing(reason=f"{inquiry.domain} declines {server_type}.")
    candidates = [
        (f"{label}.{inquiry.domain}", socket_type)
        for socket_type in (SocketType.SSL, SocketType.STARTTLS)
        for label in _LABELS[server_type]
    ]
    tasks = [
        asyncio.ensure_future(
            inquiry.mail.greet(host, STANDARD_PORTS[server_type, socket_type], server_type, socket_type)
        )
        for host, socket_type in candidates
    ]
    failure: NetworkError | None = None
    try:
        for (host, socket_type), task in zip(candidates, tasks, strict=True):
            try:
                await task
            except NetworkError as error:
                failure = error
                continue
            return _server(server_type, host, socket_type)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return Failed(reason=str(failure), unreachable=failure is not None and failure.unreachable)


async def _declined(inquiry: Inquiry, server_type: ServerType) -> bool:
    names = [f"{service}._tcp.{inquiry.domain}" for service in _SRV[server_type]]
    answers = await asyncio.gather(
        *(inquiry.dns.look_up(name, "SRV") for name in names), return_exceptions=True
    )
    unexpected = [
        answer
        for answer in answers
        if isinstance(answer, BaseException) and not isinstance(answer, LookupFailed)
    ]
    if unexpected:
        raise unexpected[0]
    given = [answer for answer in answers if not isinstance(answer, BaseException)]
    return len(given) == len(names) and all(is_declined(answer) for answer in given)


def _server(server_type: ServerType, host: str, socket_type: SocketType) -> TcpServer:
    return TcpServer(
        type=server_type,
        hostname=host,
        port=STANDARD_PORTS[server_type, socket_type],
        socket_type=socket_type,
        authentication=(Authentication.PASSWORD_CLEARTEXT,),
        username="%EMAILADDRESS%",
    )
