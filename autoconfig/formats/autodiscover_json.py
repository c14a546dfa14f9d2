"""Autodiscover JSON v2: where a protocol's endpoint is. Outlook asks this before anything else."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from autoconfig.formats.selection import at_domain
from autoconfig.model import Provider, ServerType, UrlServer

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


def endpoints(provider: Provider, domain: str, autodiscover_url: str | None) -> dict[str, str]:
    """The URL of every protocol this provider has; ``autodiscover_url`` is None where POX has no answer."""
    found = {} if autodiscover_url is None else {AUTODISCOVER_V1: autodiscover_url}
    here = at_domain(provider, domain)
    for name, server_type in _TYPES.items():
        for server in here.incoming if here is not None else ():
            if server.type is server_type and isinstance(server, UrlServer):
                found.setdefault(name, server.url)
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
