"""Whose settings are wanted, and where they come from: our own store at once, strangers by the resolver."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from autoconfig.errors import Unavailable, ValueRefused
from autoconfig.net.suffixes import to_confirm
from autoconfig.web.pages.account import account_of
from autoconfig.web.pages.retold import provider_of
from autoconfig.web.pages.trail import LookUp

if TYPE_CHECKING:
    from autoconfig.model import EmailAddress, Provider
    from autoconfig.publish import Publisher
    from autoconfig.web.asking import Asked
    from autoconfig.web.limits import Limited
    from autoconfig.web.pages.account import Account
    from autoconfig.web.pages.trail import Trail
    from autoconfig.web.strangers.service import Strangers, Told

_RETRY_SILENT = 30
"""Seconds."""
_NONE = LookUp()


class Contradiction(NamedTuple):
    """Somebody else who names another server."""

    method: str
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """The settings of a mailbox and what is known about them."""

    account: Account
    trust: str
    """One of the words of the API."""
    method: str = "local"
    source: str | None = None
    confirm: tuple[str, ...] = ()
    """Registrable domains other than the address's own that will get the password."""
    contradictions: tuple[Contradiction, ...] = ()
    age: int = 0
    """Seconds since it was found out."""
    look_up: LookUp = _NONE
    """What was asked for this reader, now."""

    @property
    def ours(self) -> bool:
        """Whether the operator's own store says so."""
        return self.trust == "local"

    @property
    def domain(self) -> str:
        """The domain of the address."""
        return self.account.address.domain


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Why there are no settings."""

    kind: str
    """unknown, unserved, busy (asked too often), silent (nobody could be asked)."""
    status: int
    retry: int | None = None
    """Seconds after which asking again may help."""
    certain: bool = True
    """Whether everybody who was asked answered."""
    look_up: LookUp = _NONE


class Finder:
    """Finds settings for the page. ``limited`` is None where the service says nothing about strangers."""

    def __init__(self, publisher: Publisher, limited: Limited | None) -> None:
        self._publisher = publisher
        self._limited = limited

    def known(self, asked: Asked) -> Finding | None:
        """What can be told without asking the network, at once."""
        address = asked.address
        assert address is not None
        provider = self._publisher.provider(asked.domain, asked.mx_domain)
        if provider is not None:
            return _own(provider, address)
        told = None if self._limited is None else self._limited.strangers.kept_settings_of(address)
        return None if told is None else _finding(told, address)

    def find(
        self, asked: Asked, client: str | None, trail: Trail, *, again: bool = False
    ) -> Finding | Problem:
        """What is known, or what the network says; ``again`` asks it even where something is known.

        ``client`` is who asks, ``trail`` hears what is asked on the way.
        """
        known = self.known(asked)
        if known is not None and not (again and not known.ours):
            return known
        if self._limited is None:
            return Problem(kind="unserved", status=404)
        seconds = self._limited.limiter.wait(client)
        if seconds:
            return Problem(kind="busy", status=429, retry=seconds)
        assert asked.address is not None
        return self._asked(self._limited.strangers, asked.address, trail, again=again)

    @staticmethod
    def _asked(
        strangers: Strangers, address: EmailAddress, trail: Trail, *, again: bool
    ) -> Finding | Problem:
        try:
            told = strangers.settings_of(address, trace=again, watcher=trail)
        except Unavailable as error:
            return Problem(kind="silent", status=503, retry=error.retry, look_up=trail.look_up)
        return _finding(told, address, trail.look_up) or _nothing(told, trail.look_up)


def _own(provider: Provider, address: EmailAddress) -> Finding | None:
    account = account_of(provider, address)
    if account is None:
        return None
    confirm = to_confirm(account.provider.servers, address.domain)
    return Finding(account=account, trust="local", confirm=confirm)


def _finding(told: Told, address: EmailAddress, look_up: LookUp = _NONE) -> Finding | None:
    """What the resolver told, None where it is nothing a person could use."""
    content = told.content
    if not told.found:
        return None
    try:
        account = account_of(provider_of(content), address)
    except ValueRefused:
        return None
    if account is None:
        return None
    return Finding(
        account=account,
        trust=content["trust"] or "guess",
        method=content["method"],
        source=content["source"],
        confirm=tuple(content["confirm"]),
        contradictions=tuple(_contradiction(entry) for entry in content["conflicts"]),
        age=told.age,
        look_up=look_up,
    )


def _nothing(told: Told, look_up: LookUp) -> Problem:
    """Nothing was found: because there is nothing, or because who could have told is silent."""
    # A database that does not list the domain says little; the domain's own servers are what counts.
    if {line["outcome"] for line in look_up.lines if line["method"] != "ispdb"} == {"failed"}:
        return Problem(kind="silent", status=503, retry=_RETRY_SILENT, look_up=look_up)
    certain = told.certain and all(line["outcome"] != "failed" for line in look_up.lines)
    return Problem(kind="unknown", status=404, certain=certain, look_up=look_up)


def _contradiction(entry: dict[str, Any]) -> Contradiction:
    other = entry["other"]
    return Contradiction(other["method"], other.get("url") or f"{other['hostname']}:{other['port']}")
