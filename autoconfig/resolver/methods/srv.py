"""SRV records: RFC 6186 and 8314 for mail, 6764 for DAV, 8620 for JMAP, 5804 for filters."""

from __future__ import annotations

import asyncio
import random
from typing import TYPE_CHECKING

from autoconfig.errors import LookupFailed, ValueRefused
from autoconfig.formats.zone import SERVICES
from autoconfig.model import (
    STANDARD_PORTS,
    AnyServer,
    Authentication,
    Provider,
    ServerType,
    SocketType,
    TcpServer,
    UrlServer,
    normalize_domain,
)
from autoconfig.model.server import checked_url
from autoconfig.net.records import Srv
from autoconfig.resolver.clientconfig import by_dns
from autoconfig.resolver.methods.step import Step
from autoconfig.resolver.outcome import Failed, Found, Nothing, Outcome
from autoconfig.resolver.recorder import judged

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from autoconfig.net.records import Answer
    from autoconfig.resolver.inquiry import Inquiry, Options

NAME = "srv"

_SSL, _STARTTLS = SocketType.SSL, SocketType.STARTTLS
_TCP: dict[str, tuple[ServerType, SocketType]] = {
    # As we publish them; a label that is for several kinds of socket is read as the first.
    label: next(kind for kind, name in SERVICES.items() if name == label)
    for label in dict.fromkeys(SERVICES.values())
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
    first = tuple((f"{service}._tcp.", "SRV") for service in (*_TCP, *_URL))
    return (Step(method=NAME, name="SRV", ask=_ask, adds=True, first=first),)


async def _ask(inquiry: Inquiry) -> Outcome:
    given, failures = await _looked_up(inquiry, "SRV", (*_TCP, *_URL))
    for service in [service for service, answer in given.items() if is_declined(answer)]:
        declined = Nothing(reason=f"{inquiry.domain} says that it does not offer {service[1:]}.")
        judged(f"SRV {service}._tcp.{inquiry.domain}", declined)
    texts, _ = await _looked_up(inquiry, "TXT", [name for name in _WITH_PATH if _is_offered(given.get(name))])
    paths = {service: _path(answer) for service, answer in texts.items()}
    servers = [server for service, answer in given.items() for server in _servers(service, answer, paths)]
    if not servers and failures:
        return Failed.by(failures[0])
    if not servers:
        said = any(is_declined(answer) for answer in given.values())
        reason = "says that it offers nothing" if said else "has no usable SRV record"
        return Nothing(reason=f"{inquiry.domain} {reason}.")
    used = [answer for answer in (*given.values(), *texts.values()) if answer.records]
    return Found(
        provider=_provider(inquiry.domain, servers).for_address(inquiry.address),
        source=f"SRV {inquiry.domain}",
        trust=by_dns(authenticated=all(answer.authenticated for answer in used)),
    )


async def _looked_up(
    inquiry: Inquiry, kind: str, services: Sequence[str]
) -> tuple[dict[str, Answer], list[LookupFailed]]:
    """The records of each service, and what failed: one that fails does not take the others away."""
    answers = await asyncio.gather(
        *(inquiry.dns.look_up(f"{service}._tcp.{inquiry.domain}", kind) for service in services),
        return_exceptions=True,
    )
    given, failures = {}, []
    for service, answer in zip(services, answers, strict=True):
        if isinstance(answer, LookupFailed):
            failures.append(answer)
        elif isinstance(answer, BaseException):
            raise answer
        else:
            given[service] = answer
    return given, failures


def _is_offered(answer: Answer | None) -> bool:
    return answer is not None and bool(answer.records) and not is_declined(answer)


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
    """The server of the first record that names one."""
    records = [record for record in answer.records if isinstance(record, Srv) and record.target != "."]
    for record in in_order(records):
        try:
            if service in _TCP:
                return [_tcp_server(*_TCP[service], record)]
            server_type, well_known = _URL[service]
            return [_url_server(server_type, record, paths.get(service) or well_known)]
        except ValueRefused:
            continue
    return []


def _tcp_server(server_type: ServerType, socket_type: SocketType, record: Srv) -> TcpServer:
    # Some publish _imap with port 993: the port of implicit TLS tells what is meant.
    implicit = record.port == STANDARD_PORTS.get((server_type, _SSL))
    return TcpServer(
        type=server_type,
        hostname=normalize_domain(record.target),
        port=record.port,
        socket_type=_SSL if implicit else socket_type,
        authentication=(Authentication.PASSWORD_CLEARTEXT,),
        username="%EMAILADDRESS%",
    )


def _url_server(server_type: ServerType, record: Srv, path: str) -> UrlServer:
    port = "" if record.port == 443 else f":{record.port}"
    return UrlServer(
        type=server_type,
        url=f"https://{normalize_domain(record.target)}{port}{path}",
        authentication=(Authentication.HTTP_BASIC,),
        username="%EMAILADDRESS%",
    )


def _path(answer: Answer) -> str | None:
    """The ``path=`` of a TXT record, None where there is none that is usable."""
    texts = (record for record in answer.records if isinstance(record, str))
    paths = (text[5:] for text in texts if text.lower().startswith("path=/"))
    return next((path for path in paths if _is_path(path)), None)


def _is_path(text: str) -> bool:
    try:
        return bool(checked_url(f"https://localhost{text}"))
    except ValueRefused:
        return False


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
