"""Nothing is asked at or above a public suffix: one level too high gave 372,072 passwords away in 2021."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.publishing import FakeStore
from tests.resolver.asking import World, assert_nothing, provider_of

if TYPE_CHECKING:
    from tests.internet import Internet
    from tests.resolver.asking import Resolve

pytestmark = pytest.mark.real

SUFFIXES = ["com", "co.uk", "ac.jp", "kawasaki.jp", "xn--p1ai", "never-heard-of-it"]


@pytest.fixture(params=SUFFIXES)
def suffix(request: pytest.FixtureRequest, internet: Internet) -> World:
    """The world of somebody who claims to have an address at a public suffix."""
    return World(internet, request.param)


def test_nobody_is_asked(resolve: Resolve, suffix: World) -> None:
    server = suffix.internet.name_server("honest")
    resolution = resolve(suffix.address, name_servers=[server.address], guess=True, allow_http=True)
    assert_nothing(resolution)
    assert (resolution.trace, server.questions, resolution.offline) == ((), [], False)


def test_the_ispdb_may_know_it(resolve: Resolve, suffix: World) -> None:
    suffix.in_ispdb()
    server = suffix.internet.name_server("honest")
    resolution = resolve(suffix.address, name_servers=[server.address], ispdb_urls=(suffix.ispdb_url,))
    assert resolution.method == "ispdb"
    assert {question.name for question in server.questions} == {suffix.ispdb}


def test_the_operator_may_know_it(resolve: Resolve, suffix: World) -> None:
    store = FakeStore(replace(provider_of("mail.example.net"), domains=(suffix.domain,)))
    server = suffix.internet.name_server("honest")
    resolution = resolve(suffix.address, store=store, name_servers=[server.address])
    assert (resolution.method, server.questions) == ("local", [])


@pytest.mark.parametrize("parent", ["co.uk", "com", "chiyoda.tokyo.jp"])
def test_nothing_above_the_domain_is_asked(resolve: Resolve, internet: Internet, parent: str) -> None:
    """Every question is about the domain or a name below it."""
    domain = internet.domain(parent)
    server = internet.name_server("honest")
    resolve(f"ada@{domain}", name_servers=[server.address], guess=True, allow_http=True)
    strangers = {
        question.name
        for question in server.questions
        if question.name != domain and not question.name.endswith(f".{domain}")
    }
    assert strangers == set()
    assert len(server.questions) >= 20


def test_the_parent_of_a_subdomain_is_not_asked_either(resolve: Resolve, internet: Internet) -> None:
    domain = f"sub.{internet.domain()}"
    server = internet.name_server("honest")
    resolve(f"ada@{domain}", name_servers=[server.address], guess=True)
    assert {question.name.endswith(domain) for question in server.questions} == {True}
