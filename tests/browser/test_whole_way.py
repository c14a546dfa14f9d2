"""From the empty field to the settings in a program, as a person goes: in Chromium, against a real server."""

from __future__ import annotations

import http.client
from typing import TYPE_CHECKING

import pytest

from tests.browser import axe
from tests.browser.chromium import DESKTOP, PHONE, reader
from tests.browser.conftest import LIMIT, SILENT

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.browser.chromium import Reader
    from tests.browser.conftest import Site

pytestmark = pytest.mark.real

SIZES = {"phone": PHONE, "desktop": DESKTOP}

WORDS = {
    "en-GB": {
        "lang": "en",
        "field": "Your e-mail address",
        "button": "Show my settings",
        "others": "Other programs",
        "program": "Outlook (classic)",
        "first": "In Outlook choose File › , Add Account.",
        "spa": "leave it unticked",
    },
    "fr-FR": {
        "lang": "fr",
        "field": "Votre adresse e-mail",
        "button": "Afficher mes paramètres",
        "others": "Autres logiciels",
        "program": "Outlook (classique)",
        "first": "Dans Outlook, choisissez Fichier › , Ajouter un compte.",
        "spa": "à ne pas cocher",
    },
}


def ask(someone: Reader, address: str, words: dict[str, str]) -> None:
    """Type an address into the field, which is found by its label, and press the button."""
    someone.page.get_by_label(words["field"]).fill(address)
    someone.page.get_by_role("button", name=words["button"]).click()


@pytest.mark.parametrize("javascript", [True, False], ids=["with-script", "without-script"])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", WORDS)
def test_the_whole_way(browser: Browser, site: Site, language: str, size: str, javascript: bool) -> None:
    words = WORDS[language]
    with reader(browser, site.origin, SIZES[size], language=language, javascript=javascript) as someone:
        someone.open("/")
        assert someone.page.locator("html").get_attribute("lang") == words["lang"]
        ask(someone, "ada@example.com", words)
        someone.page.wait_for_url("**/setup?emailaddress=ada%40example.com")
        assert someone.heading() == "ada@example.com"
        settings = someone.page.locator("#settings").inner_text()
        assert "imap.shop.example" in settings
        assert "smtp.shop.example" in settings

        tabs = someone.page.locator("nav.tabs")
        tab = tabs.get_by_role("link", name=words["program"])
        if not tab.is_visible():
            tabs.get_by_text(words["others"]).click()
        tab.click()
        someone.page.wait_for_url("**program=outlook-classic**")
        assert tabs.locator("[aria-current]").inner_text() == words["program"]
        guide = someone.page.locator(".guide")
        assert guide.locator("li").first.text_content() == words["first"]
        assert guide.get_by_text(words["spa"], exact=True).count() == 2
        assert someone.too_wide() == 0
        assert someone.page.locator("button.copy").count() > 0 if javascript else True
        assert someone.page.locator("[data-print]").is_visible() == javascript


# --- strangers


def test_a_strangers_settings_appear_while_they_are_looked_up(browser: Browser, site: Site) -> None:
    world = site.stranger()
    world.isp(delay=0.8)
    with reader(browser, site.origin, PHONE) as someone:
        someone.open("/")
        ask(someone, world.address, WORDS["en-GB"])
        nothing = someone.page.locator("#progress li.nothing", has_text="Service records in the DNS (SRV)")
        nothing.wait_for()
        waiting = someone.page.locator("#progress li", has_text="The provider’s own web site")
        assert waiting.locator("span").last.inner_text() == "waiting"
        someone.picture("progress-phone")
        someone.page.wait_for_url(f"**/setup?emailaddress=ada%40{world.domain}")
        assert someone.heading() == world.address
        assert someone.page.evaluate("document.activeElement.tagName") == "H1"
        assert (
            "publishes them itself, over a secure connection" in someone.page.locator(".origin").inner_text()
        )
        assert world.host("isp") in someone.page.locator("#settings").inner_text()

        row = someone.page.locator(".waterfall li", has_text="The provider’s own web site").first
        row.locator("summary").click()
        question = row.locator(".questions code").first
        assert question.is_visible()
        assert world.host("autoconfig") in row.locator(".questions").inner_text()
        someone.picture("stranger-phone")

        # Another program keeps the drawing; the way back leads to the empty field.
        someone.page.get_by_role("link", name="Any other program").click()
        someone.page.wait_for_url("**program=other**")
        assert someone.page.locator(".waterfall").count() == 1
        assert someone.page.evaluate("document.activeElement.getAttribute('aria-current')") == "true"
        someone.page.go_back()
        someone.page.wait_for_function("!document.querySelector('.waterfall')")
        someone.page.go_back()
        someone.page.get_by_label("Your e-mail address").wait_for()


def test_a_strangers_settings_come_without_a_script_too(browser: Browser, site: Site) -> None:
    world = site.stranger()
    world.srv()
    with reader(browser, site.origin, language="fr-FR", javascript=False) as someone:
        someone.open("/")
        ask(someone, world.address, WORDS["fr-FR"])
        someone.page.wait_for_url("**/setup?**")
        assert someone.heading() == world.address
        assert someone.page.locator(".origin-poor").count() == 1
        row = someone.page.locator(".waterfall details", has_text="Enregistrements de service du DNS (SRV)")
        assert row.locator("rect.bar-found").count() > 0
        row.locator("summary").click()
        assert row.locator(".questions li").first.is_visible()


