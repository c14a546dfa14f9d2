"""Who is believed about the host that was asked."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

import pytest

from autoconfig.settings import Settings
from autoconfig.web import create_app
from autoconfig.web.front import Front
from autoconfig.web.proxies import TrustedProxies
from tests.web.asking import CONFIG, call, environ_of
from tests.web.fakes import FakeStore

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

    from autoconfig.stores import Store

NETWORKS = (ipaddress.ip_network("192.0.2.0/24"), ipaddress.ip_network("2001:db8::/32"))


def seen(peer: str, headers: dict[str, str], *, host: str | None = "asked.example") -> tuple[object, object]:
    """Host and scheme that the application sees of a request by that peer."""
    found: list[tuple[object, object]] = []

    def application(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        found.append((environ.get("HTTP_HOST"), environ["wsgi.url_scheme"]))
        start_response("200 OK", [])
        return []

    environ = environ_of("/", host=host, headers=headers)
    environ["REMOTE_ADDR"] = peer
    call(TrustedProxies(application, NETWORKS), environ)
    return found[0]


@pytest.mark.parametrize(
    "peer", ["192.0.2.1", "192.0.2.255", "2001:db8::1", "2001:DB8:0::1", "::ffff:192.0.2.1"]
)
def test_a_trusted_peer_says_host_and_scheme(peer: str) -> None:
    headers = {"X-Forwarded-Host": "autoconfig.example.com", "X-Forwarded-Proto": "https"}
    assert seen(peer, headers) == ("autoconfig.example.com", "https")


@pytest.mark.parametrize(
    "peer", ["192.0.3.1", "2001:db9::1", "::ffff:192.0.3.1", "::1", "", "unix:", "192.0.2.1:80"]
)
def test_nobody_else_is_believed(peer: str) -> None:
    headers = {"X-Forwarded-Host": "autoconfig.example.com", "X-Forwarded-Proto": "https"}
    assert seen(peer, headers) == ("asked.example", "http")


@pytest.mark.parametrize("header", ["", " ", ",", "a.example, "])
def test_an_empty_host_is_none(header: str) -> None:
    assert seen("192.0.2.1", {"X-Forwarded-Host": header}) == ("asked.example", "http")


def test_of_several_hosts_the_last_is_the_one_of_the_proxy_next_to_us() -> None:
    headers = {"X-Forwarded-Host": "evil.example, autoconfig.example.com", "X-Forwarded-Proto": "http,https"}
    assert seen("192.0.2.1", headers) == ("autoconfig.example.com", "https")


@pytest.mark.parametrize("scheme", ["ftp", "", "https://", "javascript"])
def test_a_scheme_that_is_not_of_the_web_is_none(scheme: str) -> None:
    assert seen("192.0.2.1", {"X-Forwarded-Proto": scheme}) == ("asked.example", "http")


def test_a_scheme_is_read_in_any_letter_case() -> None:
    assert seen("192.0.2.1", {"X-Forwarded-Proto": "HTTPS"}) == ("asked.example", "https")


def test_a_request_without_a_host_gets_one() -> None:
    assert seen("192.0.2.1", {"X-Forwarded-Host": "a.example"}, host=None) == ("a.example", "http")


def test_the_service_answers_by_the_host_its_proxy_says(store: Store) -> None:
    headers = {"X-Forwarded-Host": "autoconfig.example.com"}
    trusting = create_app(Settings(providers=(), trusted_proxies=NETWORKS), store)
    assert call(trusting, environ_of(CONFIG, headers=headers)).code == 200
    wary = create_app(Settings(providers=()), store)
    assert call(wary, environ_of(CONFIG, headers=headers)).code == 404


def test_without_trusted_proxies_there_is_no_middleware() -> None:
    app = create_app(Settings(providers=()), FakeStore())
    assert isinstance(app.wsgi_app, Front)


def client_seen(peer: str, header: str | None) -> object:
    """The address of the client that the application sees of a request by that peer."""
    found: list[object] = []

    def application(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        found.append(environ["REMOTE_ADDR"])
        start_response("200 OK", [])
        return []

    environ = environ_of("/", headers={} if header is None else {"X-Forwarded-For": header})
    environ["REMOTE_ADDR"] = peer
    call(TrustedProxies(application, NETWORKS), environ)
    return found[0]


@pytest.mark.parametrize(
    ("header", "client"),
    [
        ("203.0.113.7", "203.0.113.7"),
        (" 203.0.113.7 ", "203.0.113.7"),
        ("198.51.100.1, 203.0.113.7", "203.0.113.7"),
        ("203.0.113.7, 192.0.2.9", "203.0.113.7"),
        ("198.51.100.1, 203.0.113.7, 192.0.2.9, 2001:db8::2", "203.0.113.7"),
        ("203.0.113.7:1234", "203.0.113.7"),
        ("2001:db9::7", "2001:db9::7"),
        ("[2001:db9::7]:1234", "2001:db9::7"),
        ("[2001:DB9:0::7]", "2001:db9::7"),
        ("192.0.2.8, 192.0.2.9", "192.0.2.8"),
    ],
)
def test_the_client_is_the_last_hop_that_is_no_proxy_of_ours(header: str, client: str) -> None:
    assert client_seen("192.0.2.1", header) == client


@pytest.mark.parametrize(
    "header", [None, "", " ", ",", "unknown", "_hidden", "203.0.113.7,", "203.0.113.7, x"]
)
def test_without_an_address_the_client_is_the_peer(header: str | None) -> None:
    assert client_seen("192.0.2.1", header) == "192.0.2.1"


def test_what_stands_before_an_odd_hop_is_not_believed() -> None:
    assert client_seen("192.0.2.1", "203.0.113.7, unknown, 192.0.2.9") == "192.0.2.9"


@pytest.mark.parametrize("peer", ["192.0.3.1", "", "unix:"])
def test_nobody_else_says_who_the_client_is(peer: str) -> None:
    assert client_seen(peer, "203.0.113.7") == peer
