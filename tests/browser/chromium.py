"""Debian's Chromium, and a reader in it who notices what a page must not do."""

from __future__ import annotations

import itertools
import os
import shutil
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, ConsoleMessage, Page, Response

SCREENSHOTS = Path(__file__).resolve().parents[1] / "screenshots"
"""Where the main states can be looked at after a run; git ignores it."""

PHONE, TABLET, DESKTOP = (360, 740), (768, 1024), (1280, 860)

_OPTIONS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
_VIOLATIONS = """document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`));"""

_STATUS = "Failed to load resource: the server responded with a status of "
"""What Chromium says of a page that is 404; the tests look at the status themselves."""

_readers = itertools.count(1)


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser; skipped where there is none, which fails under ``CI=true``.

    Not for the whole session: while playwright runs, no other test of the process can run an event loop.
    """
    program = shutil.which("chromium")
    if program is None:
        reason = "chromium is not installed (apt install chromium)"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(_OPTIONS))
        yield browser
        browser.close()


@dataclass
class Reader:
    """Somebody at a browser. Everything the pages ask for and complain of is remembered."""

    page: Page
    origin: str
    asked: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str) -> Response:
        """Go to a page and wait until it is there with all that it loads."""
        response = self.page.goto(f"{self.origin}{path}")
        assert response is not None
        return response

    def heading(self) -> str:
        """What the page is about."""
        return self.page.locator("h1").inner_text()

    def strangers_asked(self) -> list[str]:
        """Requests that left the origin."""
        return [url for url in self.asked if not url.startswith((f"{self.origin}/", "data:", "blob:"))]

    def too_wide(self) -> int:
        """By how many pixels the page is wider than the window."""
        width: int = self.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        return max(0, width)

    def picture(self, name: str) -> Path:
        """Take a screenshot of the whole page."""
        SCREENSHOTS.mkdir(exist_ok=True)
        path = SCREENSHOTS / f"{name}.png"
        self.page.screenshot(path=path, full_page=True)
        return path


@contextmanager
def reader(
    browser: Browser,
    origin: str,
    size: tuple[int, int] = DESKTOP,
    *,
    language: str = "en-GB",
    javascript: bool = True,
    **options: Any,
) -> Iterator[Reader]:
    """A reader with a window of this size; the page must have asked no stranger and broken no rule."""
    width, height = size
    number = next(_readers)
    context = browser.new_context(
        viewport={"width": width, "height": height},
        locale=language,
        java_script_enabled=javascript,
        # Each reader is a client of its own to the rate limit.
        extra_http_headers={"X-Forwarded-For": f"10.{os.getpid() % 250}.{number // 250}.{number % 250}"},
        **options,
    )
    context.add_init_script(_VIOLATIONS)
    someone = Reader(context.new_page(), origin)
    context.on("request", lambda request: someone.asked.append(request.url))
    context.on("console", lambda message: _note(someone, message))
    context.on("weberror", lambda error: someone.complaints.append(str(error.error)))
    try:
        yield someone
    finally:
        context.close()
    assert someone.strangers_asked() == []
    assert someone.complaints == []


def _note(someone: Reader, message: ConsoleMessage) -> None:
    if message.type in ("error", "warning") and not message.text.startswith(_STATUS):
        someone.complaints.append(message.text)
