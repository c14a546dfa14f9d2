"""The few words that requests are counted by: protocol, program, outcome.

Closed sets all of them, so that nobody outside can make the counts many.
"""

from __future__ import annotations

import re
from functools import lru_cache

from autoconfig.web.paths import (
    BY_DOMAIN,
    JSON_PATH,
    MOZILLA_PATHS,
    PACC_PATH,
    POX_PATH,
    PROFILE_PATH,
    WELL_KNOWN_SERVICES,
    canonical_path,
)

MOBILESYNC = "mobilesync"
"""Said by the body of a POX request, and here in place of its path."""

_BY_PATH = {
    MOBILESYNC: MOBILESYNC,
    **dict.fromkeys(MOZILLA_PATHS, "mozilla"),
    **dict.fromkeys(WELL_KNOWN_SERVICES, "wellknown"),
    POX_PATH: "autodiscover",
    PACC_PATH: "pacc",
    PROFILE_PATH: "mobileconfig",
    "/tls/ask": "tls",
    "/": "page",
    "/setup": "page",
    "/healthz": "operations",
    "/readyz": "operations",
    "/metrics": "operations",
}
_BY_START = {
    BY_DOMAIN: "directory",
    JSON_PATH: "autodiscover_json",
    "/api/": "api",
    "/page/": "page",
    "/setup/": "page",
}
_OTHER = "other"

PROTOCOLS = tuple(dict.fromkeys((*_BY_PATH.values(), *_BY_START.values(), _OTHER)))

# In this order: many programs name another one they resemble.
_BY_AGENT = (
    ("outlook", r"Outlook|Microsoft Office|MSExchangeCheck|MicrosoftNinja|OneOutlook|EAS|AutodiscoverClient"),
    ("exchangelib", r"exchangelib"),
    ("thunderbird", r"Thunderbird|Betterbird|SeaMonkey"),
    ("fairemail", r"FairEmail|eu\.faircode"),
    ("evolution", r"Evolution"),
    ("kmail", r"KMail|kdepim|Kube|akonadi"),
    ("nextcloud", r"Nextcloud"),
    ("pimalaya", r"himalaya|pimalaya|io-discovery"),
    ("apple", r"accountsd|dataaccessd|iOS/|macOS/|MobileMail|profiled"),
    ("okhttp", r"okhttp"),  # Thunderbird for Android, and other programs for Android
    ("caddy", r"Caddy"),
    ("browser", r"Mozilla/"),
    ("tool", r"curl|Wget|python|Go-http|libwww|Prometheus|kube-probe"),
)
_AGENTS = tuple((name, re.compile(pattern, re.IGNORECASE)) for name, pattern in _BY_AGENT)
_SILENT = "silent"
"""No User-Agent: Delta Chat."""

FAMILIES = (*(name for name, _ in _BY_AGENT), _SILENT, _OTHER)

OUTCOMES = ("found", "not_modified", "nothing", "refused", "error")

_LONGEST = 300
"""Characters of a path or a User-Agent that are remembered."""


def protocol_of(path: str) -> str:
    """What a path is asked for."""
    # What is long is odd and not remembered: a thousand such paths would be megabytes.
    return _protocol_of(path) if len(path) <= _LONGEST else _protocol_of.__wrapped__(path)


@lru_cache(maxsize=1024)
def _protocol_of(path: str) -> str:
    path = canonical_path(path)
    known = _BY_PATH.get(path)
    if known is not None:
        return known
    return next((word for start, word in _BY_START.items() if path.startswith(start)), _OTHER)


def family_of(agent: str) -> str:
    """Which program says so of itself."""
    return _family_of(agent[:_LONGEST])


@lru_cache(maxsize=1024)
def _family_of(agent: str) -> str:
    if not agent:
        return _SILENT
    return next((name for name, pattern in _AGENTS if pattern.search(agent)), _OTHER)


def outcome_of(status: str) -> str:
    """What a status line means to who asked."""
    code = status[:3]
    if code == "304":
        return "not_modified"
    if code in ("404", "410"):
        return "nothing"
    return {"2": "found", "3": "found", "4": "refused"}.get(code[:1], "error")
