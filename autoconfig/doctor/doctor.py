"""The doctor: visits a domain as every mail program does, and says what to mend."""

from __future__ import annotations

import asyncio
import math
from typing import TYPE_CHECKING, Self

from autoconfig.doctor import checks
from autoconfig.doctor.checkup import Checkup, fixes_of
from autoconfig.doctor.clients import CLIENTS
from autoconfig.doctor.replay import replay
from autoconfig.doctor.servers import believing, look_at, problems_of
from autoconfig.doctor.sources import contradictions, sources_of
from autoconfig.doctor.visit import LOCAL_PART, TIMEOUT, Visit
from autoconfig.model import EmailAddress
from autoconfig.net.connections import Connector
from autoconfig.net.dns import Dns, open_dns
from autoconfig.net.guard import Guard
from autoconfig.net.http import Http
from autoconfig.net.mail import MailGreeter
from autoconfig.probes import Prober
from autoconfig.probes.pacer import INTERVAL, Pacer
from autoconfig.probes.tools import Tools

if TYPE_CHECKING:
    from collections.abc import Sequence

    from autoconfig.doctor.clients import Client
    from autoconfig.doctor.fixes import Problem
    from autoconfig.model import Provider


class Doctor:
    """Asks name servers, web servers and mail servers. One event loop only; an async context manager."""

    def __init__(self, *, dns: Dns, connector: Connector, own: bool = False) -> None:
        self.dns = dns
        self._http = Http(connector, timeout=TIMEOUT)
        self._mail = MailGreeter(connector)
        pacer = Pacer(0.0 if own else INTERVAL)
        tools = Tools(dns=dns, connector=connector, http=self._http, pacer=pacer, own=own)
        self._prober = Prober(tools)

    @classmethod
    def open(
        cls,
        *,
        name_servers: Sequence[str] = (),
        doh_url: str | None = None,
        allow_private_networks: bool = False,
        own: bool = False,
        guard: Guard | None = None,
    ) -> Self:
        """Make one with the machine's name servers, or those given. Raises DomainError for a wrong one.

        ``own`` where the mail servers are one's own: no pauses between connections, and a few questions more.
        """
        dns = open_dns(name_servers, doh_url)
        rule = Guard(allow_private=allow_private_networks) if guard is None else guard
        return cls(dns=dns, connector=Connector(dns, rule), own=own)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_exception: object) -> None:
        await self._prober.aclose()

    async def check(
        self,
        domain: str,
        *,
        clients: Sequence[Client] = CLIENTS,
        provider: Provider | None = None,
        servers: bool = True,
        more: Sequence[Problem] = (),
    ) -> Checkup:
        """Visit a domain. ``provider`` is what our own files say of it; ``more`` was found out elsewhere.

        Without ``servers`` no mail server is connected to.
        """
        loop = asyncio.get_running_loop()
        started = loop.time()
        mail = self._mail if servers else None
        visit = Visit(EmailAddress(LOCAL_PART, domain), self.dns, self._http, mail)
        try:
            problems, predictions = await asyncio.gather(
                checks.asked(visit), asyncio.gather(*(replay(client, visit) for client in clients))
            )
            problems += checks.seen(visit.answers)
            sources = await sources_of(visit, provider)
            reports = await look_at(self._prober, predictions, sources) if servers else ()
        finally:
            await visit.leave()
        predictions = [believing(prediction, reports) for prediction in predictions]
        problems += [problem for report in reports for problem in problems_of(report)]
        others = (*problems, *contradictions(sources), *more)
        return Checkup(
            domain=domain,
            predictions=tuple(predictions),
            fixes=fixes_of(predictions, others, domain),
            sources=sources,
            servers=reports,
            elapsed_ms=round((loop.time() - started) * 1000),
            offline=self._silence(visit),
        )

    def _silence(self, visit: Visit) -> str:
        """Why nobody could be asked, if nobody could."""
        if max(self.dns.heard_at, self._http.heard_at) > -math.inf:
            return ""
        errors = [str(heard.error) for heard in visit.answers if heard.error is not None]
        return f"Nobody could be asked about {visit.mailbox.domain}: {errors[0] if errors else 'no answer.'}"
