"""The settings as a person reads them: in the terms of mail programs, with login names filled in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.web.pages.reading import ADA, shop

if TYPE_CHECKING:
    from pathlib import Path

    from tests.web.pages.reading import Page, Shop

SPA = "Secure password authentication (SPA)"


def page_of(tmp_path: Path, provider: str, address: str = "ada@example.com", query: str = "") -> Page:
    """The settings of an address whose provider file begins with its domains."""
    found = shop(tmp_path, {"one": f'name = "One"\ndomains = ["{address.rpartition("@")[2]}"]\n{provider}'})
    return found.get(f"/setup?emailaddress={address}{query}")


def server(kind: str, direction: str = "incoming", **fields: str) -> str:
    """One server of a provider file."""
    lines = {"type": f'"{kind}"', "hostname": f'"{kind}.one.example"'} | fields
    return f"[[{direction}]]\n" + "".join(f"{key} = {value}\n" for key, value in lines.items())


BOTH = server("imap") + server("smtp", "outgoing")


def test_every_server_of_the_classic_kind_is_told_with_all_a_wizard_asks(example: Shop) -> None:
    servers = example.get(ADA).servers()
    assert servers == {
        "Incoming mail (IMAP) recommended": {
            "Server": "imap.shop.example",
            "Port": "993",
            "Security": "SSL/TLS",
            "Login name": "ada@example.com",
            "Authentication": "Normal password",
            SPA: "No",
        },
        "Incoming mail (POP3)": {
            "Server": "pop.shop.example",
            "Port": "995",
            "Security": "SSL/TLS",
            "Login name": "ada@example.com",
            "Authentication": "Normal password",
            SPA: "No",
        },
        "Outgoing mail (SMTP)": {
            "Server": "smtp.shop.example",
            "Port": "587",
            "Security": "STARTTLS",
            "Login name": "ada@example.com",
            "Authentication": "Normal password",
            SPA: "No",
        },
        "Also offered": {"Calendar (CalDAV)": "https://dav.shop.example/"},
    }


def test_the_provider_the_address_and_the_title_are_told(example: Shop) -> None:
    page = example.get(ADA)
    assert page.status == 200
    assert page.text("//h1") == "ada@example.com"
    assert page.text("//*[@class='eyebrow']") == "Example Mail"
    assert page.text("//title") == "ada@example.com · Example Mail"


def test_settings_of_our_own_can_be_relied_on(example: Shop) -> None:
    text = example.get(ADA).text("//*[contains(@class, 'origin-good')]")
    assert text.startswith("You can rely on these settings. They come from the provider database")


def test_the_domains_that_get_the_password_are_told_in_full(example: Shop) -> None:
    assert example.get(ADA).texts("//*[@class='domains']/li") == ["shop.example"]


def test_a_provider_at_its_own_domain_leaves_nothing_to_confirm(tmp_path: Path) -> None:
    page = page_of(tmp_path, BOTH, "ada@one.example")
    assert page.texts("//*[@class='domains']") == []


def test_what_must_be_allowed_first_is_told_before_the_steps(example: Shop) -> None:
    page = example.get(ADA)
    assert page.texts("//section[@class='first']//li") == [
        "Allow IMAP first. Open this page of the provider",
        "The password is the one of the portal.",
    ]
    assert page.links("//section[@class='first']//a") == ["https://shop.example/allow"]


def test_help_and_web_mail_are_linked(example: Shop) -> None:
    page = example.get(ADA)
    assert page.texts("//section[@class='help']//a") == ["Set up a program", "Read mail in the browser"]
    assert page.links("//section[@class='help']//a") == [
        "https://shop.example/help",
        "https://webmail.shop.example/",
    ]


def test_an_international_domain_is_shown_as_people_write_it_and_logged_in_with_as_servers_want_it(
    example: Shop,
) -> None:
    page = example.get("/setup?emailaddress=ada@B%C3%BCcher.example")
    assert page.text("//h1") == "ada@bücher.example"
    assert page.servers()["Outgoing mail (SMTP)"]["Login name"] == "ada@xn--bcher-kva.example"


@pytest.mark.parametrize(
    ("authentication", "words", "spa"),
    [
        ('["password-cleartext"]', "Normal password", "No"),
        ('["password-encrypted"]', "Encrypted password", "No"),
        ('["NTLM"]', "NTLM", "Yes"),
        ('["password-cleartext", "NTLM"]', "Normal password", "No"),
        ('["OAuth2", "password-cleartext"]', "OAuth2: a sign-in page of the provider opens", "No"),
        ('["GSSAPI"]', "Kerberos (GSSAPI)", "No"),
        ('["TLS-client-cert"]', "Certificate", "No"),
    ],
)
def test_the_way_to_log_in_is_the_providers_first_and_spa_means_ntlm(
    tmp_path: Path, authentication: str, words: str, spa: str
) -> None:
    page = page_of(tmp_path, server("imap", authentication=authentication) + server("smtp", "outgoing"))
    shown = page.servers()["Incoming mail (IMAP)"]
    assert (shown["Authentication"], shown[SPA]) == (words, spa)


def test_a_server_that_wants_no_login_shows_no_login_name(tmp_path: Path) -> None:
    provider = server("imap") + server("smtp", "outgoing", authentication='["client-IP-address"]')
    shown = page_of(tmp_path, provider).servers()["Outgoing mail (SMTP)"]
    assert shown["Authentication"] == "None, but only from the provider’s own network"
    assert "Login name" not in shown


@pytest.mark.parametrize(
    ("username", "shown"),
    [
        ('"%EMAILLOCALPART%"', "ada"),
        ('"shop-%EMAILLOCALPART%"', "shop-ada"),
        ('""', "ada@example.com"),
        ('"%REALNAME%"', "ask your provider"),
    ],
)
def test_the_login_name_is_filled_in(tmp_path: Path, username: str, shown: str) -> None:
    page = page_of(tmp_path, server("imap", username=username) + server("smtp", "outgoing"))
    assert page.servers()["Incoming mail (IMAP)"]["Login name"] == shown


def test_a_host_name_made_of_the_domain_is_filled_in(tmp_path: Path) -> None:
    provider = server("imap", hostname='"imap.%EMAILDOMAIN%"') + server("smtp", "outgoing")
    assert page_of(tmp_path, provider).servers()["Incoming mail (IMAP)"]["Server"] == "imap.example.com"


def test_a_server_whose_name_does_not_fit_the_mailbox_is_left_out(tmp_path: Path) -> None:
    provider = server("imap", hostname='"%EMAILLOCALPART%.one.example"') + server("pop3")
    page = page_of(tmp_path, provider + server("smtp", "outgoing"), "a_da@example.com")
    assert list(page.servers()) == ["Incoming mail (POP3)", "Outgoing mail (SMTP)"]


def test_of_several_servers_of_a_kind_the_safest_is_told(tmp_path: Path) -> None:
    provider = server("imap", socket_type='"STARTTLS"') + server("imap", hostname='"tls.one.example"')
    page = page_of(tmp_path, provider + server("smtp", "outgoing"))
    assert page.servers()["Incoming mail (IMAP)"]["Server"] == "tls.one.example"


def test_a_server_without_encryption_comes_with_a_warning(tmp_path: Path) -> None:
    page = page_of(tmp_path, server("imap", socket_type='"plain"') + server("smtp", "outgoing"))
    assert page.servers()["Incoming mail (IMAP)"]["Security"] == "None"
    assert page.texts("//*[@class='warning']") == [
        "Without encryption: anybody on the way can read your password and your mail."
    ]


def test_a_provider_without_a_pair_of_mail_servers_says_so_and_shows_what_there_is(tmp_path: Path) -> None:
    page = page_of(tmp_path, '[[incoming]]\ntype = "ews"\nurl = "https://mail.one.example/EWS"\n')
    assert page.status == 200
    assert page.text("//*[@class='guide']").startswith("There is no pair of servers here")
    assert page.servers() == {"Also offered": {"Exchange (EWS)": "https://mail.one.example/EWS"}}


def test_customers_nobody_lists_are_served_by_the_host_of_their_provider(tmp_path: Path) -> None:
    found = shop(tmp_path, {"one": f'name = "One"\nmx = ["mx.one.example"]\n{BOTH}'}, resolve="off")
    page = found.get("/setup?emailaddress=ada@customer.example", host="autoconfig.mx.one.example")
    assert page.status == 200
    assert page.texts("//*[@class='domains']/li") == ["one.example"]
    assert found.get("/setup?emailaddress=ada@customer.example", host="one.example").status == 404


def test_the_page_depends_on_what_the_browser_says(example: Shop) -> None:
    headers = example.get(ADA).headers
    assert headers["Vary"] == "Accept-Language, User-Agent, Sec-CH-UA-Platform"
