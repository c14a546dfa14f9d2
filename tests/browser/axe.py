"""axe-core, which knows the success criteria of WCAG 2.2 that a machine can judge."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import axe_core_python

if TYPE_CHECKING:
    from playwright.sync_api import Page

_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@cache
def _script() -> str:
    return (Path(axe_core_python.__file__).parent / "axe.min.js").read_text("utf-8")


def complaints(page: Page) -> list[str]:
    """Everything axe finds wrong, however small, each with the elements it is about."""
    page.evaluate(_script())
    found = page.evaluate(f"axe.run(document, {{ runOnly: {_TAGS}, resultTypes: ['violations'] }})")
    return [
        f"{violation['id']} ({violation['impact']}): {node['html']}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]
