"""SRV records: RFC 6186 and 8314 for mail, 6764 for DAV, 8620 for JMAP, 5804 for filters."""

from __future__ import annotations

import asyncio
import random
from typing import TYPE_CHECKING

from autoconfig.errors import LookupFailed, ValueRefused
from autoconfig.model import (
    STANDARD_PORTS,
    AnyServer,
    Authentication,
    Provider,
    ServerType,
    SocketType,
    TcpServer,
    UrlServer,
)
from autoconfig.net.records import Srv
from autoconfig.resolver.clientconfig import by_dns
from autoconfig.resolver.methods.step import Step
from autoconfig.resolver.outcome import Failed, Found, Nothing, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable

    from autoconfig.net.records import Answer
    from autoconfig.resolver.inquiry import Inquiry, Options

NAME = "srv"

_SSL, _STARTTLS = SocketType.SSL, SocketType.STARTTLS
_TCP: dict[str, tuple[ServerType, SocketType]] = {
    "_imaps": (ServerType.IMAP, _SSL),
    "_imap": (ServerType.IMAP, _STARTTLS),
    "_pop3s": (ServerType.POP3, _SSL),
    "_pop3": (ServerType.POP3, _STARTTLS),
    "_submissions": (ServerType.SMTP, _SSL),
    "_submission": (ServerType.SMTP, _STARTTLS),
    "_sieve": (ServerType.MANAGESIEVE, _STARTTLS),
}
_URL: dict[str, tuple[ServerType, str]] = {
    "_jmap": (ServerType.JMAP, "/.well-known/jmap"),
    "_caldavs": (ServerType.CALDAV, "/.well-known/caldav"),
    "_carddavs": (ServerType.CARDDAV, "/.well-known/carddav"),
}
_WITH_PATH = ("_caldavs", "_carddavs")
"""Services whose path stands in a TXT record (RFC 6764 §4)."""


def steps(_options: Options) -> tuple[Step, ...]:
    """One: all records at once."""
    return (Step(method=NAME, name="SRV", ask=_ask, adds=True),)


async def _ask(inquiry: Inquiry) -> Outcome:
    services = (*_TCP, *_URL)
    try:
        answers = await asyncio.gather(
            *(inquiry.dns.look_up(f"{service}._tcp.{inquiry.domain}", "SRV") for service in services)
        )
    except LookupFailed as error:
        return Failed(reason=str(error), unreachable=error.unreachable)
    given = dict(zip(services, answers, strict=True))
    paths = await _paths(inquiry, [service for service in _WITH_PATH if given[service].records])
    servers = [server for service in services for server in _servers(service, given[service], paths)]
    if not servers:
        declined = any(is_declined(answer) for answer in answers)
        reason = "says that it offers nothing" if declined else "has no SRV record for mail"
        return Nothing(reason=f"{inquiry.domain} {reason}.")
    return Found(
        provider=_provider(inquiry.domain, servers).for_address(inquiry.address),
        source=f"SRV {inquiry.domain}",
        trust=by_dns(authenticated=all(answer.authenticated for answer in answers if answer.records)),
    )


async def _paths(inquiry: Inquiry, services: list[str]) -> dict[str, str | None]:
    """The ``path=`` of each service's TXT record, None where there is none that is usable."""
    answers = await asyncio.gather(
        *(inquiry.dns.look_up(f"{service}._tcp.{inquiry.domain}", "TXT") for service in services),
        return_exceptions=True,
    )
    return dict(zip(services, map(_path, answers), strict=True))


def is_declined(answer: Answer) -> bool:
    """Whether the domain says that it does not offer the service (a target of ``.``, RFC 6186 §3.4)."""
    targets = [record.target for record in answer.records if isinstance(record, Srv)]
    return targets == ["."]


def in_order(records: Iterable[Srv], choose: random.Random | None = None) -> list[Srv]:
    """The records as they are to be tried: lowest priority first, a weighted draw among equals (RFC 2782)."""
    draw = choose or random.Random()  # noqa: S311 - load balancing, no secret
    waiting = sorted(records, key=lambda record: (record.priority, record.weight))
    ordered = []
    while waiting:
        equals = [record for record in waiting if record.priority == waiting[0].priority]
        point = draw.uniform(0, sum(record.weight for record in equals))
        for record in equals:
            point -= record.weight
            if point <= 0:
                break
        ordered.append(record)
        waiting.remove(record)
    return ordered


def _servers(service: str, answer: Answer, paths: dict[str, str | None]) -> list[AnyServer]:
    records = [record for record in answer.records if isinstance(record, Srv) and record.target != "."]
    if not records:
        return []
    best = in_order(records)[0]
    try:
        if service in _TCP:
            return [_tcp_server(*_TCP[service], best)]
        server_type, well_known = _URL[service]
        return [_url_server(server_type, best, paths.get(service) or well_known)]
    except ValueRefused:
        return []


def _tcp_server(server_type: ServerType, socket_type: SocketType, record: Srv) -> TcpServer:
    # Some publish _imap with port 993: the port of implicit TLS tells what is meant.
    implicit = record.port == STANDARD_PORTS.get((server_type, _SSL))
    return TcpServer(
        type=server_type,
        hostname=record.target,
        port=record.port,
        socket_type=_SSL if implicit else socket_type,
        authentication=(Authentication.PASSWORD_CLEARTEXT,),
        username="%EMAILADDRESS%",
    )


def _url_server(server_type: ServerType, record: Srv, path: str) -> UrlServer:
    port = "" if record.port == 443 else f":{record.port}"
    return UrlServer(
        type=server_type,
        url=f"https://{record.target}{port}{path}",
        authentication=(Authentication.HTTP_BASIC,),
        username="%EMAILADDRESS%",
    )


def _path(answer: Answer | BaseException) -> str | None:
    """The ``path=`` of a TXT record, None where there is none that is usable."""
    if isinstance(answer, BaseException):
        return None
    for record in answer.records:
        if isinstance(record, str) and record.lower().startswith("path=/"):
            return record[5:]
    return None


def _provider(domain: str, servers: list[AnyServer]) -> Provider:
    mail = (ServerType.IMAP, ServerType.POP3, ServerType.JMAP)
    return Provider(
        id=domain,
        display_name=domain,
        short_name=domain,
        domains=(domain,),
        incoming=tuple(server for server in servers if server.type in mail),
        outgoing=tuple(server for server in servers if server.type is ServerType.SMTP),
        other=tuple(server for server in servers if server.type not in (*mail, ServerType.SMTP)),
    )
