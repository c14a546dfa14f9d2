"""The paths that clients ask, and the one spelling of each."""

from __future__ import annotations

import re

from autoconfig.model import ServerType

MOZILLA_PATHS = ("/mail/config-v1.1.xml", "/.well-known/autoconfig/mail/config-v1.1.xml")
BY_DOMAIN = "/v1.1/"
POX_PATH = "/autodiscover/autodiscover.xml"
JSON_PATH = "/autodiscover/autodiscover.json"
JSON_V1_PATH = f"{JSON_PATH}/v1.0"
PACC_PATH = "/.well-known/user-agent-configuration.json"
PROFILE_PATH = "/mail/profile.mobileconfig"
WELL_KNOWN_SERVICES = {
    "/.well-known/caldav": ServerType.CALDAV,
    "/.well-known/carddav": ServerType.CARDDAV,
    "/.well-known/jmap": ServerType.JMAP,
}

# Seen in the wild: some put the version of the document before its path.
_OTHER_SPELLINGS = {"/v1.1/mail/config-v1.1.xml": MOZILLA_PATHS[0]}
_PATHS = (*MOZILLA_PATHS, POX_PATH, JSON_PATH, JSON_V1_PATH, PACC_PATH, PROFILE_PATH, *WELL_KNOWN_SERVICES)
_CANONICAL = {path: path for path in _PATHS} | _OTHER_SPELLINGS
CANONICAL_PREFIXES = (f"{JSON_V1_PATH}/", BY_DOMAIN)
"""What stands before an address or a domain in a path."""

_SLASHES = re.compile("//+")


def canonical_path(path: str) -> str:
    """The one spelling of a document's path: letter case and doubled slashes differ between clients."""
    folded = _SLASHES.sub("/", path).lower()
    known = _CANONICAL.get(folded)
    if known is not None:
        return known
    for prefix in CANONICAL_PREFIXES:
        if folded.startswith(prefix):
            # What follows is an address or a domain: its case is its own.
            return prefix + _SLASHES.sub("/", path)[len(prefix) :]
    return path or "/"
