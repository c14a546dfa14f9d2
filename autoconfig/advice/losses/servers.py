"""The servers of a provider held against those of a document: who is who, and what differs."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from autoconfig.errors import ValueRefused
from autoconfig.model import Remark, TcpServer, UrlServer
from autoconfig.model.placeholders import EMAIL_ADDRESS, EMAIL_DOMAIN, EMAIL_LOCAL_PART, fill, values_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from autoconfig.advice.losses.said import Asking
    from autoconfig.model import AnyServer, Authentication

_OPTIONS = (
    "leave_messages_on_server",
    "days_to_leave_messages_on_server",
    "download_on_biff",
    "check_interval_minutes",
    "use_global_preferred_server",
    "add_this_server",
    "restriction",
)


def servers_lost(
    direction: str, ours: Sequence[AnyServer], theirs: Sequence[AnyServer], asking: Asking
) -> Iterator[Remark]:
    """What is not said of the servers of one direction: whole servers, single facts, their order."""
    here = [_at(server, asking.domain) for server in ours]
    pairs = _pairs(here, theirs)
    for index, server in enumerate(ours):
        path = f"{direction}[{index}]"
        if index not in pairs:
            yield Remark(message=f"Left out: {_shown(server)}.", path=path)
            continue
        for key, message, value in _differences(server, here[index], theirs[pairs[index]], asking):
            yield Remark(message=message, path=f"{path}.{key}", value=value)
    if _in_another_order(direction, ours, pairs):
        yield Remark(message="The order of the servers is not said.", path=direction)


def _at(server: AnyServer, domain: str | None) -> AnyServer:
    """The server as one domain sees it, its login name left open."""
    if domain is not None:
        with suppress(ValueRefused):
            return replace(server.filled({EMAIL_DOMAIN: domain}), username=server.username)
    return server


def _pairs(ours: Sequence[AnyServer], theirs: Sequence[AnyServer]) -> Mapping[int, int]:
    """Which server of the document is which of the provider's: the likest first."""
    pairs: dict[int, int] = {}
    for alike in _LIKEST_FIRST:
        for index, server in enumerate(ours):
            if index not in pairs:
                free = (place for place in range(len(theirs)) if place not in pairs.values())
                found = next((place for place in free if alike(server, theirs[place])), None)
                if found is not None:
                    pairs[index] = found
    return pairs


def _same_place(one: AnyServer, other: AnyServer) -> bool:
    return one.type is other.type and _place(one) == _place(other)


def _same_host(one: AnyServer, other: AnyServer) -> bool:
    return one.type is other.type and _host(one) == _host(other)


_LIKEST_FIRST: tuple[Callable[[AnyServer, AnyServer], bool], ...] = (
    lambda one, other: one == other,
    _same_place,
    _same_host,
)


def _place(server: AnyServer) -> tuple[object, ...]:
    if isinstance(server, UrlServer):
        return (server.url,)
    return server.hostname, server.port, server.socket_type


def _host(server: AnyServer) -> str:
    return (urlsplit(server.url).hostname or "") if isinstance(server, UrlServer) else server.hostname


def _shown(server: AnyServer) -> str:
    """A server in a few words: ``imap imap.example.com:143 (STARTTLS)``."""
    if isinstance(server, UrlServer):
        return f"{server.type} {server.url}"
    host = f"[{server.hostname}]" if ":" in server.hostname else server.hostname
    return f"{server.type} {host}:{server.port} ({server.socket_type})"


def _in_another_order(direction: str, ours: Sequence[AnyServer], pairs: Mapping[int, int]) -> bool:
    """Whether the document has them in another order; calendars and chat have none among each other."""
    kinds = {server.type for server in ours} if direction == "other" else {None}
    for kind in kinds:
        found = [pairs[index] for index in sorted(pairs) if kind is None or ours[index].type is kind]
        if found != sorted(found):
            return True
    return False


_Difference = tuple[str, str, str | None]


def _differences(
    ours: AnyServer, here: AnyServer, theirs: AnyServer, asking: Asking
) -> Iterator[_Difference]:
    """Key, message and value of each fact that two descriptions of one server do not share.

    ``here`` is ours as the domain sees it.
    """
    yield from _places_differ(ours, here, theirs, asking.domain)
    yield from _logins_differ(ours.authentication, theirs.authentication)
    yield from _usernames_differ(here.username, theirs.username, asking)
    for key in ("ews_url", "owa_url"):
        url = getattr(here, key, None)
        if url is not None and url != getattr(theirs, key, None):
            yield key, f"{key} is not said.", url
    for key in _OPTIONS:
        value = _option(ours, key)
        if value is not None and value != _option(theirs, key):
            text = str(value).lower() if isinstance(value, bool) else str(value)
            yield key, f"{key} is not said.", text


def _places_differ(
    ours: AnyServer, here: AnyServer, theirs: AnyServer, domain: str | None
) -> Iterator[_Difference]:
    keys = ("hostname", "port", "socket_type") if isinstance(ours, TcpServer) else ("url",)
    if type(ours) is not type(theirs):
        yield keys[0], f"{_shown(here)} is said as {_shown(theirs)}.", None
        return
    for key in keys:
        value, filled, found = (str(getattr(server, key)) for server in (ours, here, theirs))
        if filled != found:
            yield key, f"{filled} is said as {found}.", value
        elif value != filled:
            yield key, f"{value} is said for {domain} alone.", value


def _logins_differ(
    ours: tuple[Authentication, ...], theirs: tuple[Authentication, ...]
) -> Iterator[_Difference]:
    """What is not named at all is not lost; a reader may assume something then."""
    if not ours:
        return
    missing = [entry for entry in ours if entry not in theirs]
    strange = [entry for entry in theirs if entry not in ours]
    if missing and strange:
        yield "authentication", f"{_listed(ours)} is said as {_listed(theirs)}.", _listed(missing)
    elif missing:
        yield "authentication", f"{_listed(missing)} is not said.", _listed(missing)
    elif strange:
        # PACC says how to log in once, for all servers alike.
        yield "authentication", f"{_listed(strange)} is said too, and is not offered.", _listed(ours)
    elif ours != theirs:
        yield "authentication", "The order of the ways to log in is not said.", _listed(ours)


def _usernames_differ(ours: str | None, theirs: str | None, asking: Asking) -> Iterator[_Difference]:
    if _spelled(ours, asking.domain) == _spelled(theirs, asking.domain):
        return
    if ours is None:
        yield "username", f"No login name is known; it is said to be {theirs}.", None
    elif theirs is None:
        yield "username", "The login name is not said.", ours
    elif fill(ours, values_for(asking.address)) != theirs:
        yield "username", f"{ours} is said as {theirs}.", ours


def _spelled(username: str | None, domain: str | None) -> str | None:
    """A login name with the whole address in one spelling."""
    for ending in (EMAIL_DOMAIN, domain):
        if username == f"{EMAIL_LOCAL_PART}@{ending}":
            return EMAIL_ADDRESS
    return username


def _option(server: AnyServer, key: str) -> object:
    parts = (getattr(server, "pop3", None), getattr(server, "smtp", None))
    return next((value for part in parts if (value := getattr(part, key, None)) is not None), None)


def _listed(entries: Sequence[Authentication]) -> str:
    return ", ".join(entries)
