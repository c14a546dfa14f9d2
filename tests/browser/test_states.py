"""Every state of the page by day and by night, in three sizes: judged by axe, and saved to be looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser import axe
from tests.browser.chromium import DESKTOP, PHONE, TABLET, reader

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.browser.conftest import Site

pytestmark = pytest.mark.real

ADA = "/setup?emailaddress=ada@example.com"

STATES = {
    "home": ("/", 200),
    "wrong-address": ("/setup?emailaddress=ada", 400),
    "apple": (f"{ADA}&program=apple", 200),
    "thunderbird": (f"{ADA}&program=thunderbird", 200),
    "outlook-classic": (f"{ADA}&program=outlook-classic&lang=de", 200),
    "command-line": (f"{ADA}&program=command-line", 200),
    "embedded": (f"{ADA}&program=other&embed=1&lang=pl", 200),
    "unknown": ("", 404),
    "stranger": ("", 200),
}
"""Name, path and status; the last two ask about domains that are made for them."""

SIZES = {"desktop": DESKTOP, "tablet": TABLET, "phone": PHONE}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("state", STATES)
def test_axe_finds_nothing_and_no_window_is_too_narrow(
    browser: Browser, site: Site, state: str, scheme: str
) -> None:
    path, status = STATES[state]
    if not path:
        world = site.stranger()
        path = f"/setup?emailaddress={world.address}&program=gmail"
        if state == "stranger":
            world.isp()
    with reader(browser, site.origin, DESKTOP, color_scheme=scheme) as someone:
        assert someone.open(path).status == status
        assert axe.complaints(someone.page) == []
        for name, (width, height) in SIZES.items():
            someone.page.set_viewport_size({"width": width, "height": height})
            assert someone.too_wide() == 0
            if (name, scheme) != ("tablet", "dark"):
                someone.picture(f"{state}-{name}-{scheme}")
        if scheme == "light":
            # Colours do not change with the width, but what stands beside what does.
            assert axe.complaints(someone.page) == []


@pytest.mark.parametrize("language", ["de", "es", "fr", "it", "nl", "pl", "pt"])
def test_no_language_is_too_long_for_a_phone(browser: Browser, site: Site, language: str) -> None:
    with reader(browser, site.origin, (320, 640)) as someone:
        for program in ("outlook-classic", "apple", "other"):
            someone.open(f"{ADA}&program={program}&lang={language}")
            assert someone.too_wide() == 0


def test_at_twice_the_size_of_text_nothing_is_cut_off(browser: Browser, site: Site) -> None:
    """WCAG 1.4.4: text may be made twice as large."""
    with reader(browser, site.origin, DESKTOP) as someone:
        someone.open(ADA)
        someone.page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert someone.too_wide() == 0


def test_progress_is_no_obstacle_and_moves_only_for_who_likes_it(browser: Browser, site: Site) -> None:
    motion = "getComputedStyle(document.querySelector('#progress li'), '::before').animationName"
    shown = """document.getElementById('progress').hidden = false;
      document.querySelector('#progress ol').innerHTML = '<li><span>isp</span><span>waiting</span></li>'"""
    with reader(browser, site.origin) as someone:
        someone.open("/")
        someone.page.evaluate(shown)
        assert axe.complaints(someone.page) == []
        assert someone.page.evaluate(motion) == "turn"
        someone.page.emulate_media(reduced_motion="reduce")
        assert someone.page.evaluate(motion) == "none"


def test_the_letter_of_the_support_desk_has_the_settings_and_no_buttons(browser: Browser, site: Site) -> None:
    with reader(browser, site.origin, (794, 1123)) as someone:
        someone.open(f"{ADA}&program=apple")
        someone.page.emulate_media(media="print")
        for hidden in (".tabs", ".languages", ".copy", ".actions", ".button"):
            assert not someone.page.locator(hidden).first.is_visible()
        for shown in ("h1", ".origin", "#settings", ".steps", ".qr", "footer"):
            assert someone.page.locator(shown).first.is_visible()
        settings, steps = (someone.page.locator(place).bounding_box() for place in ("#settings", "#program"))
        assert settings is not None
        assert steps is not None
        assert settings["y"] < steps["y"]
        someone.picture("letter")


# --- by keyboard


_FOCUSED = """((element) => element.id || element.innerText.trim().split('\\n')[0]
  || element.getAttribute('aria-label'))(document.activeElement)"""


def focused(page: Page) -> str:
    """What the keyboard is at."""
    text: str = page.evaluate(_FOCUSED)
    return text


def test_the_keyboard_goes_from_the_top_to_the_field_and_on(browser: Browser, site: Site) -> None:
    with reader(browser, site.origin) as someone:
        someone.open("/")
        places = []
        for _ in range(6):
            someone.page.keyboard.press("Tab")
            places.append(focused(someone.page))
        assert places == [
            "Skip to the content",
            "Mail settings",
            "English",
            "address",
            "Show my settings",
            "For administrators: what mail programs ask here",
        ]


def test_everything_the_keyboard_reaches_can_be_seen_to_be_reached(browser: Browser, site: Site) -> None:
    outline = "getComputedStyle(document.activeElement).outlineStyle"
    with reader(browser, site.origin) as someone:
        someone.open(f"{ADA}&program=apple")
        for _ in range(30):
            someone.page.keyboard.press("Tab")
            if someone.page.evaluate("document.activeElement === document.body"):
                break
            assert someone.page.evaluate(outline) == "solid", focused(someone.page)


def test_the_skip_link_leads_past_the_head(browser: Browser, site: Site) -> None:
    with reader(browser, site.origin) as someone:
        someone.open(ADA)
        someone.page.keyboard.press("Tab")
        someone.page.keyboard.press("Enter")
        someone.page.keyboard.press("Tab")
        assert someone.page.evaluate("document.querySelector('main').contains(document.activeElement)")
