"""The one field: what the page asks for, what it may load, and what a wrong address comes to."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from autoconfig.settings import Settings
from autoconfig.web import create_app
from tests.web.asking import CONFIG, call, environ_of
from tests.web.fakes import FakeStore
from tests.web.pages.reading import HTML, Page, Shop


def test_the_front_page_asks_for_an_address_and_nothing_else(example: Shop) -> None:
    page = example.get("/")
    assert page.status == 200
    assert page.source.startswith("<!doctype html>\n")
    assert page.texts("//h1") == ["Set up your mail account"]
    visible = page.root.xpath("//input[not(@type='hidden')]")
    assert [(field.get("name"), field.get("type")) for field in visible] == [("emailaddress", "email")]
    assert page.texts("//label[@for='address']") == ["Your e-mail address"]


@pytest.mark.parametrize("path", ["/", "/setup?emailaddress=ada@example.com", "/setup?emailaddress=x"])
def test_no_page_has_a_field_for_a_password_and_each_says_that_none_is_asked(
    example: Shop, path: str
) -> None:
    page = example.get(path)
    assert page.root.xpath("//input[@type='password']") == []
    assert "This page never asks for a password." in page.text("//footer")


def test_the_form_leads_to_the_settings(example: Shop) -> None:
    (form,) = example.get("/").root.xpath("//form")
    assert (form.get("action"), form.get("method")) == ("setup", "get")


@pytest.mark.parametrize("path", ["/", "/setup?emailaddress=ada@example.com", "/setup?emailaddress=x"])
def test_a_page_may_load_what_is_ours_and_sit_in_no_frame(example: Shop, path: str) -> None:
    page = example.get(path)
    assert page.policy == {
        "default-src": "'none'",
        "style-src": "'self'",
        "script-src": "'self'",
        "img-src": "'self'",
        "connect-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("path", ["/", "/setup?emailaddress=ada@example.com&program=apple"])
def test_nothing_in_a_page_needs_an_exception_from_the_policy(example: Shop, path: str) -> None:
    page = example.get(path)
    assert page.root.xpath("//style | //script[not(@src)] | //*[@style]") == []
    handlers = [name for element in page.root.iter() for name in element.attrib if name.startswith("on")]
    assert handlers == []


def test_everything_a_page_loads_is_relative_so_that_it_works_below_any_prefix(example: Shop) -> None:
    page = example.get("/setup?emailaddress=ada@example.com")
    loaded = page.root.xpath("//link/@href | //script/@src | //img/@src")
    assert len(loaded) == 5
    assert all(url.startswith("page/") for url in loaded)


@pytest.mark.parametrize(
    ("path", "keeping"),
    [
        ("/", "private, no-cache"),
        ("/setup?emailaddress=ada@example.com", "private, no-cache"),
        ("/setup?emailaddress=x", "no-store"),
    ],
)
def test_no_cache_on_the_way_keeps_a_page(example: Shop, path: str, keeping: str) -> None:
    assert example.get(path).headers["Cache-Control"] == keeping


@pytest.mark.parametrize("path", ["/", "/setup?emailaddress=ada@example.com", "/setup?emailaddress=x"])
def test_head_is_get_without_the_body(example: Shop, path: str) -> None:
    client = example.app.test_client()
    get, head = client.get(path), client.head(path)
    assert head.status_code == get.status_code
    assert (list(head.headers), head.data) == (list(get.headers), b"")


@pytest.mark.parametrize("method", ["PROPFIND", "PUT", "POST", "DELETE", "OPTIONS", "MKCALENDAR"])
@pytest.mark.parametrize("path", ["/", "/setup", "/setup/progress"])
def test_what_mail_programs_send_to_the_front_page_is_405_in_plain_text(
    example: Shop, path: str, method: str
) -> None:
    response = example.app.test_client().open(path, method=method)
    assert (response.status_code, response.content_type) == (405, "text/plain; charset=utf-8")
    assert set(response.headers["Allow"].split(", ")) == {"GET", "HEAD"}


# --- the address


@pytest.mark.parametrize("path", ["/setup", "/setup?lang=en"])
def test_without_an_address_there_is_the_field(example: Shop, path: str) -> None:
    page = example.get(path)
    assert page.status == 200
    assert page.texts("//h1") == ["Set up your mail account"]


@pytest.mark.parametrize("query", ["emailaddress=", "emailaddress=+", "EmailAddress="])
def test_an_empty_field_is_400_and_says_so(example: Shop, query: str) -> None:
    page = example.get(f"/setup?{query}")
    assert page.status == 400
    assert page.text("//*[@id='mistake']") == "Type your e-mail address."


@pytest.mark.parametrize(
    ("typed", "mistake"),
    [
        ("ada", "An e-mail address has an @ between a name and a domain."),
        ("ada@", "What stands after the @ is not a domain name."),
        ("ada@exa mple.com", "What stands after the @ is not a domain name."),
        ("ada@-.com", "What stands after the @ is not a domain name."),
        ("x" * 65 + "@example.com", "The part before the @ is too long."),
        ("a(b)@example.com", "The part before the @ is not one that a mailbox can have."),
        ("ada\xff@example.com".encode("latin-1"), "The address holds characters that cannot be read."),
    ],
)
def test_a_wrong_address_is_400_with_the_mistake_at_the_field(
    example: Shop, typed: str | bytes, mistake: str
) -> None:
    page = example.get(f"/setup?emailaddress={quote(typed)}")
    assert page.status == 400
    (field,) = page.root.xpath("//input[@id='address']")
    assert (field.get("aria-invalid"), field.get("aria-describedby")) == ("true", "mistake")
    assert page.text("//*[@id='mistake']") == mistake
    assert page.text("//title").startswith("Please check")


def test_what_was_typed_is_kept(example: Shop) -> None:
    (field,) = example.get("/setup?emailaddress=ada+example.com").root.xpath("//input[@id='address']")
    assert field.get("value") == "ada example.com"


def test_endless_input_is_not_repeated_endlessly(example: Shop) -> None:
    (field,) = example.get(f"/setup?emailaddress={'x' * 5000}").root.xpath("//input[@id='address']")
    assert len(field.get("value")) == 320


ATTACK = '"><script>alert(1)</script>&amp;<img src=x onerror=alert(1)>{{7*7}}'


@pytest.mark.parametrize("name", ["emailaddress", "email", "program", "lang", "embed", "again", "name"])
@pytest.mark.parametrize("path", ["/", "/setup", "/setup?emailaddress=ada@example.com"])
def test_nothing_a_link_says_becomes_markup(example: Shop, path: str, name: str) -> None:
    separator = "&" if "?" in path else "?"
    page = example.get(f"{path}{separator}{name}={quote(ATTACK)}")
    assert len(page.root.xpath("//script")) == 1
    assert "<img src=x" not in page.source
    assert "49" not in page.text()


@pytest.mark.parametrize("local", ["a<b>c", "a'b", 'a"b', "<script>", "a&b", "{{7*7}}", "%(address)s"])
def test_a_strange_but_right_address_becomes_no_markup(example: Shop, local: str) -> None:
    page = Page(
        example.raw(
            f"/setup?emailaddress={quote(chr(34) + local.replace(chr(34), '') + chr(34))}@example.com"
        )
    )
    assert len(page.root.xpath("//script")) == 1
    if page.status == 200:
        assert local.replace('"', "") in page.text("//h1")


@pytest.mark.parametrize(
    "header", [{"Accept-Language": ATTACK}, {"User-Agent": ATTACK}, {"Sec-CH-UA-Platform": ATTACK}]
)
def test_nothing_a_header_says_becomes_markup(example: Shop, header: dict[str, str]) -> None:
    page = Page(example.app.test_client().get("/setup?emailaddress=ada@example.com", headers=header))
    assert "alert" not in page.source


# --- where the service is


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("autoconfig.example.net", "http://autoconfig.example.net"),
        ("127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("[::1]:8000", "http://[::1]:8000"),
        ('"><script>alert(1)</script>', ""),
        ("example.com/x", ""),
        ("", ""),
        (None, ""),
    ],
)
def test_urls_for_administrators_start_where_the_browser_found_us(
    example: Shop, host: str | None, url: str
) -> None:
    answer = call(example.app, environ_of("/", host=host))
    assert f"<code>{url}{CONFIG}?emailaddress=you@example.com</code>".encode() in answer.body
    assert b"<script>" not in answer.body


def test_the_base_url_goes_before_the_host() -> None:
    app = create_app(Settings(providers=(), base_url="https://mail.example.net/config"), FakeStore())
    response = app.test_client().get("/")
    assert response.content_type == HTML
    assert "<code>https://mail.example.net/config/v1.1/example.com</code>" in response.text
    assert "localhost" not in response.text
