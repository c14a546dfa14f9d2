"""The OpenAPI document: complete, and true of every answer schemathesis can get out of the service."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings

from autoconfig import __version__
from autoconfig.model import EmailAddress, Provider
from autoconfig.settings import RateLimit, Settings
from autoconfig.stores import Entry, Health
from autoconfig.web import create_app
from autoconfig.web.openapi import OPENAPI_PATH, description
from tests.web.fakes import FakeStore
from tests.web.resolving import FakeResolver, found, imap, nothing, offline

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

    from autoconfig.resolver.resolution import Resolution

EXAMPLES = 15
RESOLVE = "/api/v1/resolve"

_HTTP_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_UNSAID = ("HEAD", "PROPFIND")
"""Said in words: HEAD is wherever GET is, and OpenAPI 3.1 has no name for PROPFIND."""


class OneProvider(FakeStore):
    """Lists example.com and nothing else."""

    def find(self, domain: str) -> Entry | None:
        """The provider of example.com."""
        return super().find(domain) if domain == "example.com" else None


def resolved(address: EmailAddress) -> Resolution:
    """Every outcome there is, by the first letter of the mailbox."""
    return {"a": nothing, "b": offline}.get(address.local_part[:1].lower(), found)(address)


def service(mode: str = "directory", limit: RateLimit | None = None) -> Flask:
    provider = Provider(
        id="example.com",
        display_name="Example",
        short_name="Example",
        domains=("example.com",),
        incoming=(imap("imap.example.com"),),
    )
    health = Health(source="fake", usable=True, providers=1, domains=1)
    options = Settings(providers=(), resolve=mode, rate_limit=limit)
    return create_app(options, OneProvider((health,), provider), resolver=FakeResolver(resolved))


def described(app: Flask) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(app.test_client().get(OPENAPI_PATH).data)
    return content


def described_by(app: Flask) -> Any:
    """The service as schemathesis sees it."""
    found = schemathesis.openapi.from_dict(described(app))
    found.app = app
    return found


schema = described_by(service())

# What mail programs send is forgiven by design, and some of what is well-formed is still refused (a protocol
# the provider lacks): only the API accepts and refuses just what its description says.
_FORGIVING = schemathesis.checks.CHECKS.get_by_names(["negative_data_rejection", "positive_data_acceptance"])

# 503 is described; 500 is not, and would be found by its status.
_OFFLINE_IS_NO_BUG = schemathesis.checks.CHECKS.get_by_names(["not_a_server_error"])


@schema.include(path=RESOLVE).parametrize()
@settings(max_examples=EXAMPLES * 4, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_api_keeps_its_word(case: schemathesis.Case) -> None:
    case.call_and_validate(excluded_checks=_OFFLINE_IS_NO_BUG)


@schema.exclude(path=RESOLVE).exclude(path_regex="^/setup").parametrize()
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_document_keeps_its_word(case: schemathesis.Case) -> None:
    case.call_and_validate(excluded_checks=_FORGIVING)


@schema.include(path_regex="^/setup").parametrize()
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_page_keeps_its_word(case: schemathesis.Case) -> None:
    case.call_and_validate(excluded_checks=[*_FORGIVING, *_OFFLINE_IS_NO_BUG])


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("emailaddress=carol@example.net", 200),
        ("emailaddress=carol@example.net&trace=1", 200),
        ("emailaddress=carol@example.com", 200),
        ("emailaddress=carol", 400),
        ("emailaddress=ada@example.net", 404),
        ("emailaddress=ada@example.net&trace=1", 404),
        ("emailaddress=bob@example.net", 503),
    ],
)
def test_every_status_of_the_api_is_as_described(query: str, status: int) -> None:
    fresh = described_by(service())
    case = fresh[RESOLVE]["GET"].Case(query=dict(part.split("=", 1) for part in query.split("&")))
    response = case.call()
    assert response.status_code == status
    case.validate_response(response, excluded_checks=_OFFLINE_IS_NO_BUG)


def test_the_429_of_the_api_is_as_described() -> None:
    limited = described_by(service(limit=RateLimit(1, 60)))
    case = limited[RESOLVE]["GET"].Case(query={"emailaddress": "carol@example.net"})
    assert case.call().status_code == 200
    response = case.call()
    assert response.status_code == 429
    case.validate_response(response)


# --- the document itself


def routes(app: Flask) -> set[tuple[str, str]]:
    """Every method and path the service answers."""
    return {
        (method.lower(), re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule))
        for rule in app.url_map.iter_rules()
        for method in rule.methods or ()
        if method not in _UNSAID
    }


@pytest.mark.parametrize("mode", ["off", "api", "directory"])
def test_every_route_is_described_and_every_description_has_its_route(mode: str) -> None:
    app = service(mode)
    said = {
        (method, path)
        for path, item in described(app)["paths"].items()
        for method in item
        if method in _HTTP_METHODS
    }
    assert said == routes(app)


def test_the_document_is_kept_by_caches(client: FlaskClient) -> None:
    response = client.get(OPENAPI_PATH)
    assert (response.status_code, response.content_type) == (200, "application/json")
    assert response.headers["Cache-Control"] == "public, max-age=3600"
    again = client.get(OPENAPI_PATH, headers={"If-None-Match": response.headers["ETag"]})
    assert again.status_code == 304


def test_the_document_says_its_version_and_where_the_service_is() -> None:
    found = description(Settings(providers=(), base_url="https://autoconfig.example.com"))
    assert found["openapi"].startswith("3.1.")
    assert found["info"]["version"] == __version__
    assert found["servers"] == [{"url": "https://autoconfig.example.com"}]
    assert description(Settings(providers=()))["servers"] == [{"url": "/"}]


def test_a_service_that_resolves_nothing_does_not_offer_it() -> None:
    assert RESOLVE not in described(service("off"))["paths"]
    assert RESOLVE in described(service("api"))["paths"]


def test_every_part_is_used() -> None:
    text = json.dumps(description(Settings(providers=())))
    parts = json.loads(text)["components"]
    names = {f"#/components/{kind}/{name}" for kind, group in parts.items() for name in group}
    assert names == set(re.findall(r'"\$ref": "([^"]+)"', text))
