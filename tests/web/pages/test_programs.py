"""The tabs: which program comes first, and what each says with the values filled in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from autoconfig.formats import clients
from autoconfig.web.pages.programs import PROGRAMS
from tests.web.pages.reading import ADA, AGENTS, shop

if TYPE_CHECKING:
    from pathlib import Path

    from tests.web.pages.reading import Page, Shop

CURRENT = "//nav[@class='tabs']//a[@aria-current]"


def guide(example: Shop, program: str) -> Page:
    return example.get(f"{ADA}&program={program}")


# --- the first


@pytest.mark.parametrize(
    ("agent", "program"),
    [
        ("iphone", "iPhone, iPad, Mac"),
        ("ipad", "iPhone, iPad, Mac"),
        ("mac", "iPhone, iPad, Mac"),
        ("android", "Gmail app"),
        ("windows", "Outlook (new)"),
        ("linux", "Thunderbird"),
        ("curl", "Any other program"),
    ],
)
def test_the_first_program_is_that_of_the_readers_system(example: Shop, agent: str, program: str) -> None:
    assert example.get(ADA, user_agent=AGENTS[agent]).texts(CURRENT) == [program]


@pytest.mark.parametrize(
    ("hint", "program"),
    [
        ('"Android"', "Gmail app"),
        ('"macOS"', "iPhone, iPad, Mac"),
        ('"Windows"', "Outlook (new)"),
        ('"Linux"', "Thunderbird"),
        ('"Chrome OS"', "Any other program"),
        ('"TempleOS"', "Any other program"),
    ],
)
def test_a_client_hint_comes_before_the_user_agent(example: Shop, hint: str, program: str) -> None:
    headers = {"Sec-CH-UA-Platform": hint, "User-Agent": AGENTS["curl"]}
    page = type(example.get(ADA))(example.app.test_client().get(ADA, headers=headers))
    assert page.texts(CURRENT) == [program]


def test_a_hint_that_nobody_knows_leaves_it_to_the_user_agent(example: Shop) -> None:
    headers = {"Sec-CH-UA-Platform": '"Unknown"', "User-Agent": AGENTS["android"]}
    page = type(example.get(ADA))(example.app.test_client().get(ADA, headers=headers))
    assert page.texts(CURRENT) == ["Gmail app"]


@pytest.mark.parametrize("agent", AGENTS)
@pytest.mark.parametrize("program", PROGRAMS)
def test_every_program_is_offered_once_and_the_chosen_one_is_current(
    example: Shop, agent: str, program: str
) -> None:
    page = example.get(f"{ADA}&program={program}", user_agent=AGENTS[agent])
    tabs = page.links("//nav[@class='tabs']//a")
    named = [found[1] for url in tabs if (found := re.search(r"program=([a-z-]+)#program$", url))]
    assert sorted(named) == sorted(PROGRAMS)
    assert page.links(CURRENT) == [f"setup?emailaddress=ada%40example.com&program={program}#program"]


def test_a_program_nobody_knows_is_the_first_of_the_system(example: Shop) -> None:
    page = example.get(f"{ADA}&program=emacs", user_agent=AGENTS["linux"])
    assert page.texts(CURRENT) == ["Thunderbird"]


# --- what each says


@pytest.mark.parametrize("program", [name for name in PROGRAMS if name not in ("command-line", "apple")])
def test_every_guide_has_hosts_ports_and_security_filled_in(example: Shop, program: str) -> None:
    values = [value for _label, value in guide(example, program).fields()]
    wanted = ["imap.shop.example", "993", "smtp.shop.example", "587"]
    assert [value for value in values if value in wanted] == wanted
    security = [value for value in values if "TLS" in value]
    assert len(security) == 2
    assert "STARTTLS" in security[1]


@pytest.mark.parametrize("program", [name for name in PROGRAMS if name != "command-line"])
def test_every_guide_has_the_address_in_it_to_be_copied(example: Shop, program: str) -> None:
    page = guide(example, program)
    copied = page.texts("//*[@class='guide']//*[@data-copy]")
    assert "ada@example.com" in copied


@pytest.mark.parametrize("program", ["outlook-classic", "other"])
@pytest.mark.parametrize(("authentication", "word"), [("NTLM", "tick it"), ("OAuth2", "leave it unticked")])
def test_spa_is_ticked_for_ntlm_alone(tmp_path: Path, program: str, authentication: str, word: str) -> None:
    provider = f"""
    domains = ["example.com"]
    incoming = [{{ type = "imap", hostname = "a.example.com", authentication = ["{authentication}"] }}]
    outgoing = [{{ type = "smtp", hostname = "b.example.com" }}]
    """
    fields = guide(shop(tmp_path, {"one": provider}), program).fields()
    (spa, *_) = [value for label, value in fields if "(SPA)" in label]
    assert spa == word


def test_the_wizard_that_people_know_is_followed_in_its_order(example: Shop) -> None:
    assert guide(example, "other").fields() == [
        ("Name to display", "your name, as others shall see it"),
        ("E-mail address", "ada@example.com"),
        ("Incoming mail server is a", "IMAP"),
        ("Incoming server", "imap.shop.example"),
        ("Port", "993"),
        ("Security", "SSL/TLS"),
        ("Outgoing server (SMTP)", "smtp.shop.example"),
        ("Port", "587"),
        ("Security", "STARTTLS"),
        ("Login name", "ada@example.com"),
        ("Password", "your e-mail password; type it only into the program"),
        ("Remember password", "as you like; on a device of your own it saves typing"),
        ("Secure password authentication (SPA)", "leave it unticked"),
        ("My outgoing server requires authentication", "tick it; same settings as for incoming mail"),
    ]


def test_thunderbirds_own_words_are_used(example: Shop) -> None:
    page = guide(example, "thunderbird")
    assert page.texts("//*[@class='guide']//*[@class='ui']") == [
        "New Account",
        "Email",
        "Continue",
        "IMAP",
        "Continue",
        "Edit configuration",
    ]
    assert ("Connection security", "STARTTLS") in page.fields()
    assert ("Authentication method", "Normal password") in page.fields()


def test_outlook_is_told_another_login_name_where_it_is_not_the_address(tmp_path: Path) -> None:
    provider = """
    domains = ["example.com"]
    incoming = [{ type = "imap", hostname = "a.example.com", username = "u-%EMAILLOCALPART%" }]
    outgoing = [{ type = "smtp", hostname = "b.example.com" }]
    """
    page = guide(shop(tmp_path, {"one": provider}), "outlook-classic")
    assert "When it asks again, type u-ada instead." in page.text("//*[@class='guide']")


def test_oauth2_is_explained_in_place_of_the_password(tmp_path: Path) -> None:
    provider = """
    domains = ["example.com"]
    incoming = [{ type = "imap", hostname = "a.example.com", authentication = ["OAuth2"] }]
    outgoing = [{ type = "smtp", hostname = "b.example.com", authentication = ["OAuth2"] }]
    """
    text = guide(shop(tmp_path, {"one": provider}), "thunderbird").text("//*[@class='guide']")
    assert "This provider lets you sign in on a page of its own (OAuth2)." in text
    assert "Type your password only into the program" not in text


# --- Apple


def test_an_apple_device_is_given_a_profile(example: Shop) -> None:
    page = guide(example, "apple")
    (href,) = page.links("//*[@class='install']//a")
    assert href == "mail/profile.mobileconfig?emailaddress=ada@example.com"
    response = example.raw(f"/{href}")
    assert response.content_type == "application/x-apple-aspen-config"


@pytest.mark.parametrize(("agent", "codes"), [("mac", 1), ("windows", 1), ("iphone", 0)])
def test_a_code_leads_to_the_phone_from_everywhere_but_the_phone(
    example: Shop, agent: str, codes: int
) -> None:
    page = example.get(f"{ADA}&program=apple", user_agent=AGENTS[agent], host="mail.example.net")
    assert len(page.root.xpath("//*[@class='qr']")) == codes


def test_without_a_sensible_host_there_is_no_code(example: Shop) -> None:
    page = example.get(f"{ADA}&program=apple", host="a/b")
    assert page.root.xpath("//*[@class='qr']") == []


def test_a_provider_that_no_profile_can_say_is_explained_by_hand(tmp_path: Path) -> None:
    provider = """
    domains = ["example.com"]
    incoming = [{ type = "imap", hostname = "a.example.com", authentication = ["OAuth2"] }]
    outgoing = [{ type = "smtp", hostname = "b.example.com" }]
    """
    page = guide(shop(tmp_path, {"one": provider}), "apple")
    assert page.root.xpath("//*[@class='install']") == []
    assert ("Host Name", "b.example.com") in page.fields()


# --- the command line


def test_every_program_of_the_command_line_has_its_configuration(example: Shop) -> None:
    page = guide(example, "command-line")
    assert page.texts("//details[@class='snippet']/summary") == list(clients.PROGRAMS)
    shown = [element.text_content() for element in page.root.xpath("//details[@class='snippet']//pre")]
    links = page.links("//details[@class='snippet']//a")
    for program, text, link in zip(clients.PROGRAMS, shown, links, strict=True):
        response = example.raw(f"/{link}")
        assert (response.status_code, response.content_type) == (200, "text/plain; charset=utf-8")
        assert response.headers["Content-Disposition"] == f'attachment; filename="{program}.conf"'
        assert response.text == text


def test_an_address_that_cannot_be_written_safely_gets_no_configuration(example: Shop) -> None:
    page = example.get("/setup?emailaddress=a%26b@example.com&program=command-line")
    assert page.text("//*[@class='guide']").startswith("None of these programs can use the servers")
    response = example.raw("/setup/configuration/msmtp?emailaddress=a%26b@example.com")
    assert (response.status_code, response.text) == (404, "msmtp cannot use these servers.\n")


@pytest.mark.parametrize(
    ("path", "status", "sentence"),
    [
        ("emacs?emailaddress=ada@example.com", 404, "There is nothing here."),
        ("msmtp", 400, "Say whose settings are wanted: ?emailaddress=you@example.com."),
        ("msmtp?emailaddress=ada", 400, "Say whose settings are wanted: ?emailaddress=you@example.com."),
    ],
)
def test_a_configuration_that_is_not_there_is_one_sentence(
    example: Shop, path: str, status: int, sentence: str
) -> None:
    response = example.raw(f"/setup/configuration/{path}")
    assert (response.status_code, response.text) == (status, f"{sentence}\n")
