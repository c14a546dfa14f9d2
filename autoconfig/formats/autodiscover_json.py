"""Autodiscover JSON v2: where a protocol's endpoint is. Outlook asks this before anything else."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from autoconfig.formats.exchange import service_url
from autoconfig.formats.selection import at_domain
from autoconfig.model import Provider, ServerType

if TYPE_CHECKING:
    from collections.abc import Mapping

MEDIA_TYPE = "application/json; charset=utf-8"

AUTODISCOVER_V1 = "AutodiscoverV1"

_TYPES: Mapping[str, ServerType] = {
    "ActiveSync": ServerType.ACTIVESYNC,
    "EWS": ServerType.EWS,
    "Graph": ServerType.GRAPH,
}

PROTOCOLS: Mapping[str, str] = {name.lower(): name for name in (AUTODISCOVER_V1, *_TYPES)}
"""The protocols we know, by their lower-case name."""


def type_of(protocol: str) -> ServerType | None:
    """The type of server that a protocol's endpoint is; None for what is none of ours."""
    return _TYPES.get(PROTOCOLS.get(protocol.lower(), ""))


def endpoints(provider: Provider, domain: str, autodiscover_url: str | None) -> dict[str, str]:
    """The URL of every protocol this provider has; ``autodiscover_url`` is None where POX has no answer.

    A provider that redirects Autodiscover to a URL has its POX there.
    """
    here = at_domain(provider, domain)
    if here is not None and here.autodiscover is not None:
        autodiscover_url = here.autodiscover.url or autodiscover_url
    found = {} if autodiscover_url is None else {AUTODISCOVER_V1: autodiscover_url}
    for name, server_type in _TYPES.items():
        url = None if here is None else service_url(here.incoming, server_type)
        if url is not None:
            found[name] = url
    return found


def render(protocol: str, url: str) -> bytes:
    """Write the answer that names one endpoint."""
    return _json({"Protocol": protocol, "Url": url})


def render_error(code: str, message: str) -> bytes:
    """Write an error, such as InvalidProtocol."""
    return _json({"ErrorCode": code, "ErrorMessage": message})


def parse(data: bytes) -> tuple[str, str] | None:
    """Read an answer: protocol and URL, or None where it is an error or no such document."""
    try:
        content = json.loads(data)
    except (ValueError, RecursionError):
        return None
    if not isinstance(content, dict):
        return None
    protocol, url = content.get("Protocol"), content.get("Url")
    return (protocol, url) if isinstance(protocol, str) and isinstance(url, str) else None


def _json(content: dict[str, str]) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
