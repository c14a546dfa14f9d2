"""One service with a provider that says everything about its page; no test changes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.web.pages.reading import Shop, shop

if TYPE_CHECKING:
    import pathlib

EXAMPLE = """
name = "Example Mail"
domains = ["example.com", "bücher.example"]
[[incoming]]
type = "imap"
hostname = "imap.shop.example"
[[incoming]]
type = "pop3"
hostname = "pop.shop.example"
[[outgoing]]
type = "smtp"
hostname = "smtp.shop.example"
socket_type = "STARTTLS"
[[other]]
type = "caldav"
url = "https://dav.shop.example/"
[webmail]
url = "https://webmail.shop.example/"
[[documentation]]
url = "https://shop.example/help"
text = { en = "Set up a program", fr = "Configurer un logiciel" }
[[enable]]
url = "https://shop.example/allow"
text = { en = "Allow IMAP first.", de = "Erst IMAP erlauben." }
[page]
logo = "shop.svg"
colour = "#e4572e"
support_email = "help+mail@shop.example"
support_phone = "+33 1 23 45 67 89"
support_url = "https://shop.example/support"
notes = { en = "The password is the one of the portal.", fr = "Le mot de passe est celui du portail." }
"""

LOGO = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><rect width="9" height="9"/></svg>'


@pytest.fixture(scope="session")
def example(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """The service."""
    folder: pathlib.Path = tmp_path_factory.mktemp("pages")
    return shop(folder, {"shop": EXAMPLE}, logos=[("shop.svg", LOGO)])
