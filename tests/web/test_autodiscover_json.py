"""Autodiscover JSON v2: what Outlook asks before anything else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from autoconfig.settings import Settings
from autoconfig.web import create_app
from tests.web.asking import JSON, call, environ_of

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from autoconfig.stores import Store

TYPE = "application/json; charset=utf-8"
EWS = "https://mail.exchange.example/EWS/Exchange.asmx"
ACTIVESYNC = "https://sync.exchange.example/Microsoft-Server-ActiveSync"


def endpoint(response: TestResponse) -> tuple[str, str]:
    """Protocol and URL of a positive answer."""
    assert (response.status_code, response.content_type) == (200, TYPE)
    assert list(response.json) == ["Protocol", "Url"]
    return response.json["Protocol"], response.json["Url"]


def refusal(response: TestResponse) -> tuple[int, str]:
    """Status and code of a negative answer, which is JSON too and is not kept."""
    assert response.content_type == TYPE
    assert response.headers["Cache-Control"] == "no-store"
    assert list(response.json) == ["ErrorCode", "ErrorMessage"]
    return response.status_code, response.json["ErrorCode"]


@pytest.mark.parametrize(
    "path", [f"{JSON}?Email=ada@exchange.example&", f"{JSON}/v1.0/ada@exchange.example?"]
)
@pytest.mark.parametrize(
    ("asked", "protocol", "url"),
    [
        ("EWS", "EWS", EWS),
        ("ews", "EWS", EWS),
        ("ActiveSync", "ActiveSync", ACTIVESYNC),
        ("ACTIVESYNC", "ActiveSync", ACTIVESYNC),
        ("AutodiscoverV1", "AutodiscoverV1", "https://localhost/autodiscover/autodiscover.xml"),
        ("autodiscoverv1", "AutodiscoverV1", "https://localhost/autodiscover/autodiscover.xml"),
        ("%20EWS%20", "EWS", EWS),
    ],
)
def test_a_protocol_is_found_by_parameter_and_by_path(
    client: FlaskClient, path: str, asked: str, protocol: str, url: str
) -> None:
    assert endpoint(client.get(f"{path}Protocol={asked}")) == (protocol, url)


@pytest.mark.parametrize(
    "query",
    [
        "Email=ada@exchange.example&Protocol=EWS&RedirectCount=1",
        "email=ada@exchange.example&protocol=EWS",
        "EMAIL=ada%40exchange.example&PROTOCOL=EWS",
        "emailaddress=ada@exchange.example&Protocol=EWS&Unknown=1",
        "Email=ada+x@EXCHANGE.example&Protocol=EWS",
    ],
)
def test_spellings_of_the_parameters(client: FlaskClient, query: str) -> None:
    assert endpoint(client.get(f"{JSON}?{query}")) == ("EWS", EWS)


@pytest.mark.parametrize(
    "path",
    [
        "/Autodiscover/Autodiscover.json/v1.0/ada@exchange.example",
        "/Autodiscover/Autodiscover.json/V1.0/ada@exchange.example",
        "/autodiscover//autodiscover.json/v1.0/ada@exchange.example",
        "/autodiscover/autodiscover.json/v1.0/ada%40exchange.example",
        "/autodiscover/autodiscover.json/v1.0/a/da@exchange.example",
    ],
)
def test_spellings_of_the_path(app: Flask, path: str) -> None:
    answer = call(app, environ_of(path, query="Protocol=EWS"))
    assert (answer.code, answer.media_type) == (200, TYPE)


def test_the_version_may_stand_in_the_path_and_the_address_beside(client: FlaskClient) -> None:
    response = client.get(f"{JSON}/v1.0?Email=ada@exchange.example&Protocol=EWS")
    assert endpoint(response) == ("EWS", EWS)


def test_without_an_address_the_host_names_the_domain(client: FlaskClient) -> None:
    response = client.get(f"{JSON}?Protocol=EWS", headers={"Host": "autodiscover.exchange.example"})
    assert endpoint(response) == ("EWS", EWS)


def test_a_customer_nobody_lists_is_answered_by_the_host_of_the_mx(client: FlaskClient) -> None:
    host = {"Host": "autodiscover.mx.example.net"}
    response = client.get(f"{JSON}?Email=kim@customer.test&Protocol=AutodiscoverV1", headers=host)
    assert endpoint(response)[1] == "https://autodiscover.mx.example.net/autodiscover/autodiscover.xml"


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("autodiscover.example.com", "https://autodiscover.example.com"),
        ("Autodiscover.Example.COM", "https://autodiscover.example.com"),
        ("autodiscover.example.com:8443", "https://autodiscover.example.com:8443"),
        ("127.0.0.1:8000", "https://autodiscover.example.com"),
        ("[::1]:8000", "https://autodiscover.example.com"),
        ('"><script>', "https://autodiscover.example.com"),
        ("evil.example:80@x", "https://autodiscover.example.com"),
        ("", "https://autodiscover.example.com"),
        (None, "https://autodiscover.example.com"),
    ],
)
def test_the_url_is_where_the_client_came_from_in_https(app: Flask, host: str | None, url: str) -> None:
    answer = call(app, environ_of(JSON, query="Email=a@example.com&Protocol=AutodiscoverV1", host=host))
    assert answer.code == 200
    assert answer.body.decode() == (
        f'{{"Protocol":"AutodiscoverV1","Url":"{url}/autodiscover/autodiscover.xml"}}'
    )


def test_the_base_url_goes_before_the_host(store: Store) -> None:
    app = create_app(Settings(providers=(), base_url="https://mail.example.net/config"), store)
    response = app.test_client().get(f"{JSON}?Email=a@example.com&Protocol=AutodiscoverV1")
    assert endpoint(response)[1] == "https://mail.example.net/config/autodiscover/autodiscover.xml"


def test_activesync_alone_still_has_an_xml_answer(client: FlaskClient) -> None:
    response = client.get(f"{JSON}?Email=ada@sync.example&Protocol=AutodiscoverV1")
    assert endpoint(response)[0] == "AutodiscoverV1"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("Email=ada@exchange.example", (400, "MandatoryParameterMissing")),
        ("Email=ada@exchange.example&Protocol=", (400, "MandatoryParameterMissing")),
        ("Email=ada@exchange.example&Protocol=REST", (400, "InvalidProtocol")),
        ("Email=ada@exchange.example&Protocol=Graph", (400, "InvalidProtocol")),
        ("Email=ada@example.com&Protocol=EWS", (400, "InvalidProtocol")),
        ("Email=ada@token.example&Protocol=AutodiscoverV1", (400, "InvalidProtocol")),
        ("Email=ada&Protocol=EWS", (400, "InvalidEmailAddress")),
        ("Email=ada@@example.com&Protocol=EWS", (400, "InvalidEmailAddress")),
        ("Email=%FF@example.com&Protocol=EWS", (400, "InvalidEmailAddress")),
        ("Email=ada@unknown.example&Protocol=EWS", (404, "DomainNotFound")),
        ("Protocol=EWS", (404, "DomainNotFound")),
    ],
)
def test_what_cannot_be_answered_is_said_in_json(
    client: FlaskClient, query: str, expected: tuple[int, str]
) -> None:
    assert refusal(client.get(f"{JSON}?{query}")) == expected


@pytest.mark.parametrize("address", ["ada", "ada@@example.com", "%FF@example.com", "ada@-", "@"])
def test_a_malformed_address_in_the_path_is_400(client: FlaskClient, address: str) -> None:
    assert refusal(client.get(f"{JSON}/v1.0/{address}?Protocol=EWS")) == (400, "InvalidEmailAddress")


def test_an_unknown_protocol_is_shown_as_letters_and_digits_only(client: FlaskClient) -> None:
    response = client.get(f"{JSON}?Email=a@example.com&Protocol=%3Cscript%3Ealert(1)%0A%22{'x' * 100}")
    assert refusal(response) == (400, "InvalidProtocol")
    shown = "scriptalert1" + "x" * 28
    assert response.json["ErrorMessage"].startswith(f"The given protocol value '{shown}' is invalid.")


def test_a_missing_protocol_names_all_that_could_be_asked(client: FlaskClient) -> None:
    response = client.get(f"{JSON}?Email=ada@exchange.example&Protocol=")
    assert response.json["ErrorMessage"].endswith("values are 'AutodiscoverV1,ActiveSync,EWS,Graph'")


@pytest.mark.parametrize("count", ["0", "3", "10", "999", "-1", "x", ""])
def test_how_often_a_client_was_redirected_changes_nothing(client: FlaskClient, count: str) -> None:
    response = client.get(f"{JSON}?Email=ada@exchange.example&Protocol=EWS&RedirectCount={count}")
    assert endpoint(response) == ("EWS", EWS)


def test_a_protocol_the_provider_has_not_names_those_it_has(client: FlaskClient) -> None:
    response = client.get(f"{JSON}?Email=ada@exchange.example&Protocol=Graph")
    assert response.json["ErrorMessage"].endswith("Supported values are 'AutodiscoverV1,ActiveSync,EWS'")


def test_no_answer_depends_on_the_mailbox_or_names_it(client: FlaskClient) -> None:
    one = client.get(f"{JSON}?Email=ada@exchange.example&Protocol=EWS")
    other = client.get(f"{JSON}?Email=kim@exchange.example&Protocol=EWS")
    assert (one.data, list(one.headers)) == (other.data, list(other.headers))
    assert b"ada" not in one.data
