"""Material kept beside the project: the Mozilla ISPDB, client test corpora, schemas. Read in place only."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

_SHARED = Path(__file__).resolve().parents[2] / "shared"


def shared_path(*parts: str) -> Path:
    """A path beside the project; the test is skipped where it is absent, and fails under ``CI=true``."""
    path = _SHARED.joinpath(*parts)
    if not path.exists():
        reason = f"{Path('..', 'shared', *parts)} is not beside the project"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return path