@pytest.mark.parametrize("javascript", [True, False], ids=["with-script", "without-script"])
def test_an_unknown_domain_says_what_to_do(browser: Browser, site: Site, javascript: bool) -> None:
    world = site.stranger()
    with reader(browser, site.origin, PHONE, javascript=javascript) as someone:
        someone.open("/")
        ask(someone, world.address, WORDS["en-GB"])
        someone.page.get_by_role("heading", name="No settings found").wait_for()
        assert someone.page.locator(".advice li").count() == 3
        assert someone.page.get_by_label("Your e-mail address").input_value() == world.address


@pytest.mark.parametrize("javascript", [True, False], ids=["with-script", "without-script"])
def test_a_wrong_address_is_kept_with_its_mistake_beside_it(
    browser: Browser, site: Site, javascript: bool
) -> None:
    with reader(browser, site.origin, language="fr-FR", javascript=javascript) as someone:
        someone.open("/")
        ask(someone, "ada@exa mple", WORDS["fr-FR"])
        mistake = someone.page.get_by_role("alert")
        mistake.wait_for()
        assert mistake.inner_text() == "Ce qui suit le @ n’est pas un nom de domaine."
        field = someone.page.get_by_label("Votre adresse e-mail")
        assert field.input_value() == "ada@exa mple"
        assert field.evaluate("field => field === document.activeElement")
        assert someone.too_wide() == 0


def test_a_resolver_that_times_out_is_told_in_human_words(browser: Browser, site: Site) -> None:
    with reader(browser, site.origin, PHONE) as someone:
        someone.page.set_default_timeout(20_000)
        someone.open("/")
        ask(someone, f"ada@{SILENT}", WORDS["en-GB"])
        someone.page.get_by_role("heading", name="Nobody could be asked just now").wait_for()
        assert someone.page.get_by_role("link", name="Try again").get_attribute("href") == (
            f"setup?emailaddress=ada%40{SILENT}"
        )
        assert axe.complaints(someone.page) == []
        someone.picture("silent-phone")


def test_who_asks_too_often_is_told_when_to_come_back(browser: Browser, site: Site) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", site.server.port, timeout=30)
    for _ in range(LIMIT):
        path = f"/setup?emailaddress=ada@{site.stranger().domain}"
        connection.request("GET", path, headers={"X-Forwarded-For": "192.0.2.77"})
        connection.getresponse().read()
    connection.close()
    with reader(browser, site.origin, PHONE) as someone:
        someone.page.context.set_extra_http_headers({"X-Forwarded-For": "192.0.2.77"})
        response = someone.open(f"/setup?emailaddress=ada@{site.stranger().domain}")
        assert (response.status, someone.heading()) == (429, "One moment, please")
        assert axe.complaints(someone.page) == []
        someone.picture("busy-phone")


# --- what the script adds


def test_a_value_is_copied_and_the_button_says_so(browser: Browser, site: Site) -> None:
    permissions = ["clipboard-read", "clipboard-write"]
    with reader(browser, site.origin, permissions=permissions) as someone:
        someone.open("/setup?emailaddress=ada@example.com")
        button = someone.page.get_by_role("button", name="Copy: imap.shop.example").last
        button.click()
        assert someone.page.evaluate("navigator.clipboard.readText()") == "imap.shop.example"
        copied = someone.page.locator("button.copied")
        assert (copied.count(), copied.get_attribute("aria-label")) == (1, "Copied")


def test_a_configuration_is_saved_under_its_name(browser: Browser, site: Site) -> None:
    with reader(browser, site.origin) as someone:
        someone.open("/setup?emailaddress=ada@example.com&program=command-line")
        snippet = someone.page.locator("details.snippet", has_text="msmtp hands in mail").first
        snippet.locator("summary").click()
        with someone.page.expect_download() as waiting:
            snippet.get_by_role("link").click()
        assert waiting.value.suggested_filename == "msmtp.conf"
        assert snippet.locator("pre").text_content() == waiting.value.path().read_text("utf-8")


def test_a_server_without_progress_is_asked_the_ordinary_way(browser: Browser, site: Site) -> None:
    with reader(browser, site.origin) as someone:
        someone.page.route("**/setup/progress?**", lambda route: route.fulfill(status=502, body="<html>"))
        someone.open("/")
        ask(someone, "ada@example.com", WORDS["en-GB"])
        someone.page.wait_for_url("**/setup?emailaddress=ada%40example.com")
        assert someone.heading() == "ada@example.com"


def test_no_log_holds_an_address(site: Site) -> None:
    assert site.server.get("/setup?emailaddress=ada.lovelace@example.com").status == 200
    assert site.server.get("/setup/progress?emailaddress=ada.lovelace@example.com").status == 200
    assert len(site.server.access_lines("/setup/progress")) > 0
    assert "lovelace" not in site.server.access_log.read_text() + site.server.error_log.read_text()
