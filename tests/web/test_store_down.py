"""What is said while a database is down: kept documents, 503 for the rest, and never a 404."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from autoconfig.formats import autodiscover
from autoconfig.model import EmailAddress
from autoconfig.settings import Settings
from autoconfig.stores import Health, Pulse
from autoconfig.stores.kept import Kept
from autoconfig.stores.pulse import SourceFailed
from autoconfig.web import create_app
from tests.publishing import PROVIDER
from tests.web.asking import CONFIG, JSON, POX, TEXT
from tests.web.fakes import Down, FakeStore
from tests.web.resolving import FakeResolver

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from autoconfig.stores import Entry


BY_NAME = "/v1.1/example.com"
JSON_QUERY = "Email=ada@other.example&Protocol=AutodiscoverV1"


@pytest.fixture
def client() -> FlaskClient:
    store = Down(provider=PROVIDER)
    return create_app(Settings(providers=()), store, resolver=FakeResolver()).test_client(use_cookies=False)


@pytest.mark.parametrize(
    "path",
    [
        "/mail/config-v1.1.xml?emailaddress=ada@other.example",
        "/v1.1/other.example",
        "/autodiscover/autodiscover.xml?email=ada@other.example",
        "/autodiscover/autodiscover.json?Email=ada@other.example&Protocol=AutodiscoverV1",
        "/mail/profile.mobileconfig?emailaddress=ada@other.example",
    ],
)
def test_what_cannot_be_looked_up_is_503_and_worth_another_try(client: FlaskClient, path: str) -> None:
    response = client.get(path)
    assert (response.status_code, response.content_type) == (503, TEXT)
    assert response.text == "The settings cannot be looked up just now; try again in a moment.\n"
    assert response.headers["Retry-After"] == "5"
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/.well-known/user-agent-configuration.json", "/.well-known/caldav"])
def test_the_same_by_host(client: FlaskClient, path: str) -> None:
    assert client.get(path, headers={"Host": "other.example"}).status_code == 503


def test_the_api_says_so_in_its_own_words(client: FlaskClient) -> None:
    response = client.get("/api/v1/resolve?emailaddress=ada@other.example")
    assert (response.status_code, response.content_type) == (503, "application/problem+json")
    assert response.headers["Retry-After"] == "5"
    assert "db.internal" not in response.text


def test_what_is_kept_is_served(client: FlaskClient) -> None:
    assert client.get("/v1.1/kept.example").status_code == 200


def test_readyz_tells_how_old_and_how_often() -> None:
    health = Health(
        source="postgresql://db/x", usable=True, providers=1, domains=2, age=12.34, stale=5, errors=6
    )
    content = create_app(Settings(providers=()), FakeStore((health,))).test_client().get("/readyz").json
    (store,) = content["stores"]
    assert (store["age_seconds"], store["stale"], store["errors"]) == (12.3, 5, 6)


class Elsewhere(FakeStore):
    """A store whose source goes away when the test says so; its clock stands still."""

    def __init__(self) -> None:
        super().__init__(provider=PROVIDER)
        self.away = False
        self.pulse = Pulse("elsewhere", self._ask, clock=lambda: 0.0)
        self.pulses = (self.pulse,)
        self._kept: Kept[str, Entry] = Kept(self.pulse)

    def _ask(self, domain: str = "") -> Entry | None:
        if self.away:
            raise SourceFailed("no route", unreachable=True)
        return super().find(domain)

    def find(self, domain: str) -> Entry | None:
        return self._kept.get(domain, self._ask)


@pytest.mark.parametrize(
    ("method", "path"), [("GET", f"{CONFIG}?emailaddress=ada@example.com"), ("GET", BY_NAME), ("POST", POX)]
)
def test_every_document_that_may_be_old_is_counted(method: str, path: str) -> None:
    store = Elsewhere()
    client = create_app(Settings(providers=(), resolve="off"), store).test_client()
    body = autodiscover.render_request(EmailAddress.parse("ada@example.com")) if method == "POST" else None
    first = client.open(path, method=method, data=body)
    assert (first.status_code, store.pulse.stale) == (200, 0)
    store.away = True
    assert not store.pulse.look()
    for _ in range(10):
        before = store.pulse.stale
        assert client.open(path, method=method, data=body).data == first.data
        assert store.pulse.stale > before


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", f"{CONFIG}?emailaddress=ada@other.example"), ("POST", POX), ("GET", f"{JSON}?{JSON_QUERY}")],
)
def test_a_source_that_does_not_answer_is_asked_once_for_a_request(method: str, path: str) -> None:
    store = Down(provider=PROVIDER)
    client = create_app(Settings(providers=(), resolve="off"), store).test_client()
    body = autodiscover.render_request(EmailAddress.parse("ada@other.example")) if method == "POST" else None
    assert client.open(path, method=method, data=body).status_code == 503
    assert store.asked == 1
