"""What is looked at beside the programs: certificates, TLS, unknown domains, SRV targets, JSON v2."""

from __future__ import annotations

import asyncio
import secrets
import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from autoconfig.doctor.browser import Browser
from autoconfig.doctor.fixes import Problem
from autoconfig.doctor.predict import shown
from autoconfig.doctor.ways.pages import OURS
from autoconfig.formats import autodiscover_json
from autoconfig.formats.zone import SERVICES
from autoconfig.net.records import Srv

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from autoconfig.doctor.heard import Heard
    from autoconfig.doctor.visit import Visit

DAYS_LEFT = 14.0
"""Days before the end of a certificate; renewal by machine comes a month before."""

_DAY = 86_400.0
_PACC_HOST = "ua-auto-config."
_PLAIN = Browser(name="Anybody", headers=(("User-Agent", "mail-autoconfig"),), timeout=12.0)


async def asked(visit: Visit) -> list[Problem]:
    """What questions of our own bring to light."""
    found = await asyncio.gather(_unknown_domain(visit), _srv_targets(visit))
    return [problem for problems in found for problem in problems]


def seen(answers: Sequence[Heard]) -> list[Problem]:
    """What the answers that the programs got show beside what they are about."""
    return [*_encryption(answers, time.time()), *_json(answers)]


def _encryption(answers: Iterable[Heard], now: float) -> Iterator[Problem]:
    """Certificates that end soon, and PACC without TLS 1.3; one for each host of ours."""
    done: set[str] = set()
    for heard in sorted(answers, key=lambda heard: heard.url):
        tls = None if heard.fetched is None else heard.fetched.tls
        if tls is None or heard.host in done or not heard.host.startswith(OURS):
            continue
        done.add(heard.host)
        where, days = f"https://{heard.host}", (tls.expires - now) / _DAY
        if tls.expires and days < DAYS_LEFT:
            left = f"{days:.0f} day{'' if round(days) == 1 else 's'}"
            yield Problem("certificate-expires", where, f"The certificate of {heard.host} ends in {left}.")
        if heard.host.startswith(_PACC_HOST) and tls.version < "TLSv1.3":
            yield Problem("tls13-missing", where, f"{heard.host} speaks {tls.version} at best.")


def _json(answers: Iterable[Heard]) -> Iterator[Problem]:
    """JSON v2 that is none."""
    for heard in sorted(answers, key=lambda heard: heard.url):
        fetched = heard.fetched
        if fetched is None or not urlsplit(heard.url).path.lower().startswith(
            "/autodiscover/autodiscover.json"
        ):
            continue
        if fetched.status == 200 and autodiscover_json.parse(fetched.body) is None:
            kind = fetched.headers.get("content-type", "no type").partition(";")[0]
            yield Problem("json-broken", shown(heard.url), f"{heard.host} answers JSON v2 with {kind}.")
            return


async def _unknown_domain(visit: Visit) -> list[Problem]:
    """Whether the host claims to know a domain that cannot be."""
    domain = visit.mailbox.domain
    unknown = f"unknown-{secrets.token_hex(4)}.invalid"
    url = f"https://autoconfig.{domain}/mail/config-v1.1.xml?emailaddress=somebody%40{unknown}"
    page = await _PLAIN.open(visit, url)
    if not page.ok or b"<emailProvider" in page.body:
        # A hoster answers by its own name for every domain that leads there, and rightly.
        return []
    why = f"{page.host} answers {page.status} for a domain that does not exist."
    return [Problem("unknown-domain", shown(url), why)]


async def _srv_targets(visit: Visit) -> list[Problem]:
    """SRV records whose target is an alias, or has no address."""
    labels = (*dict.fromkeys(SERVICES.values()), "_autodiscover")
    names = [f"{label}._tcp.{visit.mailbox.domain}" for label in labels]
    answers = await asyncio.gather(*(visit.records(name, "SRV") for name in names))
    targets = {
        (name, record.target)
        for name, answer in zip(names, answers, strict=True)
        for record in answer.records
        if isinstance(record, Srv) and record.target != "."
    }
    judged = await asyncio.gather(*(_target(visit, name, target) for name, target in sorted(targets)))
    return [problem for problem in judged if problem is not None]


async def _target(visit: Visit, name: str, target: str) -> Problem | None:
    found = await asyncio.gather(*(visit.records(target, kind) for kind in ("A", "AAAA")))
    where = f"SRV {name}"
    canonical = next((answer.canonical for answer in found if answer.records), target)
    if not any(answer.records for answer in found):
        return Problem("server-host-missing", where, f"{target} does not exist in the DNS.")
    if canonical not in ("", target):
        return Problem("srv-target-alias", where, f"{target} is an alias of {canonical}.")
    return None
