"""Replaying one program against a domain: its ways in their order, all asked at once."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from autoconfig.doctor.fixes import Problem
from autoconfig.doctor.look import Find, Search
from autoconfig.doctor.predict import Outcome, predict

if TYPE_CHECKING:
    from autoconfig.doctor.clients import Client
    from autoconfig.doctor.look import Look
    from autoconfig.doctor.predict import Prediction
    from autoconfig.doctor.visit import Visit

_LAST_RESORT = "guess"


async def replay(client: Client, visit: Visit) -> Prediction:
    """What a program would find, and what it would make of it."""
    domain = visit.mailbox.domain
    looks = await _looks(client, visit)
    return await _at_real_hosts(predict(client, looks, domain), visit)


async def _looks(client: Client, visit: Visit) -> list[Look]:
    """The looks of a program up to where it is content, or can go no further."""
    search = Search(visit=visit, browser=client.browser, domain=visit.mailbox.domain, encode=client.encode)
    asked = [way for way in client.ways if way.family != _LAST_RESORT]
    waiting = [asyncio.ensure_future(way.look(search)) for way in asked]
    looks: list[Look] = []
    over: set[str] = set()
    try:
        for way, looking in zip(asked, waiting, strict=True):
            if way.family in over:
                continue
            looks += (brought := await looking)
            if any(look.ends or look.find is Find.FOUND for look in brought):
                over.add(way.family)
            if client.contented and client.choose(looks).looks:
                return looks
    finally:
        for looking in waiting:
            looking.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
    for way in client.ways:
        if way.family == _LAST_RESORT and not client.choose(looks).looks:
            looks += await way.look(search)
    return looks


async def _at_real_hosts(prediction: Prediction, visit: Visit) -> Prediction:
    """The prediction, spoiled where a server is used whose host has no address."""
    hosts = list(dict.fromkeys(server.hostname for server in prediction.used if server.hostname))
    there = await asyncio.gather(*(visit.has_address(host.strip()) for host in hosts))
    absent = [
        Problem("server-host-missing", host.strip(), f"The server {host.strip()} does not exist in the DNS.")
        for host, exists in zip(hosts, there, strict=True)
        if not exists and "%" not in host
    ]
    if not absent:
        return prediction
    return replace(
        prediction,
        outcome=Outcome.PARTLY,
        why=prediction.why or absent[0].why,
        problems=(*absent, *prediction.problems),
    )
