"""OAuth2 endpoints and web mail."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings

from autoconfig.errors import ValueRefused
from autoconfig.model import FormField, OAuth2, WebMail, WebMailLogin
from tests.strategies import oauth2s


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("auth.example.com", "auth.example.com"),
        (" https://auth.example.com/ ", "auth.example.com"),
        ("https://AUTH.example.com", "auth.example.com"),
        ("HTTPS://auth.example.com", "auth.example.com"),
        ("auth.example.com/tenant/v2.0", "auth.example.com/tenant/v2.0"),
        ("auth.example.com//", "auth.example.com"),
        ("auth.example.com:8443", "auth.example.com:8443"),
        ("bücher.example", "xn--bcher-kva.example"),
    ],
)
def test_an_issuer_is_kept_without_its_scheme(written: str, kept: str) -> None:
    oauth2 = OAuth2(issuer=written)
    assert oauth2.issuer == kept
    assert oauth2.issuer_url == f"https://{kept}"


@pytest.mark.parametrize(
    "written",
    ["", " ", "a b", "a\nb", "http://auth.example.com", "ftp://x.example", "a_b", "ada@auth.example.com"],
)
def test_what_is_no_https_issuer_is_refused(written: str) -> None:
    with pytest.raises(ValueRefused) as refused:
        OAuth2(issuer=written)
    assert str(refused.value) == f"An OAuth2 issuer cannot be {written.strip()!r}."


@pytest.mark.parametrize("written", ["auth.example.com/?a=1", "auth.example.com/#a"])
def test_an_issuer_has_no_query_and_no_fragment(written: str) -> None:
    with pytest.raises(ValueRefused) as refused:
        OAuth2(issuer=written)
    assert str(refused.value) == "An OAuth2 issuer has no query and no fragment (RFC 8414 §2)."


@pytest.mark.parametrize("name", ["auth_url", "token_url"])
def test_the_endpoints_are_https(name: str) -> None:
    with pytest.raises(ValueRefused) as refused:
        OAuth2(issuer="auth.example.com", **{name: "http://auth.example.com/"})
    assert str(refused.value) == "'http://auth.example.com/' is not a URL that starts with https://."


@pytest.mark.parametrize("token", ["", "a b", "a\x00", 'a"b', "a\\b", "ü", "a\u2028b"])
def test_a_scope_is_made_of_tokens(token: str) -> None:
    with pytest.raises(ValueRefused) as refused:
        OAuth2(issuer="auth.example.com", scope=("mail", token))
    assert str(refused.value) == f"An OAuth2 scope cannot hold {token!r}."


@pytest.mark.parametrize("token", ["mail", "https://mail.example.com/", "openid:email", "a#b[c]"])
def test_a_scope_may_hold_urls(token: str) -> None:
    assert OAuth2(issuer="auth.example.com", scope=(token,)).scope == (token,)


def test_a_client_id_is_one_line() -> None:
    assert OAuth2(issuer="auth.example.com", client_id=" a\nb ").client_id == "a b"


def test_an_empty_client_id_is_refused() -> None:
    with pytest.raises(ValueRefused) as refused:
        OAuth2(issuer="auth.example.com", client_id="")
    assert str(refused.value) == "An OAuth2 client id is empty."


@settings(deadline=None)
@given(oauth2s())
def test_an_issuer_reads_back_from_its_url(oauth2: OAuth2) -> None:
    assert OAuth2(issuer=oauth2.issuer_url).issuer == oauth2.issuer


def test_there_is_no_place_for_a_client_secret() -> None:
    fields: dict[str, Any] = {"issuer": "auth.example.com", "client_secret": "x"}
    with pytest.raises(TypeError):
        OAuth2(**fields)


def test_web_mail_has_a_page_or_a_form() -> None:
    with pytest.raises(ValueRefused) as refused:
        WebMail()
    assert str(refused.value) == "Web mail has neither a login page nor a login form."


def test_web_mail_may_be_a_form_alone() -> None:
    login = WebMailLogin(url="https://Example.com")
    assert WebMail(login=login).url is None
    assert login.url == "https://example.com/"


def test_the_url_of_web_mail_is_checked() -> None:
    with pytest.raises(ValueRefused) as refused:
        WebMail(url="mail")
    assert str(refused.value) == "'mail' is not a URL that starts with https:// or http://."


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"username": " "}, "The username of a login form is empty."),
        ({"username": "\x00"}, "The username of a login form holds a control character: '\\x00'."),
        (
            {"wait_for_redirection_url_prefix": ""},
            "The wait for redirection url prefix of a login form is empty.",
        ),
    ],
)
def test_the_texts_of_a_login_form_are_lines(changes: dict[str, str], sentence: str) -> None:
    with pytest.raises(ValueRefused) as refused:
        WebMailLogin(url="https://example.com/", **changes)  # type: ignore[arg-type]
    assert str(refused.value) == sentence


@pytest.mark.parametrize("name", ["id", "name"])
def test_a_form_field_is_found_by_a_line(name: str) -> None:
    with pytest.raises(ValueRefused) as refused:
        FormField(**{name: ""})
    assert str(refused.value) == f"The {name} of a form field is empty."
