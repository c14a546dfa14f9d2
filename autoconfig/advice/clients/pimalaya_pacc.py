"""pimalaya reading PACC: a strict reader of draft-ietf-mailmaint-pacc-02.

Read in pimalaya/io-discovery, src/pacc/types.rs: ``authentication`` and ``info.provider.name`` must be there,
a member of the wrong kind refuses the document, and outgoing mail is ``smtp`` (``submit`` came with -03).
"""

from __future__ import annotations

import json
from typing import Any

from autoconfig.advice.clients.reading import Reading, ReadServer, Unread

_PORTS = {"imap": 993, "pop3": 995, "smtp": 465}


def read(document: bytes) -> Reading:
    """What it takes from the document; servers of one direction may be missing."""
    try:
        return _read(document)
    except Unread as reason:
        return Reading(reason=str(reason), code=reason.code)


def _read(document: bytes) -> Reading:
    try:
        content = json.loads(document)
    except (ValueError, RecursionError):
        raise Unread("The document is not JSON.", "pacc-broken") from None
    protocols = _object(content, "protocols")
    _object(content, "authentication")
    if not isinstance(_object(_object(content, "info"), "provider").get("name"), str):
        raise Unread("The document has no info.provider.name.", "pacc-incomplete")
    servers = {kind: _server(kind, _object(protocols, kind)) for kind in _PORTS if protocols.get(kind)}
    incoming = tuple(servers[kind] for kind in ("imap", "pop3") if kind in servers)
    outgoing = (servers["smtp"],) if "smtp" in servers else ()
    return Reading(incoming=incoming, outgoing=outgoing)


def _object(content: Any, name: str) -> dict[str, Any]:
    found = content.get(name) if isinstance(content, dict) else None
    if not isinstance(found, dict):
        raise Unread(f"The document has no {name}.", "pacc-incomplete")
    return found


def _server(kind: str, found: dict[str, Any]) -> ReadServer:
    if not isinstance(found.get("host"), str):
        raise Unread(f"{kind} has no host.", "pacc-incomplete")
    return ReadServer(type=kind, hostname=found["host"], port=_PORTS[kind], socket_type="SSL")
