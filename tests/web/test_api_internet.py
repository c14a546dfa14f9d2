"""The API and the directory on the simulated internet, from the HTTP request to real servers and back."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from autoconfig.settings import Settings
from autoconfig.web import create_app
from autoconfig.web.strangers import service
from tests.internet import xml
from tests.internet.fixtures import internet
from tests.resolver.asking import World, client_config_of
from tests.web.asking import assert_plain_no, written
from tests.web.fakes import FakeStore

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask
    from flask.testing import FlaskClient

    from tests.internet import Answer, Internet, Request
    from tests.internet.twists import Query

__all__ = ["internet"]

pytestmark = pytest.mark.real

CALLERS = 100


@pytest.fixture
def world(internet: Internet) -> World:
    return World(internet)


@pytest.fixture
def serve(internet: Internet, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Flask]]:
    """Makes services that ask nobody but the simulated internet, and stops them."""
    monkeypatch.setenv("SSL_CERT_FILE", internet.ca_file)
    started: list[Flask] = []
    tried = len(internet.escapes)

    def start(*, nameserver: str = "", resolve: str = "directory", ispdb_urls: tuple[str, ...] = ()) -> Flask:
        settings = Settings(
            providers=(),
            nameservers=(nameserver or internet.dns,),
            allow_private_networks=True,
            ispdb_urls=ispdb_urls,
            rate_limit=None,
            resolve=resolve,
        )
        started.append(create_app(settings, FakeStore()))
        return started[-1]

    yield start
    for app in started:
        app.extensions["strangers"].close()
    assert internet.escapes[tried:] == []


@pytest.fixture
def client(serve: Callable[..., Flask]) -> FlaskClient:
    return serve().test_client(use_cookies=False)


def resolve(client: FlaskClient, address: str, **parameters: str) -> Any:
    """The JSON about an address, which must be found."""
    response = client.get("/api/v1/resolve", query_string={"emailaddress": address} | parameters)
    assert response.status_code == 200, response.text
    return response.json


def login_names(answer: Any) -> set[str]:
    return {server["username"] for server in (*answer["incoming"], *answer["outgoing"])}


# --- the API


def test_a_hundred_callers_cause_one_resolution(world: World, serve: Callable[..., Flask]) -> None:
    world.isp(delay=0.2)
    app = serve()
    addresses = [f"user{number}@{world.domain}" for number in range(CALLERS)]

    def ask(address: str) -> set[str]:
        return login_names(resolve(app.test_client(), address))

    with ThreadPoolExecutor(CALLERS) as pool:
        answers = list(pool.map(ask, addresses))
    assert answers == [{address} for address in addresses]
    assert len(world.internet.requests(world.host("autoconfig"))) == 1


def test_the_site_is_asked_with_the_first_callers_address(world: World, client: FlaskClient) -> None:
    world.isp()
    resolve(client, f"ada@{world.domain}")
    resolve(client, f"bob@{world.domain}")
    (request,) = world.internet.requests(world.host("autoconfig"))
    assert request.query == {"emailaddress": [f"ada@{world.domain}"]}


def by_mailbox(world: World, login_name: Callable[[str], str]) -> Callable[[Request], Answer]:
    """A site that says a login name for the mailbox it is asked about."""

    def answer(request: Request) -> Answer:
        (address,) = request.query["emailaddress"]
        document = client_config_of(world.host("mail"))
        return xml(document.replace(b"%EMAILADDRESS%", login_name(address).encode()))

    return answer


def test_a_site_that_fills_in_the_address_is_asked_once_and_leaks_nothing(
    world: World, client: FlaskClient
) -> None:
    world.site("autoconfig", {"*": by_mailbox(world, str)})
    first, second = (resolve(client, f"{name}@{world.domain}") for name in ("ada", "bob"))
    assert login_names(first) == {f"ada@{world.domain}"}
    assert login_names(second) == {f"bob@{world.domain}"}
    assert "ada" not in str(second)
    assert len(world.internet.requests(world.host("autoconfig"))) == 1


def test_a_site_that_maps_login_names_is_asked_for_each_mailbox(world: World, client: FlaskClient) -> None:
    numbers = {f"ada@{world.domain}": "u4711", f"bob@{world.domain}": "u4712"}
    world.site("autoconfig", {"*": by_mailbox(world, numbers.__getitem__)})
    for address in (*numbers, *numbers):
        assert login_names(resolve(client, address)) == {numbers[address]}
    assert len(world.internet.requests(world.host("autoconfig"))) == 4


def test_the_trace_tells_what_was_asked(world: World, client: FlaskClient) -> None:
    world.isp()
    answer = resolve(client, world.address, trace="1")
    lines = {line["target"]: line["outcome"] for line in answer["trace"]}
    url = f"https://autoconfig.{world.domain}/mail/config-v1.1.xml?emailaddress={world.address}"
    assert lines[url.replace("@", "%40")] == "found"
    assert resolve(client, world.address)["trace"] == []


def test_nothing_is_guessed(world: World, client: FlaskClient) -> None:
    world.guess()
    response = client.get(f"/api/v1/resolve?emailaddress={world.address}")
    assert response.status_code == 404
    assert response.get_json(force=True)["detail"] == f"No settings were found for {world.domain}."


def test_without_a_name_server_it_is_503(internet: Internet, serve: Callable[..., Flask]) -> None:
    client = serve(nameserver=internet.no_name_server()).test_client()
    response = client.get("/api/v1/resolve?emailaddress=ada@example.com")
    assert response.status_code == 503
    assert int(response.headers["Retry-After"]) > 0


def test_old_settings_are_told_while_the_network_is_down(
    world: World, serve: Callable[..., Flask], monkeypatch: pytest.MonkeyPatch
) -> None:
    down = False

    async def cable(query: Query) -> bytes | None:
        return None if down else await query.forward()

    app = serve(nameserver=world.internet.name_server(cable).address)
    site = world.isp()
    client = app.test_client()
    resolve(client, f"ada@{world.domain}")

    down = True
    monkeypatch.setattr(service, "DEADLINE", 1.0)
    world.internet.unzone(world.host("autoconfig"))
    site.stop()
    now = time.time() + 2 * 3600
    monkeypatch.setattr(app.extensions["strangers"], "_clock", lambda: now)
    response = client.get(f"/api/v1/resolve?emailaddress=bob@{world.domain}")
    assert response.status_code == 200
    assert login_names(response.json) == {f"bob@{world.domain}"}
    assert int(response.headers["Age"]) >= 7190


# --- the directory


def test_srv_records_become_a_document(world: World, client: FlaskClient) -> None:
    world.srv()
    answer = written(client.get(f"/v1.1/{world.domain}"))
    assert answer.servers == [("imap", world.host("srv")), ("smtp", world.host("srv-out"))]


def test_pacc_becomes_a_document(world: World, client: FlaskClient) -> None:
    world.pacc()
    answer = written(client.get(f"/v1.1/{world.domain}"))
    assert answer.servers == [("imap", world.host("pacc")), ("smtp", f"out.{world.host('pacc')}")]


def test_the_mx_hosts_provider_becomes_a_document(world: World, client: FlaskClient) -> None:
    world.mx()
    answer = written(client.get(f"/v1.1/{world.domain}"))
    assert answer == (
        "1.1",
        [world.domain],
        [("imap", world.host("mx")), ("smtp", f"out.{world.host('mx')}")],
    )


def test_the_document_holds_no_mailbox(world: World, client: FlaskClient) -> None:
    world.site("autoconfig", {"*": by_mailbox(world, str)})
    text = client.get(f"/v1.1/{world.domain}").text
    assert text.count("<username>%EMAILADDRESS%</username>") == 2
    assert "postmaster" not in text


def test_nobody_waits_longer_than_thunderbird_does(
    world: World, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "DIRECTORY_DEADLINE", 0.5)
    world.internet.silent(world.host("autoconfig"))
    started = time.monotonic()
    assert_plain_no(client.get(f"/v1.1/{world.domain}"), 404)
    assert 0.5 <= time.monotonic() - started < 5


@pytest.mark.parametrize("domain", ["com", "co.uk", "localhost"])
def test_nothing_is_asked_at_a_public_suffix(
    domain: str, internet: Internet, serve: Callable[..., Flask]
) -> None:
    before = len(internet.questions())
    assert_plain_no(serve().test_client().get(f"/v1.1/{domain}"), 404)
    assert len(internet.questions()) == before
