"""Address to settings: all methods in one race, merged into one answer."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Self

from autoconfig.net.connections import Connector
from autoconfig.net.dns import open_dns
from autoconfig.net.guard import Guard
from autoconfig.net.http import Http
from autoconfig.net.mail import MailGreeter
from autoconfig.net.suffixes import is_public_suffix, to_confirm
from autoconfig.resolver.inquiry import Inquiry, Options
from autoconfig.resolver.merge import Source, merge
from autoconfig.resolver.methods import steps_for
from autoconfig.resolver.methods.step import HOST, Step
from autoconfig.resolver.outcome import Failed, Found, Outcome
from autoconfig.resolver.race import Finish, Race
from autoconfig.resolver.recorder import Recorder
from autoconfig.resolver.resolution import Resolution

if TYPE_CHECKING:
    from collections.abc import Sequence

    from autoconfig.model import EmailAddress
    from autoconfig.net.dns import Dns
    from autoconfig.resolver.watcher import Watcher
    from autoconfig.stores import Store

FINISHING = 0.005
"""Seconds: the patience is over when the answer is out, not when it is begun."""
GRACE = 0.08
"""How much of the time already spent SRV and Autodiscover may take longer, to add what the winner lacks."""
RECENTLY = 30.0
"""Seconds for which somebody's answer proves that there is a network."""


class Resolver:
    """Finds the settings of addresses; keeps connections and DNS answers between them. One event loop only.

    Use it as an async context manager, or close it with :meth:`aclose`.
    """

    def __init__(
        self, *, dns: Dns, connector: Connector, http: Http, mail: MailGreeter, store: Store | None = None
    ) -> None:
        self._dns = dns
        self._connector = connector
        self._http = http
        self._mail = mail
        self._store = store

    @classmethod
    def open(
        cls,
        *,
        store: Store | None = None,
        name_servers: Sequence[str] = (),
        doh_url: str | None = None,
        allow_private_networks: bool = False,
        allow_http: bool = False,
        guard: Guard | None = None,
        dns: Dns | None = None,
    ) -> Self:
        """Make one with the machine's name servers, or those given. Raises DomainError for a wrong one.

        With ``dns`` on that instead, which is closed with the resolver.
        """
        guard = Guard(allow_private=allow_private_networks) if guard is None else guard
        dns = open_dns(name_servers, doh_url) if dns is None else dns
        connector = Connector(dns, guard)
        http = Http(connector, allow_http=allow_http)
        return cls(dns=dns, connector=connector, http=http, mail=MailGreeter(connector), store=store)

    @property
    def connector(self) -> Connector:
        """What connects to strangers here, with the answers of the DNS that are kept."""
        return self._connector

    @property
    def http(self) -> Http:
        """What fetches documents here."""
        return self._http

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_exception: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close connections."""
        await self._dns.aclose()
        await self._http.aclose()

    async def resolve(
        self,
        address: EmailAddress,
        options: Options | None = None,
        *,
        watcher: Watcher | None = None,
    ) -> Resolution:
        """Find the settings of an address; ``watcher`` is told what happens as it happens."""
        inquiry = Inquiry(
            address=address,
            dns=self._dns,
            http=self._http,
            mail=self._mail,
            store=self._store,
            options=options or Options(),
        )
        steps = _allowed(steps_for(inquiry.options), address.domain)
        recorder = Recorder(asyncio.get_running_loop().time(), watcher)
        if watcher is not None:
            watcher.begun(steps)
        for place, step in enumerate(steps):
            if step.asks_nobody and isinstance(outcome := await _heard(step, inquiry, recorder), Found):
                # The operator's own word: nobody else is told that somebody asks.
                return _resolution(inquiry, steps, Finish.at_once(place, outcome), recorder)
        self._ask_ahead(steps, address.domain)
        await asyncio.sleep(0)
        race = Race(
            runners=[partial(_heard, step, inquiry, recorder) for step in steps],
            patience=inquiry.options.patience,
            deadline=inquiry.options.deadline,
            wins=lambda found: found.has_mail,
            welcome=frozenset(place for place, step in enumerate(steps) if step.adds),
            grace=GRACE,
            finishing=FINISHING,
        )
        finish = await race.run()
        return _resolution(inquiry, steps, finish, recorder, alive=self._is_alive())

    def _is_alive(self) -> bool:
        """Whether anybody on the network was heard of late; what is kept from before proves nothing."""
        heard_at = max(self._dns.heard_at, self._http.heard_at)
        return asyncio.get_running_loop().time() - heard_at < RECENTLY

    def _ask_ahead(self, steps: tuple[Step, ...], domain: str) -> None:
        """Send the first DNS questions of all methods before any of them has to think.

        Those for addresses last: connections follow them anyway, while the others may be all there is to ask.
        """
        questions = [(f"{before}{domain}", kind) for step in steps for before, kind in step.first]
        questions.sort(key=lambda question: question[1] == HOST)
        self._dns.ask_ahead(
            (name, record)
            for name, kind in dict.fromkeys(questions)
            for record in (self._connector.kinds if kind == HOST else (kind,))
        )


async def _heard(step: Step, inquiry: Inquiry, recorder: Recorder) -> Outcome:
    with recorder.listening(step.method):
        outcome = await step.ask(inquiry)
    recorder.settled(step, outcome)
    return outcome


def _allowed(steps: tuple[Step, ...], domain: str) -> tuple[Step, ...]:
    """Nothing is asked at a public suffix: such a domain can only be in a store or a database."""
    if not is_public_suffix(domain):
        return steps
    return tuple(step for step in steps if not step.needs_own_domain)


def _resolution(
    inquiry: Inquiry, steps: tuple[Step, ...], finish: Finish, recorder: Recorder, *, alive: bool = True
) -> Resolution:
    base = Resolution(
        address=inquiry.address, elapsed_ms=round(finish.elapsed * 1000), trace=recorder.trace()
    )
    if finish.winner is None:
        return _nothing(base, finish, alive=alive)
    places = [finish.winner, *(place for place in sorted(finish.outcomes) if place != finish.winner)]
    sources = [
        Source(method=steps[place].method, found=outcome, adds=steps[place].adds)
        for place in places
        if isinstance(outcome := finish.outcomes[place], Found)
    ]
    merged = merge(sources)
    best = sources[0]
    return replace(
        base,
        provider=merged.provider,
        method=best.method,
        source=best.found.source,
        trust=best.found.trust,
        detail=best.found.detail,
        confirm=to_confirm(merged.provider.servers, inquiry.domain),
        incoming=merged.incoming,
        outgoing=merged.outgoing,
        other=merged.other,
        conflicts=merged.conflicts,
    )


def _nothing(base: Resolution, finish: Finish, *, alive: bool) -> Resolution:
    failed = [outcome for outcome in finish.outcomes.values() if isinstance(outcome, Failed)]
    unanswered = any(line.outcome == "failed" for line in base.trace)
    offline = unanswered and not alive and all(outcome.unreachable for outcome in failed)
    reason = f"No settings were found for {base.address.domain}."
    if offline:
        why = failed[0].reason if failed else "Nobody answered in time."
        reason = f"Nobody could be asked about {base.address.domain}: {why}"
    return replace(base, reason=reason, offline=offline)
