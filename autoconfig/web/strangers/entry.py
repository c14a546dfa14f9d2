"""What a cache keeps about a stranger: bytes that hold no address, and are distrusted when they come back."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

FOUND_SECONDS = 3600
NOTHING_SECONDS = 300
STALE_SECONDS = 86_400
"""For how long something found may stand in while nobody can be asked."""

_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What was found out about a domain, and when (seconds since 1970)."""

    made: float
    found: bool
    content: dict[str, Any]

    def age(self, now: float) -> int:
        """Whole seconds since it was made."""
        return max(0, int(now - self.made))

    def seconds_left(self, now: float) -> int:
        """For how many seconds it is fresh."""
        return max(0, (FOUND_SECONDS if self.found else NOTHING_SECONDS) - self.age(now))

    def kept_seconds(self) -> int:
        """For how long a cache is to keep it."""
        return STALE_SECONDS if self.found else NOTHING_SECONDS

    def as_bytes(self) -> bytes:
        """The entry for a cache."""
        value = {"version": _VERSION, "made": self.made, "found": self.found, "content": self.content}
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")

    @classmethod
    def from_bytes(cls, data: bytes | None) -> Entry | None:
        """The entry in a cache's bytes; None where they are none of this version."""
        if data is None:
            return None
        try:
            value = json.loads(data)
            if value["version"] != _VERSION or not isinstance(value["content"], dict):
                return None
            return cls(made=float(value["made"]), found=bool(value["found"]), content=value["content"])
        except (ValueError, TypeError, KeyError, RecursionError):
            return None
