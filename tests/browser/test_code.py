"""The QR code, read as a phone reads it: from the screen to a profile whose signature is believed."""

from __future__ import annotations

import io
import plistlib
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
import zxingcpp
from PIL import Image

from tests.browser.chromium import DESKTOP, PHONE, reader
from tests.signing import verify

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.browser.conftest import Site

pytestmark = pytest.mark.real

LONGEST = "a" * 64 + "@example.com"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize("address", ["ada+lovelace@example.com", LONGEST], ids=["usual", "longest"])
def test_the_code_on_the_screen_leads_to_a_signed_profile(
    browser: Browser, site: Site, address: str, size: tuple[int, int], scheme: str
) -> None:
    with reader(browser, site.origin, size, color_scheme=scheme) as someone:
        someone.open(f"/setup?emailaddress={address.replace('+', '%2B')}&program=apple")
        picture = someone.page.locator(".qr-card").screenshot()
    (code,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(picture)).convert("L"))
    assert code.text.startswith(f"{site.origin}/mail/profile.mobileconfig?")
    reply = site.server.get("?".join(urlsplit(code.text)[2:4]), f"127.0.0.1:{site.server.port}")
    assert (reply.status, reply.media_type) == (200, "application/x-apple-aspen-config")
    profile = plistlib.loads(verify(reply.body, site.signing.root).content)
    mail = profile["PayloadContent"][0]
    assert mail["EmailAddress"] == address
    assert mail["IncomingMailServerHostName"] == "imap.shop.example"
