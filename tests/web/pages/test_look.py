"""How a provider presents itself: logo, colour, support, and in whose frame."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autoconfig.stores.logo import MAX_BYTES, media_type_of
from autoconfig.web.pages import colour
from autoconfig.web.pages.programs import PROGRAMS
from tests.web.pages.conftest import EXAMPLE, LOGO
from tests.web.pages.reading import ADA, shop

if TYPE_CHECKING:
    from pathlib import Path

    from tests.web.pages.reading import Shop

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20
WEBP = b"RIFF\x10\0\0\0WEBPVP8 "
LINK = "/page/logo/example.com"


# --- logo


def test_the_logo_stands_at_the_head_and_is_named(example: Shop) -> None:
    (image,) = example.get(ADA).root.xpath("//header//img")
    assert (image.get("src"), image.get("alt")) == ("page/logo/example.com", "Example Mail")


def test_the_logo_is_a_picture_that_can_run_nothing(example: Shop) -> None:
    response = example.raw(LINK)
    assert (response.status_code, response.content_type, response.data) == (
        200,
        "image/svg+xml",
        LOGO,
    )
    assert response.headers["Content-Security-Policy"] == (
        "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    )
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    again = example.raw(LINK, if_none_match=response.headers["ETag"])
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize(("content", "media_type"), [(PNG, "image/png"), (WEBP, "image/webp")])
def test_a_picture_is_what_its_bytes_say(tmp_path: Path, content: bytes, media_type: str) -> None:
    service = shop(tmp_path, {"shop": EXAMPLE}, logos=[("shop.svg", content)])
    response = service.raw(LINK)
    assert (response.status_code, response.content_type) == (200, media_type)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"GIF89a",
        b"<html><script>alert(1)</script></html>",
        b"<svg/>",
        b'<!DOCTYPE svg [<!ENTITY a "b">]><svg xmlns="http://www.w3.org/2000/svg">&a;</svg>',
        LOGO + b" " * MAX_BYTES,
    ],
)
def test_what_is_no_small_picture_is_not_shown(tmp_path: Path, content: bytes) -> None:
    service = shop(tmp_path, {"shop": EXAMPLE}, logos=[("shop.svg", content)])
    response = service.raw(LINK)
    assert (response.status_code, response.content_type) == (404, "text/plain; charset=utf-8")


def test_a_logo_that_is_missing_is_404_and_the_operator_reads_it_in_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert shop(tmp_path, {"shop": EXAMPLE}).raw(LINK).status_code == 404
    assert f"The logo {tmp_path}/shop.svg cannot be read: no such file or directory." in caplog.text


@pytest.mark.parametrize("domain", ["unknown.example", "..%2f..%2fetc%2fpasswd", "shop.svg"])
def test_only_a_domain_that_is_served_has_a_logo(example: Shop, domain: str) -> None:
    assert example.raw(f"/page/logo/{domain}").status_code == 404


def test_a_provider_without_a_logo_is_named_in_words(tmp_path: Path) -> None:
    provider = 'name = "Plain"\ndomains = ["example.com"]\nincoming = [{ type = "imap", hostname = "a.b" }]'
    service = shop(tmp_path, {"one": provider})
    assert service.get(ADA).text("//header//a[@class='brand']") == "Plain"
    assert service.raw(LINK).status_code == 404


@pytest.mark.parametrize("content", [LOGO, PNG, WEBP])
def test_known_pictures_are_recognized(content: bytes) -> None:
    assert media_type_of(content) is not None


# --- colour


def test_the_colour_is_a_style_sheet_of_our_own(example: Shop) -> None:
    assert "page/colour/e4572e.css" in example.get(ADA).links("//link")
    response = example.raw("/page/colour/e4572e.css")
    assert (response.status_code, response.content_type) == (200, "text/css; charset=utf-8")
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response.text == colour.style_sheet("#e4572e")
    accents = re.findall("--accent:(#[0-9a-f]{6})", response.text)
    assert accents == [colour.by_day("#e4572e").accent, colour.by_night("#e4572e").accent]


@pytest.mark.parametrize("digits", ["e4572", "E4572E", "e4572e0", "red", "e4572g", "٣٣٣٣٣٣", "}body{}"])
def test_what_is_no_colour_is_404(example: Shop, digits: str) -> None:
    assert example.raw(f"/page/colour/{digits}.css").status_code == 404


@settings(deadline=None)
@given(st.from_regex(r"\A#[0-9a-f]{6}\Z"))
def test_any_colour_becomes_one_that_can_be_read(text: str) -> None:
    for shades, grounds in (
        (colour.by_day(text), colour.LIGHT_GROUNDS),
        (colour.by_night(text), colour.DARK_GROUNDS),
    ):
        assert min(colour.contrast(shades.accent, ground) for ground in grounds) >= 4.5
        assert colour.contrast(shades.accent, shades.on_accent) >= 4.5


@pytest.mark.parametrize("text", ["#0b5c8a", "#17643f"])
def test_a_colour_that_can_be_read_stays_as_it_is(text: str) -> None:
    assert colour.by_day(text) == (text, "#ffffff")


def test_the_contrast_is_that_of_the_guidelines() -> None:
    assert colour.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert colour.contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


# --- support, and the name of the house


def test_support_can_be_reached_in_every_way_there_is(example: Shop) -> None:
    assert example.get(ADA).links("//footer//a") == [
        "https://shop.example/support",
        "mailto:help%2Bmail%40shop.example",
        "tel:%2B33123456789",
    ]


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("example.com", "Example Mail"),
        ("autoconfig.example.com", "Example Mail"),
        ("mail.example.com:8443", "Example Mail"),
        ("www.setup.example.com", "Example Mail"),
        ("a.b.c.example.com", "Mail settings"),
        ("example.net", "Mail settings"),
        ("com", "Mail settings"),
        ("127.0.0.1", "Mail settings"),
    ],
)
def test_the_front_page_is_the_providers_at_the_providers_own_host(
    example: Shop, host: str, name: str
) -> None:
    page = example.get("/", host=host)
    images = page.root.xpath("//header//img/@alt")
    assert (images or page.texts("//header//a[@class='brand']")) == [name]


# --- frames


FRAMED = f"{ADA}&embed=1"


def test_in_a_frame_head_and_foot_are_left_out(example: Shop) -> None:
    page = example.get(FRAMED)
    assert page.root.xpath("//header | //footer") == []
    assert page.text("//h1") == "ada@example.com"
    assert all("embed=1" in url for url in page.links("//nav[@class='tabs']//a"))


def test_nobody_may_frame_the_page_unless_the_operator_says_who(tmp_path: Path, example: Shop) -> None:
    assert example.get(FRAMED).policy["frame-ancestors"] == "'none'"
    allowed = shop(tmp_path, {"shop": EXAMPLE}, embed_origins=("https://a.example", "https://b.example"))
    assert allowed.get(FRAMED).policy["frame-ancestors"] == "https://a.example https://b.example"
    assert allowed.get("/?embed=1").policy["frame-ancestors"] == "https://a.example https://b.example"
    assert allowed.get(ADA).policy["frame-ancestors"] == "'none'"


def test_the_form_in_a_frame_stays_in_it(example: Shop) -> None:
    hidden = example.get("/?embed=1").root.xpath("//form/input[@type='hidden']")
    assert [(field.get("name"), field.get("value")) for field in hidden] == [("embed", "1")]


# --- files


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("page.css", "text/css; charset=utf-8"),
        ("page.js", "text/javascript; charset=utf-8"),
        ("icon.svg", "image/svg+xml"),
    ],
)
def test_files_are_kept_for_good_under_a_path_that_changes_with_them(
    example: Shop, name: str, media_type: str
) -> None:
    (path,) = [url for url in example.get("/").root.xpath("//@href | //@src") if url.endswith(name)]
    response = example.raw(f"/{path}")
    assert (response.status_code, response.content_type) == (200, media_type)
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert example.raw(f"/{path}", if_none_match=response.headers["ETag"]).status_code == 304
    other = example.raw(f"/page/0123456789ab/{name}")
    assert (other.data, other.headers["Cache-Control"]) == (response.data, "no-cache")


@pytest.mark.parametrize("name", ["page.py", "", "..%2fwords.py", "__init__.py", "page.css/"])
def test_there_are_no_other_files(example: Shop, name: str) -> None:
    assert example.raw(f"/page/0123456789ab/{name}").status_code == 404


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_page_with_everything_that_it_loads_is_small_whatever_the_logo(example: Shop, program: str) -> None:
    page = example.get(f"{ADA}&program={program}&lang=pl")
    loaded = page.root.xpath("//link/@href | //script/@src | //img/@src")
    total = len(page.source.encode()) + sum(len(example.raw(f"/{url}").data) for url in loaded)
    assert total - len(LOGO) + MAX_BYTES < 60 * 1024
