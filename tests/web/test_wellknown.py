"""Redirects to a provider's calendars, contacts and JMAP, by Host."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from autoconfig.settings import Settings
from autoconfig.web import create_app

if TYPE_CHECKING:
    from flask.testing import FlaskClient

_MINE = """
name = "Mine"
domains = ["mine.example", "dav.mine.example"]
[[incoming]]
type = "jmap"
url = "https://jmap.mine.example/session"
[[outgoing]]
type = "smtp"
hostname = "smtp.mine.example"
[[other]]
type = "caldav"
url = "https://dav.mine.example/cal/"
[[other]]
type = "carddav"
url = "https://%EMAILDOMAIN%/.well-known/carddav"
"""
_OTHER = """
name = "Other"
domains = ["other.example"]
[[incoming]]
type = "imap"
hostname = "imap.other.example"
[[other]]
type = "caldav"
url = "https://dav.other.example/%EMAILADDRESS%/"
"""


@pytest.fixture
def client(tmp_path: Path) -> FlaskClient:
    (tmp_path / "mine.example.toml").write_text(_MINE)
    (tmp_path / "other.example.toml").write_text(_OTHER)
    return create_app(Settings(providers=(str(tmp_path),))).test_client()


@pytest.mark.parametrize("host", ["mine.example", "MINE.example:8000", "autoconfig.mine.example"])
def test_the_host_decides_where_calendars_are(client: FlaskClient, host: str) -> None:
    answer = client.get("/.well-known/caldav", headers={"Host": host})
    assert (answer.status_code, answer.headers["Location"]) == (301, "https://dav.mine.example/cal/")
    assert answer.headers["Cache-Control"] == "public, max-age=3600"


def test_jmap_has_its_own_place(client: FlaskClient) -> None:
    answer = client.get("/.well-known/jmap", headers={"Host": "mine.example"})
    assert (answer.status_code, answer.headers["Location"]) == (301, "https://jmap.mine.example/session")


@pytest.mark.parametrize("method", ["PROPFIND", "OPTIONS", "POST"])
def test_other_methods_keep_their_method(client: FlaskClient, method: str) -> None:
    answer = client.open("/.well-known/caldav", method=method, headers={"Host": "mine.example"})
    assert (answer.status_code, answer.headers["Location"]) == (307, "https://dav.mine.example/cal/")


def test_head_is_redirected_like_get(client: FlaskClient) -> None:
    answer = client.head("/.well-known/caldav", headers={"Host": "mine.example"})
    assert (answer.status_code, answer.data) == (301, b"")


def test_the_letter_case_of_the_path_does_not_matter(client: FlaskClient) -> None:
    assert client.get("/.Well-Known/CalDAV", headers={"Host": "mine.example"}).status_code == 301


def test_a_place_that_is_this_very_url_is_no_redirect(client: FlaskClient) -> None:
    here = client.get("/.well-known/carddav", headers={"Host": "mine.example"})
    assert (here.status_code, here.content_type) == (404, "text/plain; charset=utf-8")
    elsewhere = client.get("/.well-known/carddav", headers={"Host": "autoconfig.mine.example"})
    assert elsewhere.headers["Location"] == "https://mine.example/.well-known/carddav"


@pytest.mark.parametrize(
    ("host", "path"),
    [
        ("nobody.example", "/.well-known/caldav"),
        ("192.0.2.1", "/.well-known/caldav"),
        ("other.example", "/.well-known/carddav"),
        ("other.example", "/.well-known/caldav"),
        ("mine.example", "/.well-known/webdav"),
    ],
)
def test_anything_else_is_404_in_plain_text(client: FlaskClient, host: str, path: str) -> None:
    answer = client.open(path, method="PROPFIND", headers={"Host": host})
    assert (answer.status_code, answer.content_type) == (404, "text/plain; charset=utf-8")


def test_a_method_nobody_uses_here_is_405(client: FlaskClient) -> None:
    answer = client.delete("/.well-known/caldav", headers={"Host": "mine.example"})
    assert (answer.status_code, answer.content_type) == (405, "text/plain; charset=utf-8")
