"""What became of one name of a DNS plan."""

from __future__ import annotations

from enum import StrEnum


class Verdict(StrEnum):
    """What became of one name of the plan."""

    OK = "ok"
    MISSING = "missing"
    DIFFERENT = "different"
    NOT_ALLOWED = "not allowed"
    UNKNOWN = "unknown"
    """The DNS gave no answer."""
