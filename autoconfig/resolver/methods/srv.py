"""SRV records: RFC 6186 and 8314 for mail, 6764 for DAV, 8620 for JMAP, 5804 for filters."""

from __future__ import annotations

import asyncio
import random
from contextlib import suppress
from typing import TYPE_CHECKING

from autoconfig.errors import LookupFailed, ValueRefused
from autoconfig.formats.services import (
    TCP_SERVICES,
    URL_SERVICES,
    WITH_PATH,
    path_in,
    provider_of,
    server_of,
)
from autoconfig.net.records import Srv
from autoconfig.resolver.clientconfig import by_dns
from autoconfig.resolver.methods.step import Step
from autoconfig.resolver.outcome import Failed, Found, Nothing, Outcome
from autoconfig.resolver.recorder import judged

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from autoconfig.model import AnyServer
    from autoconfig.net.records import Answer
    from autoconfig.resolver.inquiry import Inquiry, Options

NAME = "srv"


def steps(_options: Options) -> tuple[Step, ...]:
    """One: all records at once."""
    first = tuple((f"{service}._tcp.", "SRV") for service in (*TCP_SERVICES, *URL_SERVICES))
    return (Step(method=NAME, name="SRV", ask=_ask, adds=True, first=first),)


async def _ask(inquiry: Inquiry) -> Outcome:
    given, failures = await _looked_up(inquiry, "SRV", (*TCP_SERVICES, *URL_SERVICES))
    for service in [service for service, answer in given.items() if is_declined(answer)]:
        declined = Nothing(reason=f"{inquiry.domain} says that it does not offer {service[1:]}.")
        judged(f"SRV {service}._tcp.{inquiry.domain}", declined)
    texts, _ = await _looked_up(inquiry, "TXT", [name for name in WITH_PATH if _is_offered(given.get(name))])
    paths = {
        service: path_in(record for record in answer.records if isinstance(record, str))
        for service, answer in texts.items()
    }
    servers = [server for service, answer in given.items() for server in _servers(service, answer, paths)]
    if not servers and failures:
        return Failed.by(failures[0])
    if not servers:
        said = any(is_declined(answer) for answer in given.values())
        reason = "says that it offers nothing" if said else "has no usable SRV record"
        return Nothing(reason=f"{inquiry.domain} {reason}.")
    used = [answer for answer in (*given.values(), *texts.values()) if answer.records]
    return Found(
        provider=provider_of(inquiry.domain, servers).for_address(inquiry.address),
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
        with suppress(ValueRefused):
            return [server_of(service, record.target, record.port, paths.get(service))]
    return []
