"""A service on the web, looked at: every address, TLS, and what it says to somebody without credentials."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from autoconfig.errors import NetworkError, ValueRefused
from autoconfig.model import ServerType
from autoconfig.model.server import checked_url
from autoconfig.net.mail import Fault, SessionFailed, shake_hands
from autoconfig.probes.encryption import tls_facts
from autoconfig.probes.facts import DAV, Attempt, Failure, Page, UrlFacts
from autoconfig.probes.tools import Budget, OutOfTime

if TYPE_CHECKING:
    from collections.abc import Mapping

    from autoconfig.model import UrlServer
    from autoconfig.net.fetched import Fetched
    from autoconfig.net.mail import Tls
    from autoconfig.probes.facts import NameFacts, TlsFacts
    from autoconfig.probes.tools import Tools

MAX_REDIRECTS = 5

_TELLING = ("allow", "content-type", "dav", "location", "ms-asprotocolversions", "www-authenticate")
"""Headers that say what a service is."""
_WHO = ("User-Agent", "mail-autoconfig")
_PROPFIND = (
    b'<?xml version="1.0" encoding="utf-8"?>'
    b'<propfind xmlns="DAV:"><prop><current-user-principal/><resourcetype/></prop></propfind>'
)
_Question = tuple[str, tuple[tuple[str, str], ...], bytes | None]
_GET: _Question = ("GET", (("Accept", "application/json, */*"),), None)
_OPTIONS: _Question = ("OPTIONS", (), None)
_QUESTIONS: Mapping[ServerType, tuple[_Question, ...]] = {
    **dict.fromkeys(
        DAV,
        (
            _OPTIONS,
            ("PROPFIND", (("Depth", "0"), ("Content-Type", "application/xml; charset=utf-8")), _PROPFIND),
        ),
    ),
    ServerType.ACTIVESYNC: (_OPTIONS,),
}
"""What each type is asked; the others for a page."""


class UrlProbe:
    """One look at one URL."""

    def __init__(self, tools: Tools, server: UrlServer, names: NameFacts, addresses: tuple[str, ...]) -> None:
        self._tools = tools
        self._addresses = addresses
        self._budget = Budget(tools.limit)
        parts = urlsplit(server.url)
        self._is_encrypted = parts.scheme == "https"
        self._facts = UrlFacts(
            type=server.type,
            url=server.url,
            host=parts.hostname or "",
            port=parts.port or (443 if self._is_encrypted else 80),
            names=names,
            at=tools.now(),
        )

    async def run(self) -> UrlFacts:
        """Look at the service, as far as time allows."""
        try:
            if not self._is_encrypted or await self._shake_hands():
                for question in _QUESTIONS.get(self._facts.type, (_GET,)):
                    await self._ask(question)
        except OutOfTime:
            self._see(cut_short=True)
        return self._facts

    def _see(self, **facts: Any) -> None:
        self._facts = replace(self._facts, **facts)

    async def _shake_hands(self) -> bool:
        """Agree on TLS with every address; whether mail programs could with one of them."""
        met = await asyncio.gather(*map(self._attempt, self._addresses))
        self._budget.forgive(max(waited for _, _, waited in met))
        self._see(attempts=tuple(attempt for attempt, _, _ in met))
        agreed = next((tls for _, tls, _ in met if tls is not None), None)
        if agreed is not None:
            self._see(tls=tls_facts(agreed, self._facts.host))
            return True
        attempt = met[0][0]
        self._see(failure=attempt.failure)
        if attempt.failure is not None and attempt.failure.fault in (Fault.CERTIFICATE, Fault.TLS):
            await self._look_past(attempt.address, attempt.failure)
        return False

    async def _attempt(self, address: str) -> tuple[Attempt, Tls | None, float]:
        facts = self._facts
        waited = await self._tools.pacer.turn((facts.host, address))
        try:
            elapsed, tls = await shake_hands(
                self._tools.connector,
                facts.host,
                facts.port,
                context=self._tools.contexts.verifying,
                address=address,
                # Not the time that is left: who had to wait for the turn has it whole.
                timeout=min(self._tools.step, self._tools.limit),
            )
        except SessionFailed as error:
            return Attempt(address=address, failure=Failure.of(error)), None, waited
        return Attempt(address=address, connected_after=elapsed), tls, waited

    async def _look_past(self, address: str, failure: Failure) -> None:
        """The certificate that is not trusted, or the version that is not good any more."""
        facts = self._facts
        self._budget.forgive(await self._tools.pacer.turn((facts.host, address)))
        try:
            _, tls = await shake_hands(
                self._tools.connector,
                facts.host,
                facts.port,
                context=self._tools.contexts.lenient,
                address=address,
                timeout=self._budget.step(self._tools.step),
            )
        except SessionFailed:
            return
        self._see(tls=self._untrusted(tls, failure))

    def _untrusted(self, tls: Tls, failure: Failure) -> TlsFacts:
        return tls_facts(tls, self._facts.host, verify_code=failure.verify_code, problem=failure.reason)

    async def _ask(self, question: _Question) -> None:
        """Ask, and go where one is sent."""
        method, headers, body = question
        url = self._facts.url
        for _ in range(MAX_REDIRECTS + 1):
            fetched = await self._fetched(method, url, headers, body)
            if fetched is None:
                return
            target = self._next(fetched)
            if target is None:
                page = _page(method, self._facts.url, fetched)
                self._see(pages=(*self._facts.pages, page))
                return
            url = target
        self._see(unfetched=f"{self._facts.host} redirects more than {MAX_REDIRECTS} times.")

    async def _fetched(
        self, method: str, url: str, headers: tuple[tuple[str, str], ...], body: bytes | None
    ) -> Fetched | None:
        host = urlsplit(url).hostname or ""
        try:
            addresses = await self._tools.connector.addresses(host)
            self._budget.forgive(await self._tools.pacer.turn((host, addresses[0])))
            async with asyncio.timeout(self._budget.step(self._tools.step)):
                return await self._tools.http.send(method, url, (_WHO, *headers), body)
        except TimeoutError:
            self._see(unfetched=f"{host} took longer than {self._tools.step:g} seconds.")
        except NetworkError as error:
            self._see(unfetched=str(error))
        return None

    def _next(self, fetched: Fetched) -> str | None:
        """Where an answer sends us; None where it does not, or where nobody should go."""
        target = fetched.location
        if target is None:
            return None
        try:
            return checked_url(target, schemes=("https",) if self._is_encrypted else ("https", "http"))
        except ValueRefused:
            return None


def _page(method: str, asked: str, fetched: Fetched) -> Page:
    content = _json(fetched.body)
    return Page(
        method=method,
        asked=asked,
        url=fetched.url,
        status=fetched.status,
        headers={name: fetched.headers[name] for name in _TELLING if name in fetched.headers},
        is_json=content is not None,
        has_session=isinstance(content, dict) and {"apiUrl", "capabilities"} <= content.keys(),
    )


def _json(body: bytes) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
