"""The API over HTTP: what is asked, and what each status says."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from autoconfig.model import EmailAddress, ServerType, UrlServer
from autoconfig.settings import Settings
from autoconfig.web import create_app
from tests.web.asking import TEXT
from tests.web.fakes import FakeStore
from tests.web.resolving import FAILED, FakeResolver, found, imap, nothing, offline

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from autoconfig.resolver.resolution import Resolution
    from autoconfig.stores import Store

PATH = "/api/v1/resolve"
ADA = f"{PATH}?emailaddress=ada@example.net"

PRIVATE = "private, no-cache"


@pytest.fixture
def resolver() -> FakeResolver:
    return FakeResolver()


@pytest.fixture
def client(resolver: FakeResolver, store: Store) -> FlaskClient:
    """A service without a rate limit, with the providers of this directory."""
    app = create_app(Settings(providers=(), rate_limit=None), store, resolver=resolver)
    return app.test_client(use_cookies=False)


def problem(response: TestResponse, status: int, title: str) -> str:
    """The sentence of a problem (RFC 9457) with this status."""
    assert response.status_code == status
    assert response.content_type == "application/problem+json"
    assert response.headers["Cache-Control"] == PRIVATE
    content = response.get_json(force=True)
    assert (content["type"], content["title"], content["status"]) == ("about:blank", title, status)
    assert set(content) == {"type", "title", "status", "detail"}
    return str(content["detail"])


# --- 200


def test_a_stranger_is_found(client: FlaskClient) -> None:
    response = client.get(ADA)
    assert (response.status_code, response.content_type) == (200, "application/json")
    assert response.headers["Cache-Control"] == PRIVATE
    assert "ETag" not in response.headers
    content = response.json
    elapsed = content.pop("elapsed_ms")
    assert 0 <= elapsed < 30_000
    server = {
        "type": "imap",
        "hostname": "imap.example.net",
        "port": 993,
        "socket_type": "SSL",
        "authentication": ["password-cleartext"],
        "username": "ada@example.net",
        "method": "isp",
        "trust": "https",
    }
    assert content == {
        "address": "ada@example.net",
        "domain": "example.net",
        "found": True,
        "method": "isp",
        "source": "https://autoconfig.example.net/mail/config-v1.1.xml",
        "trust": "https",
        "detail": None,
        "confirm": [],
        "provider": {"id": "example.net", "name": "Example", "short_name": "Example", "documentation": []},
        "incoming": [server],
        "outgoing": [],
        "other": [],
        "oauth2": None,
        "conflicts": [],
        "trace": [],
    }


def test_the_second_mailbox_is_told_the_same_about_itself(
    client: FlaskClient, resolver: FakeResolver
) -> None:
    first = client.get(ADA)
    second = client.get(f"{PATH}?emailaddress=bob@example.net")
    assert timeless(first.text.replace("ada@", "bob@")) == timeless(second.text)
    assert len(resolver.questions) == 1


def timeless(text: str) -> list[str]:
    return [line for line in text.splitlines() if '"elapsed_ms"' not in line]


@pytest.mark.parametrize(
    ("query", "address"),
    [
        ("emailaddress=Ada%40EXAMPLE.net", "Ada@example.net"),
        ("EmailAddress=ada@example.net", "ada@example.net"),
        ("email=ada@example.net", "ada@example.net"),
        ("emailaddress=ada+b@example.net", "ada+b@example.net"),
        ("emailaddress=%C3%BC@b%C3%BCcher.example.net", "ü@xn--bcher-kva.example.net"),
        ("emailaddress=%22a%20b%22@example.net", '"a b"@example.net'),
    ],
)
def test_an_address_is_read_as_forgivingly_as_everywhere(
    client: FlaskClient, query: str, address: str
) -> None:
    content = client.get(f"{PATH}?{query}").json
    assert content["address"] == address
    assert content["incoming"][0]["username"] == address


def test_a_listed_domain_comes_from_the_store_and_no_path_is_told(
    client: FlaskClient, resolver: FakeResolver
) -> None:
    resolver.answer = lambda address: found(address, source="/etc/secret/example.com.toml")
    response = client.get(f"{PATH}?emailaddress=ada@example.com")
    assert response.json["source"] == "local store"
    assert "secret" not in response.text
    assert resolver.questions[0].methods == ("local",)


def test_head_is_get_without_a_body(client: FlaskClient) -> None:
    response = client.head(ADA)
    assert (response.status_code, response.data) == (200, b"")


def test_two_mailboxes_with_mapped_login_names_never_see_each_others(
    client: FlaskClient, resolver: FakeResolver
) -> None:
    numbers = {"ada": "u4711", "bob": "u4712"}
    resolver.answer = lambda address: found(address, imap("imap.example.net", numbers[address.local_part]))
    answers = {name: client.get(f"{PATH}?emailaddress={name}@example.net") for name in ("ada", "bob", "ada")}
    assert {name: answer.json["incoming"][0]["username"] for name, answer in answers.items()} == numbers
    assert "u4711" not in answers["bob"].text


def test_a_url_is_filled_for_each_caller(client: FlaskClient, resolver: FakeResolver) -> None:
    server = UrlServer(type=ServerType.CALDAV, url="https://dav.example.net/%EMAILADDRESS%/")
    resolver.answer = lambda address: found(address, other=(server,))
    for name in ("ada", "bob"):
        (calendar,) = client.get(f"{PATH}?emailaddress={name}@example.net").json["other"]
        assert calendar["url"] == f"https://dav.example.net/{name}@example.net/"


def test_old_settings_say_their_age(
    client: FlaskClient, resolver: FakeResolver, monkeypatch: pytest.MonkeyPatch
) -> None:
    strangers: Any = client.application.extensions["strangers"]
    now = 1_800_000_000.0
    monkeypatch.setattr(strangers, "_clock", lambda: now)
    assert "Age" not in client.get(ADA).headers
    now += 7200
    resolver.answer = offline
    response = client.get(ADA)
    assert (response.status_code, response.headers["Age"]) == (200, "7200")


# --- traces


def traced(address: EmailAddress) -> Resolution:
    return found(address, trace=(replace(FAILED, target=f"https://example.net/?emailaddress={address}"),))


def test_a_trace_comes_only_where_it_is_asked_for(client: FlaskClient, resolver: FakeResolver) -> None:
    resolver.answer = traced
    line = {
        "method": "mx",
        "target": "https://example.net/?emailaddress=ada@example.net",
        "outcome": "failed",
        "detail": "SERVFAIL",
        "started_ms": 0,
        "elapsed_ms": 1,
    }
    assert client.get(ADA).json["trace"] == []
    assert client.get(f"{ADA}&trace=0").json["trace"] == []
    assert client.get(f"{ADA}&trace=1").json["trace"] == [line]


def test_personal_settings_come_without_a_trace_too(client: FlaskClient, resolver: FakeResolver) -> None:
    resolver.answer = lambda address: replace(
        found(address, imap("imap.example.net", f"u-{address.local_part}")), trace=(FAILED,)
    )
    assert client.get(ADA).json["trace"] == []
    assert client.get(f"{PATH}?emailaddress=bob@example.net").json["trace"] == []


def test_a_listed_domain_comes_without_a_trace_too(client: FlaskClient, resolver: FakeResolver) -> None:
    resolver.answer = traced
    assert client.get(f"{PATH}?emailaddress=ada@example.com").json["trace"] == []
    assert len(client.get(f"{PATH}?emailaddress=ada@example.com&trace=1").json["trace"]) == 1


def test_a_404_has_a_trace_where_it_is_asked_for(client: FlaskClient, resolver: FakeResolver) -> None:
    resolver.answer = lambda address: nothing(address, trace=(FAILED,))
    content = client.get(f"{ADA}&trace=1").get_json(force=True)
    assert (content["status"], [line["detail"] for line in content["trace"]]) == (404, ["SERVFAIL"])


# --- everything else


def test_nothing_found_is_404(client: FlaskClient, resolver: FakeResolver) -> None:
    resolver.answer = nothing
    assert problem(client.get(ADA), 404, "Not Found") == "No settings were found for example.net."


@pytest.mark.parametrize(
    "query", ["", "?", "?emailaddress=", "?emailaddress=%20", "?address=ada@example.net"]
)
def test_no_address_is_400(client: FlaskClient, query: str) -> None:
    said = problem(client.get(PATH + query), 400, "Bad Request")
    assert said == "Say whose settings are wanted: ?emailaddress=you@example.com."


@pytest.mark.parametrize(
    "address",
    ["ada", "@example.net", "ada@", "ada@192.0.2.1", "a b@example..net", "ada@%FF.net", "a" * 65 + "@b.c"],
)
def test_what_is_no_address_is_400_and_is_not_repeated(
    client: FlaskClient, resolver: FakeResolver, address: str
) -> None:
    said = problem(client.get(f"{PATH}?emailaddress={address}"), 400, "Bad Request")
    assert address not in said
    assert resolver.questions == []


@pytest.mark.parametrize("value", ["2", "true", "yes", "-1", "", "+"])
def test_a_trace_that_is_neither_yes_nor_no_is_400(client: FlaskClient, value: str) -> None:
    assert problem(client.get(f"{ADA}&trace={value}"), 400, "Bad Request") == "The parameter trace is 1 or 0."


def test_being_offline_is_503(client: FlaskClient, resolver: FakeResolver) -> None:
    resolver.answer = offline
    response = client.get(ADA)
    assert problem(response, 503, "Service Unavailable").startswith(
        "Nobody could be asked about example.net: "
    )
    assert response.headers["Retry-After"] == "30"


def test_a_resolver_that_does_not_come_back_is_503(client: FlaskClient, resolver: FakeResolver) -> None:
    def lost(address: EmailAddress) -> Resolution:
        raise TimeoutError

    resolver.answer = lost
    response = client.get(ADA)
    assert problem(response, 503, "Service Unavailable") == "Nobody answered about example.net in time."
    assert response.headers["Retry-After"] == "30"


def test_a_bug_is_500_in_the_apis_words_and_the_log_holds_no_address(
    client: FlaskClient, resolver: FakeResolver, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(address: EmailAddress) -> Resolution:
        raise LookupError("a bug")

    resolver.answer = broken
    with caplog.at_level(logging.ERROR):
        said = problem(client.get(ADA), 500, "Internal Server Error")
    assert said == "Something went wrong here; the operator can find it in the log."
    assert caplog.messages == ["the view api.resolve failed"]
    assert "ada@" not in caplog.text


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/api/", "/api/v2/resolve"])
def test_another_path_of_the_api_is_404_in_its_words(client: FlaskClient, path: str) -> None:
    assert problem(client.get(path), 404, "Not Found") == "There is nothing here."


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_another_method_is_405(client: FlaskClient, method: str) -> None:
    response = client.open(ADA, method=method)
    assert problem(response, 405, "Method Not Allowed") == "This address does not know that method."
    assert response.headers["Allow"] in ("GET, HEAD", "HEAD, GET")


# --- off


@pytest.fixture
def off() -> FlaskClient:
    return create_app(Settings(providers=(), resolve="off"), FakeStore()).test_client()


def test_a_service_that_resolves_nothing_has_no_api(off: FlaskClient) -> None:
    assert problem(off.get(ADA), 404, "Not Found") == "There is nothing here."


def test_a_service_that_resolves_nothing_answers_for_no_stranger(off: FlaskClient) -> None:
    response = off.get("/v1.1/example.net")
    assert (response.status_code, response.content_type) == (404, TEXT)
