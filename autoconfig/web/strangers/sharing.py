"""One mailbox's settings for everybody else at its domain: what may be passed on, and how.

The resolver asks with the address of whoever came first. Login names that are the address or its local part
become placeholders, which are filled for each caller. A server that says any other name maps mailboxes to
names of its own (a number, ``DOMAIN\\user``): such settings are personal, and never shared.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote, urlsplit

from autoconfig.model import UrlServer
from autoconfig.model.placeholders import EMAIL_ADDRESS, EMAIL_LOCAL_PART, fill, values_for
from autoconfig.model.provider import WebMail
from autoconfig.model.unfilled import server_without_mailbox

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from autoconfig.model import EmailAddress, Provider
    from autoconfig.resolver import Resolution
    from autoconfig.resolver.resolution import Conflict, ServerFound

LOCAL_SOURCE = "local store"
"""What strangers are told instead of the path or address of a store."""

_OWN_NAMES = (None, EMAIL_ADDRESS, EMAIL_LOCAL_PART)
_NEVER_SHOWN = ("address", "domain", "trace")


def for_everybody(resolution: Resolution, *, anonymous: bool = False) -> Resolution | None:
    """The resolution with placeholders instead of its mailbox; None where something in it is personal.

    ``anonymous`` where the mailbox was made up: then it is no secret, but must not end up in a host name.
    """
    if resolution.provider is None:
        return replace(resolution, trace=())
    address = resolution.address
    incoming, outgoing, other = (
        tuple(_unfilled(server, address) for server in servers)
        for servers in (resolution.incoming, resolution.outgoing, resolution.other)
    )
    general = replace(
        resolution,
        provider=_unlogged(resolution.provider, incoming, outgoing, other),
        incoming=incoming,
        outgoing=outgoing,
        other=other,
        conflicts=tuple(_agreed(conflict, address) for conflict in resolution.conflicts),
        trace=(),
    )
    return None if _is_personal(general, anonymous=anonymous) else general


def answer_of(resolution: Resolution, *, trace: bool = False) -> dict[str, Any]:
    """The JSON of a resolution as it may leave the house."""
    return {**resolution.as_dict(trace=trace), "source": public_source(resolution.source)}


def template_of(general: Resolution) -> dict[str, Any]:
    """The JSON of a resolution for everybody: no address is left in it."""
    return {**answer_of(general), "address": EMAIL_ADDRESS}


def public_source(source: str) -> str | None:
    """A URL without its query, which holds the address asked for; no path of ours."""
    if source.startswith(("https://", "http://")):
        parts = urlsplit(source)
        return f"{parts.scheme}://{parts.netloc}{parts.path}"
    if source.startswith(("SRV ", "servers of ")):
        return source
    return LOCAL_SOURCE if source else None


def filled(answer: dict[str, Any], address: EmailAddress) -> dict[str, Any]:
    """The JSON for everybody as the answer to one mailbox."""
    values = values_for(address)
    quoted = {name: quote(value, safe="@") for name, value in values.items()}
    found: dict[str, Any] = _filled(answer, values, quoted)
    return {**found, "address": str(address), "domain": address.domain}


def _filled(value: Any, values: dict[str, str], quoted: dict[str, str]) -> Any:
    if isinstance(value, list):
        return [_filled(inner, values, quoted) for inner in value]
    if not isinstance(value, dict):
        return value
    return {
        key: fill(inner, values if key == "username" else quoted)
        if key in ("username", "url") and isinstance(inner, str)
        else _filled(inner, values, quoted)
        for key, inner in value.items()
    }


def _unfilled(found: ServerFound, address: EmailAddress) -> ServerFound:
    return replace(found, server=server_without_mailbox(found.server, address))


def _agreed(conflict: Conflict, address: EmailAddress) -> Conflict:
    return replace(
        conflict, chosen=_unfilled(conflict.chosen, address), other=_unfilled(conflict.other, address)
    )


def _unlogged(provider: Provider, *servers: tuple[ServerFound, ...]) -> Provider:
    """The provider with these servers; the web mail's login form goes, for it names a user."""
    incoming, outgoing, other = (tuple(entry.server for entry in found) for found in servers)
    webmail = provider.webmail
    if webmail is not None and webmail.login is not None:
        webmail = None if webmail.url is None else WebMail(url=webmail.url)
    return replace(provider, incoming=incoming, outgoing=outgoing, other=other, webmail=webmail)


def _is_personal(general: Resolution, *, anonymous: bool) -> bool:
    found = (*general.incoming, *general.outgoing, *general.other)
    found += tuple(entry for conflict in general.conflicts for entry in (conflict.chosen, conflict.other))
    servers = [entry.server for entry in found]
    if any(server.username not in _OWN_NAMES for server in servers):
        return True
    places = [server.url if isinstance(server, UrlServer) else server.hostname for server in servers]
    answer = answer_of(general)
    texts = [text for key, value in answer.items() if key not in _NEVER_SHOWN for text in _texts(value)]
    address = general.address
    return is_named_in(address, places) or (
        is_spelled_in(address, texts) if anonymous else is_named_in(address, texts)
    )


def is_spelled_in(address: EmailAddress, texts: Sequence[str]) -> bool:
    """Whether one of the texts holds the whole address."""
    wanted = str(address).casefold()
    return any(wanted in spelling for text in texts for spelling in _spellings(text))


def is_named_in(address: EmailAddress, texts: Sequence[str]) -> bool:
    """Whether one holds the address, or its local part as a word; the domain alone is no secret."""
    local_part = address.local_part.casefold()
    names = "|".join(re.escape(name) for name in {local_part, local_part.partition("+")[0]} if name)
    word = re.compile(rf"(?<![^\W_])(?:{names})(?![^\W_])")
    return is_spelled_in(address, texts) or any(
        word.search(spelling.replace(address.domain, "")) for text in texts for spelling in _spellings(text)
    )


def _spellings(text: str) -> tuple[str, str]:
    """The text in lower case, as it stands and with the encoding of URLs undone."""
    return text.casefold(), unquote(text).casefold()


def _texts(value: Any) -> Iterator[str]:
    """Every text in a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
