"""The page for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from autoconfig.settings import Settings
from autoconfig.stores import Health
from autoconfig.web import create_app
from tests.web.asking import CONFIG, call, environ_of
from tests.web.fakes import FakeStore

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

HTML = "text/html; charset=utf-8"


def test_the_front_page_is_a_page(client: FlaskClient) -> None:
    response = client.get("/")
    assert (response.status_code, response.content_type) == (200, HTML)
    assert response.text.startswith("<!doctype html>\n")
    assert response.text.count("<h1>") == 1


def test_the_page_may_load_nothing_and_sit_in_no_frame(client: FlaskClient) -> None:
    headers = client.get("/").headers
    policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["frame-ancestors"] == "'none'"
    assert "script-src" not in policy
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_the_page_names_nothing_on_other_hosts(client: FlaskClient) -> None:
    text = client.get("/", headers={"Host": "autoconfig.example.com"}).text
    assert "src=" not in text
    assert text.count("http") == text.count("http://autoconfig.example.com/")


@pytest.mark.parametrize(
    ("domains", "words"),
    [(0, "0 mail domains served"), (1, "1 mail domain served"), (1234567, "1,234,567 mail domains served")],
)
def test_the_page_counts_the_domains_of_every_store(domains: int, words: str) -> None:
    health = tuple(
        Health(source=name, usable=True, providers=1, domains=n) for name, n in (("a", domains), ("b", 0))
    )
    response = create_app(Settings(providers=()), FakeStore(health)).test_client().get("/")
    assert words in response.text


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("autoconfig.example.com", "http://autoconfig.example.com"),
        ("127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("[::1]:8000", "http://[::1]:8000"),
        ('"><script>alert(1)</script>', ""),
        ("example.com/x", ""),
        ("", ""),
        (None, ""),
    ],
)
def test_urls_start_where_the_browser_found_us(app: Flask, host: str | None, url: str) -> None:
    answer = call(app, environ_of("/", host=host))
    assert f"<code>{url}{CONFIG}?emailaddress=you@example.com</code>".encode() in answer.body
    assert b"<script" not in answer.body


def test_the_base_url_goes_before_the_host() -> None:
    app = create_app(Settings(providers=(), base_url="https://mail.example.net/config"), FakeStore())
    text = app.test_client().get("/").text
    assert "<code>https://mail.example.net/config/v1.1/example.com</code>" in text
    assert "localhost" not in text


def test_the_form_leads_to_a_document(client: FlaskClient) -> None:
    text = client.get("/").text
    assert f'<form action="{CONFIG}" method="get">' in text
    assert client.get(f"{CONFIG}?emailaddress=ada%40example.com").status_code == 200
