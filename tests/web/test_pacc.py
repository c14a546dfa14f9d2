"""PACC over HTTP: by the Host header alone, the very bytes whose digest stands in the DNS."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from autoconfig.formats import pacc
from autoconfig.publish import Publisher
from tests.web.asking import TEXT, assert_plain_no, call, environ_of
from tests.web.conftest import IDN

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from autoconfig.stores import Store

PATH = "/.well-known/user-agent-configuration.json"

TOKEN = "ua-auto-config.token.example"
"""The host of a provider that PACC can say; the shop's submission is STARTTLS alone."""


def ask(client: FlaskClient, host: str, **headers: str) -> TestResponse:
    """What is answered for that host."""
    return client.get(PATH, headers={"Host": host, **headers})


@pytest.mark.parametrize(
    "host", [TOKEN, "token.example", "UA-Auto-Config.Token.Example", f"{TOKEN}:8443", f"{TOKEN}."]
)
def test_the_host_says_whose_document_is_wanted(client: FlaskClient, host: str) -> None:
    response = ask(client, host)
    assert response.status_code == 200
    assert json.loads(response.data)["protocols"] == {
        "imap": {"host": "imap.token.example"},
        "submit": {"host": "smtp.token.example"},
    }


def test_a_host_name_is_filled_for_the_domain(client: FlaskClient) -> None:
    response = ask(client, f"ua-auto-config.{IDN}")
    assert json.loads(response.data)["protocols"]["imap"] == {"host": f"imap.{IDN}"}


def test_the_headers_are_these_and_no_other(client: FlaskClient) -> None:
    response = ask(client, TOKEN)
    headers = dict(response.headers)
    assert headers.pop("ETag").startswith('"')
    assert headers == {
        "Content-Type": "application/json",
        "Content-Length": str(len(response.data)),
        "Cache-Control": "public, max-age=3600, no-transform",
        "X-Content-Type-Options": "nosniff",
    }


def test_the_bytes_are_those_of_the_publisher_whose_digest_is_published(
    client: FlaskClient, store: Store
) -> None:
    document = Publisher(store).pacc("token.example")
    assert document is not None
    response = ask(client, TOKEN)
    assert response.data == document.body
    assert pacc.digest(response.data) in pacc.digests_of([pacc.txt_record(document.body)])


@pytest.mark.parametrize("encodings", ["gzip", "gzip, deflate, br, zstd", "br;q=1.0, identity;q=0", "*"])
def test_it_is_never_compressed(client: FlaskClient, encodings: str) -> None:
    response = ask(client, TOKEN, **{"Accept-Encoding": encodings})
    assert response.data == ask(client, TOKEN).data
    assert "Content-Encoding" not in response.headers


@pytest.mark.parametrize(
    "query", ["emailaddress=ada@exchange.example", "emailaddress=ada", "reader=full", "%FF"]
)
def test_no_parameter_changes_anything(app: Flask, query: str) -> None:
    asked = call(app, environ_of(PATH, host=TOKEN, query=query))
    assert asked == call(app, environ_of(PATH, host=TOKEN))
    assert asked.code == 200


def test_head_is_get_without_the_body(client: FlaskClient) -> None:
    get, head = ask(client, TOKEN), client.head(PATH, headers={"Host": TOKEN})
    assert (head.status_code, head.data) == (200, b"")
    assert list(head.headers) == list(get.headers)


def test_a_document_the_client_has_is_304(client: FlaskClient) -> None:
    first = ask(client, TOKEN)
    again = ask(client, TOKEN, **{"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["Cache-Control"] == "public, max-age=3600, no-transform"


@pytest.mark.parametrize("method", ["POST", "PUT", "PROPFIND", "OPTIONS"])
def test_any_other_method_is_405(client: FlaskClient, method: str) -> None:
    response = client.open(PATH, method=method, headers={"Host": TOKEN})
    assert (response.status_code, response.content_type) == (405, TEXT)


@pytest.mark.parametrize(
    "path",
    [
        "/.Well-Known/User-Agent-Configuration.JSON",
        "//.well-known//user-agent-configuration.json",
    ],
)
def test_letter_case_and_slashes_of_the_path_are_forgiven(app: Flask, path: str) -> None:
    assert call(app, environ_of(path, host=TOKEN)) == call(app, environ_of(PATH, host=TOKEN))


@pytest.mark.parametrize(
    "host",
    [
        "ua-auto-config.unknown.example",
        "ua-auto-config.customer.test",
        "127.0.0.1",
        "[::1]",
        "",
        "a b",
        "\xff",
    ],
)
def test_a_host_nobody_lists_is_404(app: Flask, host: str) -> None:
    answer = call(app, environ_of(PATH, host=host))
    assert (answer.code, answer.media_type) == (404, TEXT)
    assert answer.body == b"This domain is not served here.\n"


def test_no_host_at_all_is_404(app: Flask) -> None:
    assert call(app, environ_of(PATH, host=None)).code == 404


@pytest.mark.parametrize("domain", ["example.com", "plain.example", "sync.example"])
def test_a_provider_that_cannot_be_said_is_404(client: FlaskClient, domain: str) -> None:
    response = ask(client, f"ua-auto-config.{domain}")
    assert_plain_no(response, 404)
    assert response.text == "This provider's servers cannot be said in PACC.\n"
