"""How often one client may ask."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, NamedTuple

import pytest

from autoconfig.settings import RateLimit, Settings
from autoconfig.web import create_app
from autoconfig.web.limits import RateLimiter, client_of
from autoconfig.web.strangers.cache import MemoryCache
from tests.web.asking import Answer, call, environ_of
from tests.web.fakes import FakeStore
from tests.web.resolving import FakeClock, FakeResolver

if TYPE_CHECKING:
    from flask import Flask

PATH = "/api/v1/resolve"


class Service(NamedTuple):
    """The application and the clock of its limit."""

    app: Flask
    clock: FakeClock

    def ask(
        self, peer: str = "203.0.113.1", query: str = "emailaddress=ada@example.net", **headers: str
    ) -> Answer:
        environ = environ_of(
            PATH, query=query, headers={"X-Forwarded-For": headers["via"]} if headers else {}
        )
        environ["REMOTE_ADDR"] = peer
        return call(self.app, environ)


def service(limit: RateLimit | None, *, trusted: str = "") -> Service:
    clock = FakeClock(1000.0)
    networks = tuple(map(ipaddress.ip_network, trusted.split()))
    settings = Settings(providers=(), rate_limit=limit, trusted_proxies=networks)
    memory = MemoryCache(clock=clock)
    return Service(create_app(settings, FakeStore(), memory=memory, resolver=FakeResolver()), clock)


def test_sixty_questions_a_minute_are_answered_and_the_next_is_429() -> None:
    asked = service(Settings(providers=()).rate_limit)
    assert [asked.ask().code for _ in range(60)] == [200] * 60
    asked.clock.now += 18.5
    answer = asked.ask()
    assert answer.status == "429 TOO MANY REQUESTS"
    assert answer.media_type == "application/problem+json"
    assert ("Retry-After", "42") in answer.headers
    assert ("Cache-Control", "private, no-cache") in answer.headers


def test_after_the_time_it_names_a_client_may_ask_again() -> None:
    asked = service(RateLimit(1, 60))
    assert [asked.ask().code, asked.ask().code] == [200, 429]
    asked.clock.now += 60
    assert asked.ask().code == 200


def test_each_client_has_a_limit_of_its_own() -> None:
    asked = service(RateLimit(1, 60))
    assert [asked.ask("203.0.113.1").code, asked.ask("203.0.113.2").code] == [200, 200]


def test_a_question_that_is_wrong_counts_too() -> None:
    asked = service(RateLimit(1, 60))
    assert [asked.ask(query="").code, asked.ask(query="").code] == [400, 429]


def test_without_a_limit_nobody_is_sent_away() -> None:
    asked = service(None)
    assert {asked.ask().code for _ in range(200)} == {200}


def test_a_proxy_that_is_not_trusted_is_one_client() -> None:
    asked = service(RateLimit(1, 60))
    assert [asked.ask(via="198.51.100.1").code, asked.ask(via="198.51.100.2").code] == [200, 429]


def test_behind_a_trusted_proxy_the_clients_are_told_apart() -> None:
    asked = service(RateLimit(1, 60), trusted="203.0.113.0/24")
    assert [asked.ask(via=f"198.51.100.{number}").code for number in (1, 2, 1)] == [200, 200, 429]


def test_a_client_behind_a_trusted_proxy_cannot_make_itself_up() -> None:
    asked = service(RateLimit(1, 60), trusted="203.0.113.0/24")
    assert [asked.ask(via=f"192.0.2.{number}, 198.51.100.1").code for number in (1, 2)] == [200, 429]


def test_two_workers_count_together() -> None:
    memory = MemoryCache()
    workers = [RateLimiter(memory, RateLimit(2, 60)) for _ in range(2)]
    assert [workers[number % 2].wait("203.0.113.1") > 0 for number in range(3)] == [False, False, True]


@pytest.mark.parametrize(
    ("address", "client"),
    [
        ("203.0.113.1", "203.0.113.1"),
        ("::ffff:203.0.113.1", "203.0.113.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("unix:", "unix:"),
    ],
)
def test_an_ipv6_customer_is_one_client(address: str, client: str) -> None:
    assert client_of(address) == client
