"""Documents over HTTP: headers, what need not be sent again, and methods nobody meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.web.asking import CONFIG, JSON, POX, TEXT, WELL_KNOWN, XML, assert_plain_no, call, environ_of

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

PLAIN = f"{CONFIG}?emailaddress=ada@example.com"
BY_HOST = CONFIG
FULL = f"{PLAIN}&reader=full"
BY_DOMAIN = "/v1.1/example.com"
ENDPOINT = f"{JSON}?Email=ada@exchange.example&Protocol=EWS"
DOCUMENTS = [PLAIN, BY_HOST, FULL, BY_DOMAIN, ENDPOINT]

HOST = {"Host": "autoconfig.example.com"}


@pytest.mark.parametrize("path", DOCUMENTS)
def test_a_document_has_these_headers_and_no_other(client: FlaskClient, path: str) -> None:
    response = client.get(path, headers=HOST)
    headers = dict(response.headers)
    etag = headers.pop("ETag")
    assert headers == {
        "Content-Type": "application/json; charset=utf-8" if path == ENDPOINT else XML,
        "Content-Length": str(len(response.data)),
        "Cache-Control": "public, max-age=3600",
        "X-Content-Type-Options": "nosniff",
    }
    assert etag.startswith('"')
    assert etag.endswith('"')
    assert len(etag) > 10


@pytest.mark.parametrize("path", [*DOCUMENTS, POX, "/v1.1/unknown.example", "/healthz", "/"])
def test_head_is_get_without_the_body(client: FlaskClient, path: str) -> None:
    get, head = client.get(path, headers=HOST), client.head(path, headers=HOST)
    assert head.status_code == get.status_code
    assert list(head.headers) == list(get.headers)
    assert head.data == b""


@pytest.mark.parametrize("path", DOCUMENTS)
@pytest.mark.parametrize("spelling", ["{}", "W/{}", '"other", {}', "*"])
def test_a_document_the_client_has_is_304(client: FlaskClient, path: str, spelling: str) -> None:
    first = client.get(path, headers=HOST)
    condition = spelling.format(first.headers["ETag"])
    again = client.get(path, headers={**HOST, "If-None-Match": condition})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert again.headers["Cache-Control"] == first.headers["Cache-Control"]
    assert "Content-Type" not in again.headers


@pytest.mark.parametrize("condition", ['"other"', "", "nonsense", '"', 'W/"', ",,,", "\xff"])
def test_a_document_the_client_has_not_is_sent(client: FlaskClient, condition: str) -> None:
    response = client.get(PLAIN, headers={"If-None-Match": condition})
    assert response.status_code == 200
    assert response.data == client.get(PLAIN).data


def test_different_bytes_have_different_tags(client: FlaskClient) -> None:
    paths = [PLAIN, FULL, "/v1.1/example.org", "/v1.1/exchange.example"]
    assert len({client.get(path).headers["ETag"] for path in paths}) == len(paths)


def test_an_answer_that_names_an_address_is_private(client: FlaskClient) -> None:
    named = client.get(f"{POX}?emailaddress=ada@example.com")
    assert named.headers["Cache-Control"] == "private, no-cache"
    assert client.get(POX, headers=HOST).headers["Cache-Control"] == "public, max-age=3600"


@pytest.mark.parametrize(
    "method", ["OPTIONS", "POST", "PUT", "DELETE", "PATCH", "PROPFIND", "TRACE", "CONNECT"]
)
@pytest.mark.parametrize("path", [CONFIG, WELL_KNOWN, BY_DOMAIN, JSON, "/", "/healthz", "/readyz"])
def test_other_methods_are_405_and_say_what_is_allowed(client: FlaskClient, path: str, method: str) -> None:
    response = client.open(path, method=method, headers=HOST)
    assert_plain_no(response, 405)
    assert {word.strip() for word in response.headers["Allow"].split(",")} == {"GET", "HEAD"}


@pytest.mark.parametrize("method", ["OPTIONS", "PUT", "DELETE", "PROPFIND"])
def test_autodiscover_allows_post_too(client: FlaskClient, method: str) -> None:
    response = client.open(POX, method=method, headers=HOST)
    assert_plain_no(response, 405)
    assert {word.strip() for word in response.headers["Allow"].split(",")} == {"GET", "HEAD", "POST"}


@pytest.mark.parametrize("method", ["GET", "OPTIONS", "PUT", "PROPFIND"])
@pytest.mark.parametrize("path", ["/principals/", "/static/x.css", "/autodiscover/autodiscover.svc"])
def test_unknown_paths_are_404_by_any_method(client: FlaskClient, path: str, method: str) -> None:
    assert_plain_no(client.open(path, method=method, headers=HOST), 404)


@pytest.mark.parametrize("path", ["/mail/config-v1.1.xml/", "/healthz/", "/readyz/", "/v1.1"])
def test_nothing_is_redirected(client: FlaskClient, path: str) -> None:
    assert_plain_no(client.get(path, headers=HOST), 404)


def test_doubled_slashes_of_the_api_are_not_redirected(app: Flask) -> None:
    assert call(app, environ_of("/api/v1/openapi.json")).code == 200
    assert call(app, environ_of("/api//v1/openapi.json")).code == 404


@pytest.mark.parametrize(
    "headers",
    [
        {"Accept": "text/html"},
        {"Accept": "application/json"},
        {"Accept-Encoding": "gzip, br"},
        {"Range": "bytes=0-10"},
        {"Authorization": "Basic YWRhOmh1bnRlcjI="},
        {"Cookie": "a=b"},
        {"Origin": "https://example.com"},
        {"If-Modified-Since": "Wed, 21 Oct 2099 07:28:00 GMT"},
        {"X-Forwarded-Host": "autoconfig.exchange.example"},
        {"X-Http-Method-Override": "DELETE"},
    ],
)
def test_headers_that_change_nothing(client: FlaskClient, headers: dict[str, str]) -> None:
    response = client.get(BY_HOST, headers={**HOST, **headers})
    plain = client.get(BY_HOST, headers=HOST)
    assert (response.status_code, response.data) == (200, plain.data)
    assert list(response.headers) == list(plain.headers)


@pytest.mark.parametrize("path", [CONFIG, "/v1.1/unknown.example", "/nothing"])
def test_no_answer_sets_a_cookie_or_names_the_software(client: FlaskClient, path: str) -> None:
    headers = client.get(path).headers
    assert "Set-Cookie" not in headers
    assert headers["Content-Type"] == TEXT
    assert "Server" not in headers
